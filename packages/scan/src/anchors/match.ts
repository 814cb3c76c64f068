/**
 * What a detector finds: a match, which holds a key, and becomes a finding. A key never leaves the
 * process, and only a finding is reported.
 */
import type { Key } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'

/** A key, and where it is. Offsets are from the begin of the bytes that the detector was given. */
export interface Match {
  readonly offset: number
  readonly length: number
  /** Its encoding: `pkcs1-der`, `pem`, `limbs-le64`, `aes-schedule-dec` … one of `docs/key-encodings.md`. */
  readonly form: string
  readonly key: Key
  /** A copy of a value of a known key. */
  readonly isCopy?: true
}

/** Bytes at an address: valid until the detector returns, never to be kept or changed. */
export interface Pointed {
  readonly bytes: Uint8Array
  /** Of the first byte, from the begin of the detector's bytes; usually outside of them. */
  readonly offset: number
}

/** Follows pointers of the dumped process. */
export interface Memory {
  /** `length` bytes at an address; undefined where the dump lacks some of them. */
  readonly at: (address: bigint, length: number) => Pointed | undefined
}

/** Packed data that could not be unpacked to its end: it is opened by itself, afterwards. */
export interface PackedSeen {
  readonly coding: PackedCoding
  /** Of its first byte, from the begin of what was examined. */
  readonly at: number
}

/** What packed data begins with: an encoding of text, or what packed it. */
export type PackedCoding =
  | 'base64'
  | 'hex'
  | 'decimal'
  | 'gzip'
  | 'zlib'
  | 'zip'
  | 'zstd'
  | 'lz4'
  | 'xz'
  | 'bzip2'
  // What nothing here opens amid other bytes.
  | '7z'
  | 'rar'
  | 'PDF'

/** What examining some bytes may use, and reports to. */
export interface Probe {
  readonly budget: WorkBudget
  /** Of the process, where the dump gives addresses. */
  readonly memory?: Memory | undefined
  readonly onPacked?: (packed: PackedSeen) => void
  /** A public key; `isBare` if nothing around it shows that it is one. */
  readonly onPublicKey?: ((key: PublicKey, isBare: boolean) => void) | undefined
  /** Whether the window may have more of them; always where absent. */
  readonly hasRoomForKey?: ((isBare: boolean) => boolean) | undefined
}

/**
 * Examines an offset that a kernel's anchor points to.
 * @param bytes a window of a segment: valid until the detector returns, never to be kept or changed
 * @param at where the anchor is in it
 * @returns what is there, or undefined: never throws for any bytes
 */
export type Detector = (bytes: Uint8Array, at: number, probe: Probe) => Match | undefined
