/** What the search by public key found, before it becomes a hit. @module */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { okpNamed } from '@mintmark/keys/arithmetic/okp'
import { pqSchemeOfOid } from '@mintmark/keys/der_keys/post_quantum'
import type { KeyKind } from '@mintmark/keys/material/key_kind'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { groupKeyOfSpki } from '@mintmark/keys/public_half/group_spki'
import { spkiParts } from '@mintmark/keys/public_half/spki'
import type { Match } from '../../anchors/match.ts'

/** A value of a key that is known now, in one spelling. */
export interface FoundValue {
  /** In the window. */
  readonly at: number
  readonly length: number
  /** The spelling: `limbs-le64`, `hex` … */
  readonly spelling: string
  /** The value: `p`, `montgomery-r2-mod-p` … */
  readonly name: string
  readonly proof: string
  readonly material: KeyMaterial
  readonly note?: 'fragment'
  /** See {@link Match.isRebuilt}. */
  readonly isRebuilt?: true
}

/** Values whose spelling alone is their form. Others are rare, and are identified by what they are. */
const PLAIN = new Set(['p', 'q', 'd', 'd-mod-phi', 'd-mod-lambda', 'dp', 'dq', 'qinv', 'pinv'])
const PLAIN_OF_OTHERS = new Set(['d', 'seed', 'scalar', 'secret'])

export function matchOfValue(found: FoundValue): Match {
  const { at, length, spelling, name, proof, material, note, isRebuilt } = found
  const plain = material.type === 'rsa' ? PLAIN : PLAIN_OF_OTHERS
  return {
    offset: at,
    length,
    form: plain.has(name) ? spelling : name.replace(/\bq\b/, 'p').replace('pinv', 'qinv'),
    key: {
      kind: kindOf(material),
      bits: bitsOf(material),
      certainty: note === undefined ? 'proven' : 'candidate',
      proof: `${proof} (${name} as ${spelling})`,
      ...(note === undefined ? {} : { note }),
      ...(isRebuilt === undefined ? {} : { isRebuilt }),
      material,
    },
  }
}

export function kindOf(material: KeyMaterial): KeyKind {
  if (material.type === 'okp') return okpNamed(material.curve).kind
  return material.type
}

export function bitsOf(material: KeyMaterial): number {
  if (material.type === 'rsa') return bitLength(material.n)
  if (material.type === 'ec') return curveNamed(material.curve).bits
  if (material.type === 'okp') return okpNamed(material.curve).bits
  const { publicKey, secret } = material
  const group = publicKey && groupKeyOfSpki(publicKey)
  if (group !== undefined) return bitLength(group.p)
  const scheme = publicKey && pqSchemeOfOid(spkiParts(publicKey)?.oid ?? '')
  return scheme?.set ?? secret.length * 8
}

/** What keys share that are of one size too. */
export const sizedKind = (material: KeyMaterial): string =>
  `${kindOf(material)} ${bitsOf(material)}`
