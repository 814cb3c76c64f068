/** The raw findings of one window: each hit, some copies of its bytes, and how many more there were. @module */
import type { Certainty } from '@mintmark/keys/material/key_kind'
import { KeyTags } from '@mintmark/keys/material/key_tag'
import type { Detected } from '../anchors/detected.ts'
import { findingSeen } from '../findings/finding.ts'
import type { RawFinding } from './raw_findings.ts'
import { HITS_OF, type LimitSeen } from './scan_limits.ts'

/** Raw findings of a window: a key-dense file is cut to the limits of a report anyhow. */
const MOST_RAW_FINDINGS = 5000
/** Copies of one key in one encoding that are reported one by one. */
const MOST_COPIES = 250

/** Number of reported copies of one key in one encoding. */
interface Copies {
  count: number
}

/** A hit, to which copies of its bytes are added; without a raw finding where the window had too many. */
export class ReportedFinding {
  readonly certainty: Certainty
  readonly rawFinding: RawFinding | undefined
  readonly copies: Copies

  constructor(certainty: Certainty, rawFinding?: RawFinding, copies: Copies = { count: 0 }) {
    this.certainty = certainty
    this.rawFinding = rawFinding
    this.copies = copies
  }
}

export class WindowFindings {
  readonly all: RawFinding[] = []
  readonly #tags: KeyTags
  /** By key and encoding. */
  readonly #copies = new Map<string, Copies>()
  /** Hits beyond the limits. */
  readonly #leftOut = new Map<Certainty, { offset: number; count: number }>()
  /** Bytes that verified keys take, at least: overlapping findings count once. */
  verifiedBytes = 0
  #verifiedTo = 0

  /** @param hashKey for the tags of keys; see `key_tag.ts` */
  constructor(hashKey: Uint8Array) {
    this.#tags = new KeyTags(hashKey)
  }

  /** @param offset from the file's start */
  add(detected: Detected, offset: number): ReportedFinding {
    const { certainty, material, length } = detected
    if (certainty === 'proven') this.#takeVerified(offset, length)
    if (this.all.length >= MOST_RAW_FINDINGS) {
      this.#leaveOut(certainty, offset)
      return new ReportedFinding(certainty)
    }
    const rawFinding = { seen: findingSeen(detected, offset), tag: this.#tags.of(material) }
    this.all.push(rawFinding)
    return new ReportedFinding(certainty, rawFinding, this.#copiesOf(rawFinding))
  }

  /** The bytes of a hit are elsewhere too. Returns whether the copy is reported, not only counted. */
  addCopy({ certainty, rawFinding, copies }: ReportedFinding, offset: number): boolean {
    if (certainty === 'proven') this.#takeVerified(offset, rawFinding?.seen.length ?? 0)
    const isFull = this.all.length >= MOST_RAW_FINDINGS || copies.count >= MOST_COPIES
    if (rawFinding === undefined || isFull) {
      this.#leaveOut(certainty, offset)
      return false
    }
    copies.count++
    this.all.push({ seen: { ...rawFinding.seen, offset }, tag: rawFinding.tag })
    return true
  }

  limits(): LimitSeen[] {
    return [...this.#leftOut].map(([certainty, { offset, count }]) => {
      return { code: 'many-hits', name: HITS_OF[certainty], offset, count }
    })
  }

  #takeVerified(offset: number, length: number): void {
    const end = offset + length
    this.verifiedBytes += Math.max(0, end - Math.max(offset, this.#verifiedTo))
    this.#verifiedTo = Math.max(this.#verifiedTo, end)
  }

  #copiesOf({ tag, seen }: RawFinding): Copies {
    const name = `${tag} ${seen.form}`
    const existing = this.#copies.get(name) ?? { count: 0 }
    this.#copies.set(name, existing)
    return existing
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
