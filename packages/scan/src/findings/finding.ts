/**
 * What leaves this package about a key: its location and its identity, never its value.
 *
 * Invariant: a finding is made only from numbers, names and hashes of public keys. @module
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
  /** Nothing ties its value to a public key: it is well-formed, and stays a candidate unless its public half is known. */
  readonly isWellFormed?: true
  /** Computed from a part of the key and the public key. */
  readonly isRebuilt?: true
  readonly note: 'self-test' | 'drbg' | 'shielded' | 'fragment' | undefined
  readonly keyId: KeyId | undefined
  readonly owner: Owner | undefined
  /** Of a later part of a key that is split in the file: where its first part is. All parts are one copy. */
  readonly beginsAt?: number
  /** Of a key without an id, such as a symmetric one: its first offset in the file, where that is another. */
  readonly sameKeyAt?: number
  /** Of packed data at the offset: the position in the innermost unpacked data. */
  readonly inside?: {
    readonly offset: number
    readonly address: string | undefined
    readonly owner: Owner | undefined
    /** Of a key without an id: the first position of the same key there. */
    readonly firstAt: number
  }
  /** How often this key was found in this file, in this encoding, this offset included. */
  readonly copies: number
}

/** A finding before its address and number of copies are known: threads exchange these. */
export type FindingSeen = Omit<Finding, 'file' | 'address' | 'owner' | 'copies' | 'sameKeyAt'>

const LONGEST_VERIFICATION = 200

/**
 * The reportable part of a hit, without its material.
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
    // A copy verifies no more than the value itself.
    ...(detected.isWellFormed === true || detected.isCopy === true ? { isWellFormed: true } : {}),
    ...(detected.isRebuilt === true ? { isRebuilt: true } : {}),
    keyId:
      ids?.spkiSha256 === undefined ? undefined : { ...ids, kid: undefined, subject: undefined },
  }
}
