/**
 * What leaves this package about a key: its location and identity, never its value. A finding is
 * made only from numbers, names and hashes of public keys.
 */
import type { Owner } from '@mintmark/dump'
import type { Certainty, KeyKind, KeyNote } from '@mintmark/keys/material/key_kind'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { KeyTags } from '@mintmark/keys/material/key_tag'
import { type KeyId, keyIdOf } from '@mintmark/keys/public_half/key_id'
import { selfTestOrigin } from '@mintmark/keys/public_half/self_test_keys'
import type { Match } from '../anchors/match.ts'

export interface Finding {
  readonly file: string
  /** From the file's start. */
  readonly offset: number
  /** Address in the process as 0x-hex; undefined where the dump does not say. */
  readonly address: string | undefined
  readonly length: number
  readonly kind: KeyKind
  readonly encoding: string
  readonly bits: number
  readonly certainty: Certainty
  readonly verification: string
  /** Nothing ties it to a public key: an unverified key unless its public half is known. */
  readonly isWellFormed?: true
  /** Computed from a part of the key and the public key. */
  readonly isRebuilt?: true
  readonly note: KeyNote | undefined
  readonly keyId: KeyId | undefined
  readonly owner: Owner | undefined
  /** Of a later part of a key split in the file: where its first part is. All are one copy. */
  readonly beginsAt?: number
  /** Of a key without an id, such as a symmetric one: its first offset in the file, if another. */
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
export interface RawFinding
  extends Omit<Finding, 'file' | 'address' | 'owner' | 'copies' | 'sameKeyAt'> {
  /** Of its key, see `key_tag.ts`: `''` where there is none to compare. It is in no report. */
  readonly tag: string
}

const LONGEST_VERIFICATION = 200

/** The reportable part of a match, without its material. */
export function rawFindingOf(
  { offset, length, encoding, key, isCopy }: Match,
  tags: KeyTags,
): RawFinding {
  const { kind, bits, certainty, material, note } = key
  const keyId = material && publicIdOf(material)
  const origin = selfTestOrigin(keyId?.spkiSha256)
  const verification =
    origin === undefined ? key.verification : `${key.verification}; published: ${origin}`
  return {
    offset,
    length,
    kind,
    encoding,
    bits,
    certainty,
    verification: verification.slice(0, LONGEST_VERIFICATION),
    note: note ?? (origin === undefined ? undefined : 'self-test'),
    // A copy verifies no more than the value itself.
    ...(key.isWellFormed === true || isCopy === true ? { isWellFormed: true } : {}),
    ...(key.isRebuilt === true ? { isRebuilt: true } : {}),
    keyId,
    tag: tags.of(material),
  }
}

/** The id of a key, without names; undefined where no public half is known. */
export function publicIdOf(material: KeyMaterial): KeyId | undefined {
  const ids = keyIdOf(material)
  return ids.spkiSha256 === undefined ? undefined : { ...ids, kid: undefined, subject: undefined }
}
