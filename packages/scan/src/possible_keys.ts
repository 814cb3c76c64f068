/**
 * Keys that a candidate would be, if it is one: known public halves tell, those that are given and those that lie
 * elsewhere in the dump.
 *
 * @module
 */
import type { Detected } from './detected.ts'
import { copied, hasSecret } from './found_material.ts'
import { keyIdOf } from './key_id.ts'
import type { KeyMaterial } from './key_material.ts'
import { proveMaterial } from './prove.ts'

/** A key, and the place of the candidate. It never leaves the process. */
export interface PossibleKey {
  readonly material: KeyMaterial
  /** From the file's start. */
  readonly offset: number
  readonly length: number
  readonly form: string
}

/** The keys of which a candidate is one, if it is a key; none of what is no candidate. */
export function possibleKeys(detected: Detected, offset: number): readonly PossibleKey[] {
  const { certainty, material, possible = [], length, form } = detected
  if (certainty !== 'candidate') return []
  const all = material === undefined ? possible : [material, ...possible]
  return all.flatMap((each) => {
    if (!hasSecret(each)) return []
    const { computed: _, ...known } = { computed: undefined, ...copied(each) }
    return [{ material: known, offset, length, form }]
  })
}

/**
 * The finding that a candidate is, where its public half is one of those that are known.
 *
 * @param isKnown whether a public key is known, by the hash of its SubjectPublicKeyInfo
 */
export function shownBy(
  { material, length, form }: PossibleKey,
  isKnown: (spkiSha256: string) => boolean,
): Detected | undefined {
  const { spkiSha256 } = keyIdOf(material)
  if (spkiSha256 === undefined || !isKnown(spkiSha256)) return undefined
  const { certainty, proof, kind, bits, material: shown } = proveMaterial(material)
  if (certainty !== 'proven' || shown === undefined) return undefined
  const words = `${proof}, which is known`
  return { offset: 0, length, kind, form, bits, certainty, proof: words, material: shown }
}
