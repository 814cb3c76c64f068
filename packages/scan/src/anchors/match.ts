/** What a detector finds. A key never leaves the process: only findings are reported. */
import type { Key } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'

/** A key, and where it is. Offsets are from the begin of the bytes that the detector was given. */
export interface Match {
  readonly offset: number
  readonly length: number
  /** One of `docs/key-encodings.md`: `pkcs1-der`, `pem`, `limbs-le64`, `aes-schedule-dec` … */
  readonly encoding: string
  readonly key: Key
  readonly isCopy?: true
}

/** Bytes at an address: valid until the detector returns, never to be kept or changed. */
export interface Pointed {
  readonly bytes: Uint8Array
  /** Of the first byte, from the begin of the detector's bytes; usually outside of them. */
  readonly offset: number
}

export interface Memory {
  /** `length` bytes at an address; undefined where the dump lacks some of them. */
  readonly at: (address: bigint, length: number) => Pointed | undefined
}

/** Packed data that could not be unpacked to its end: it is opened by itself, afterwards. */
export interface PackedSeen {
  readonly coding: PackedCoding
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

export interface Probe {
  readonly budget: WorkBudget
  readonly memory?: Memory | undefined
  readonly onPacked?: (packed: PackedSeen) => void
  /** A public key; `isBare` if nothing around it shows that it is one. */
  readonly onPublicKey?: ((key: PublicKey, isBare: boolean) => void) | undefined
  readonly hasRoomForKey?: ((isBare: boolean) => boolean) | undefined
}

/**
 * Examines the anchor at `at`. `bytes` is a window, valid until the detector returns, never to be
 * kept or changed. Never throws for any bytes.
 */
export type Detector = (bytes: Uint8Array, at: number, probe: Probe) => Match | undefined
