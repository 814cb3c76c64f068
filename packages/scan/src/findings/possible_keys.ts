/** Keys that a candidate may be. Known public halves decide: given ones and those elsewhere in the dump. @module */
import { verifyMaterial } from '@mintmark/keys/der_keys/verify'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import type { Detected } from '../anchors/detected.ts'
import { copied, hasSecret } from './found_material.ts'

/** A key, and the offset of the candidate. It never leaves the process. */
export interface PossibleKey {
  readonly material: KeyMaterial
  /** From the file's start. */
  readonly offset: number
  readonly length: number
  readonly form: string
}

/** The keys that a candidate may be; none of other hits. */
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

/** The verified finding of a candidate, if its public half is known, by the hash of its SubjectPublicKeyInfo. */
export function verifiedBy(
  isKnown: (spkiSha256: string) => boolean,
  { material, length, form }: PossibleKey,
  budget: WorkBudget,
): Detected | undefined {
  const { spkiSha256 } = keyIdOf(material)
  if (spkiSha256 === undefined || !isKnown(spkiSha256)) return undefined
  const { certainty, proof, kind, bits, material: shown } = verifyMaterial(material, budget)
  if (certainty !== 'proven' || shown === undefined) return undefined
  const words = `${proof}, which is known`
  return { offset: 0, length, kind, form, bits, certainty, proof: words, material: shown }
}
