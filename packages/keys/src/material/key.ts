/** A key as far as it was verified, without where it is. It never leaves the process. */
import type { Certainty, KeyKind, KeyNote } from './key_kind.ts'
import type { KeyMaterial } from './key_material.ts'

export interface Key {
  readonly certainty: Certainty
  /** What verifies it, or what fails, in words for people: never a value. */
  readonly verification: string
  /** Of n, curve or p; of post-quantum keys the parameter set (768, 65, 128). */
  readonly bits: number
  readonly kind: KeyKind
  /** Completed where arithmetic could; undefined where nothing is known to be right. */
  readonly material: KeyMaterial | undefined
  /** Only the encoding is well-formed; verified where its public half is known. */
  readonly isWellFormed?: true
  /** Of an unverified key: keys that it may be. A known public half of one verifies it. */
  readonly possible?: readonly KeyMaterial[]
  /** Computed from a part of the key and the public key. */
  readonly isRebuilt?: true
  readonly note?: KeyNote | undefined
}

export function unverified(kind: KeyKind, bits: number, verification: string): Key {
  return { certainty: 'unverified', verification, bits, kind, material: undefined }
}

/** Reported where `work_budget.ts` refuses. */
export const REFUSED = 'not computed: too much that looks like keys'
