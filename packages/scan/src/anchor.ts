/**
 * Byte patterns that lead to key material: what the anchor kernel looks for, and what then looks closely.
 *
 * @module
 */
import type { Detector } from './detected.ts'

/** A byte pattern by which a form is found, and what looks at the place. */
export interface Anchor {
  /** Unique within a scan: for reports of limits and for tests. */
  readonly name: string
  /** 2 to 16 bytes. */
  readonly pattern: Uint8Array
  /** Bits that count, same length; all where absent. */
  readonly mask?: Uint8Array
  /** Is given the window and where the pattern's first byte lies in it. */
  readonly detect: Detector
  /**
   * A glance before `detect` is asked, where much else has the pattern: false only of what it would find nothing in.
   * Takes no memory and charges nothing.
   */
  readonly mayHold?: (bytes: Uint8Array, at: number) => boolean
  /** How far before and behind the anchor the detector may look, in bytes; at most {@link REACH}. */
  readonly before: number
  readonly behind: number
}

/** The farthest that a detector may look to either side of an anchor, in bytes. */
export const REACH = 65_536
