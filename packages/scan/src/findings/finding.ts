/**
 * What leaves this package about a key: where it is and which one, never what it is.
 *
 * This is the only door: everything here is made from numbers, names and hashes of public keys.
 *
 * @module
 */
import type { Owner } from '@mintmark/dump'
import type { Certainty, KeyKind } from '@mintmark/keys/material/key_kind'
import { type KeyId, keyIdOf } from '@mintmark/keys/public_half/key_id'
import { selfTestOrigin } from '@mintmark/keys/public_half/self_test_keys'
import type { Detected } from '../anchors/detected.ts'

export interface Finding {
  readonly file: string
  /** From the file's start. */
  readonly offset: number
  /** Address in the process as 0x-hex; undefined where the dump does not say. */
  readonly address: string | undefined
  readonly length: number
  readonly kind: KeyKind
  readonly form: string
  readonly bits: number
  readonly certainty: Certainty
  readonly proof: string
  /** Nothing ties its value to a public key: it is well-formed, and a candidate unless its public half is known. */
  readonly isWellFormed?: true
  /** Worked out from a part of the key, or from what is left of one, and what is public. */
  readonly isRebuilt?: true
  readonly note: 'self-test' | 'drbg' | 'shielded' | 'fragment' | undefined
  readonly keyId: KeyId | undefined
  readonly owner: Owner | undefined
  /** Of a part of a key that goes on from elsewhere in the file: where the first part is. One copy, and one key. */
  readonly beginsAt?: number
  /** Of a key without an id, as symmetric ones are: the first offset in the file that holds it, where that is another. */
  readonly sameKeyAt?: number
  /** Of what was unpacked from the offset: where in that it is, in the innermost packing. */
  readonly inside?: {
    readonly offset: number
    readonly address: string | undefined
    readonly owner: Owner | undefined
    /** Of a key without an id: the first offset in it that holds the same. */
    readonly firstAt: number
  }
  /** How often this key was found in this file, in this encoding, this offset included. */
  readonly copies: number
}

/** A finding before it is known where in the process it is and how often: what threads exchange. */
export type FindingSeen = Omit<Finding, 'file' | 'address' | 'owner' | 'copies' | 'sameKeyAt'>

const LONGEST_VERIFICATION = 200

/**
 * What may be reported of a hit: no value of its material.
 *
 * @param offset of its first byte, from the file's start
 */
export function findingSeen(detected: Detected, offset: number): FindingSeen {
  const { length, kind, form, bits, certainty, note, material } = detected
  const ids = material && keyIdOf(material)
  const origin = selfTestOrigin(ids?.spkiSha256)
  const proof = origin === undefined ? detected.proof : `${detected.proof}; published: ${origin}`
  return {
    offset,
    length,
    kind,
    form,
    bits,
    certainty,
    proof: proof.slice(0, LONGEST_VERIFICATION),
    note: note ?? (origin === undefined ? undefined : 'self-test'),
    // A copy of a value shows no more than the value.
    ...(detected.isWellFormed === true || detected.isCopy === true ? { isWellFormed: true } : {}),
    ...(detected.isRebuilt === true ? { isRebuilt: true } : {}),
    keyId:
      ids?.spkiSha256 === undefined ? undefined : { ...ids, kid: undefined, subject: undefined },
  }
}
