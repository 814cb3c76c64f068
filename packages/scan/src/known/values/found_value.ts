/** What the search by public key found, before it becomes a hit. */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { okpNamed } from '@mintmark/keys/arithmetic/okp'
import { pqSchemeOfOid } from '@mintmark/keys/der_keys/post_quantum'
import type { Key } from '@mintmark/keys/material/key'
import type { KeyKind } from '@mintmark/keys/material/key_kind'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { groupKeyOfSpki } from '@mintmark/keys/public_half/group_spki'
import { spkiParts } from '@mintmark/keys/public_half/spki'
import type { Match } from '../../anchors/match.ts'

export interface FoundValue {
  readonly at: number
  readonly length: number
  readonly spelling: string
  readonly name: string
  readonly key: Key
}

/** Values whose spelling is their encoding. Others are rare, identified by what they are. */
const PLAIN = new Set(['p', 'q', 'd', 'd-mod-phi', 'd-mod-lambda', 'dp', 'dq', 'qinv', 'pinv'])
const PLAIN_OF_OTHERS = new Set(['d', 'seed', 'scalar', 'secret'])

export function matchOfValue({ at: offset, length, spelling, name, key }: FoundValue): Match {
  const plain = key.kind === 'rsa' ? PLAIN : PLAIN_OF_OTHERS
  const encoding = plain.has(name) ? spelling : name.replace(/\bq\b/, 'p').replace('pinv', 'qinv')
  return {
    offset,
    length,
    encoding,
    key: { ...key, verification: `${key.verification} (${name} as ${spelling})` },
  }
}

export function keyOf(material: KeyMaterial, verification: string, note?: 'fragment'): Key {
  const certainty = note === undefined ? 'verified' : 'unverified'
  return { kind: kindOf(material), bits: bitsOf(material), certainty, verification, note, material }
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

export const sizedKind = (material: KeyMaterial): string =>
  `${kindOf(material)} ${bitsOf(material)}`
