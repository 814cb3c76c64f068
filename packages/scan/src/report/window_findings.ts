/** The raw findings of one window: each hit, and how many more there were. @module */
import type { Certainty } from '@mintmark/keys/material/key_kind'
import { KeyTags } from '@mintmark/keys/material/key_tag'
import type { Detected } from '../anchors/detected.ts'
import { findingSeen } from '../findings/finding.ts'
import type { RawFinding } from './raw_findings.ts'
import { HITS_OF, type LimitSeen } from './scan_limits.ts'

/** Raw findings of a window: a key-dense file is cut to the limits of a report anyhow. */
const MOST_RAW_FINDINGS = 5000
export class WindowFindings {
  readonly all: RawFinding[] = []
  readonly #tags: KeyTags
  /** Bytes that verified keys take, at least: overlapping findings count once. */
  verifiedBytes = 0
  #verifiedTo = 0
  /** Hits beyond the limits. */
  readonly #leftOut = new Map<Certainty, { offset: number; count: number }>()

  /** @param hashKey for the tags of keys; see `key_tag.ts` */
  constructor(hashKey: Uint8Array) {
    this.#tags = new KeyTags(hashKey)
  }

  /**
   * @param offset from the file's start
   * @returns undefined where there are too many
   */
  add(detected: Detected, offset: number): RawFinding | undefined {
    const { certainty, material, length } = detected
    if (certainty === 'proven') this.#takeVerified(offset, offset + length)
    if (this.all.length >= MOST_RAW_FINDINGS) {
      this.#leaveOut(certainty, offset)
      return undefined
    }
    const rawFinding = { seen: findingSeen(detected, offset), tag: this.#tags.of(material) }
    this.all.push(rawFinding)
    return rawFinding
  }

  limits(): LimitSeen[] {
    return [...this.#leftOut].map(([certainty, { offset, count }]) => {
      return { code: 'many-hits', name: HITS_OF[certainty], offset, count }
    })
  }

  #takeVerified(offset: number, end: number): void {
    this.verifiedBytes += Math.max(0, end - Math.max(offset, this.#verifiedTo))
    this.#verifiedTo = Math.max(this.#verifiedTo, end)
  }

  #leaveOut(certainty: Certainty, offset: number): void {
    const existing = this.#leftOut.get(certainty)
    if (existing === undefined) this.#leftOut.set(certainty, { offset, count: 1 })
    else {
      existing.offset = Math.min(existing.offset, offset)
      existing.count++
    }
  }
}
