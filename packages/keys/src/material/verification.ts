/**
 * What is known of a key, without where it is.
 *
 * @module
 */
import type { Certainty, KeyKind } from './key_kind.ts'
import type { KeyMaterial } from './key_material.ts'

export interface Verification {
  readonly certainty: Certainty
  /** What shows it, or what does not hold, in words for people: never a value. */
  readonly proof: string
  /** Of n, of the curve, of p; of post-quantum keys the number of the parameter set (768, 65, 128). */
  readonly bits: number
  readonly kind: KeyKind
  /** The same key, completed where arithmetic could; undefined where nothing is known to be right. */
  readonly material: KeyMaterial | undefined
  /** Nothing ties the value to a public key: its encoding is what holds it. It is verified where its public half is known. */
  readonly isWellFormed?: true
  /** Of a candidate: the keys of which it would be one, if it is a key. Where the public half of one is known, that shows it. */
  readonly possible?: readonly KeyMaterial[]
}

/** A candidate of which nothing is known to be right. */
export function unverified(kind: KeyKind, bits: number, proof: string): Verification {
  return { certainty: 'candidate', proof, bits, kind, material: undefined }
}

/** Said where `work_budget.ts` refuses. */
export const REFUSED = 'not computed: too much that looks like keys'
