/**
 * Packed data in a window that could not be unpacked to its end: it is opened by itself, afterwards.
 *
 * Per-thread state, like that of `work_budget.ts`: detectors note offsets, the scanner takes them. @module
 */
/** What the offset begins with: an encoding of text, or what packed it. */
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

export interface PackedSeen {
  readonly coding: PackedCoding
  /** Of its first byte, from the begin of what was examined. */
  readonly at: number
}

let seen: PackedSeen[] = []

export function notePacked(coding: PackedCoding, at: number): void {
  seen.push({ coding, at })
}

/** Whether `work` notes anything, which is forgotten: its offsets are of other bytes. */
export function notesPacked(work: () => void): boolean {
  const before = seen
  seen = []
  work()
  const isNoted = seen.length > 0
  seen = before
  return isNoted
}

/** What was noted since this was asked last. */
export function takePacked(): readonly PackedSeen[] {
  if (seen.length === 0) return NONE
  const taken = seen
  seen = []
  return taken
}

const NONE: readonly PackedSeen[] = []
