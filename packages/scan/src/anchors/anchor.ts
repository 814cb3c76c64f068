/** Anchors: byte patterns that the kernel searches for, and the detectors that examine them. */
import type { Detector } from './match.ts'

export interface Anchor {
  /** Unique within a scan: for reports of limits and for tests. */
  readonly name: string
  /** 2 to 16 bytes. */
  readonly pattern: Uint8Array
  /** Bits that count, same length; all where absent. */
  readonly mask?: Uint8Array
  /** If alignment is known: bit k for k bytes behind a multiple of 8. Anywhere where absent. */
  readonly alignment?: number | undefined
  readonly detect: Detector
  /** A cheap test for common patterns: false only where `detect` would find nothing. */
  readonly mayContain?: (bytes: Uint8Array, at: number) => boolean
  /**
   * Bytes of a random number behind the pattern, without which `detect` finds nothing: the kernel
   * skips text, a dozen zeros, and two words that look like addresses. Fewer than one random number
   * in 10^8 is so.
   */
  readonly number?: RandomNumber | undefined
  /** How far before and behind the anchor the detector may look, in bytes; at most `REACH`. */
  readonly before: number
  readonly behind: number
}

/** For {@link Anchor.alignment}: multiples of 8, as in 64-bit processes, and anywhere. */
export const EIGHTHS = 0b1
export const ANYWHERE = 0xff

export interface RandomNumber {
  /** Less than 256. */
  readonly from: number
  readonly length: 32 | 64
}

/** The farthest that a detector may look to either side of an anchor, in bytes. */
export const REACH = 65_536
