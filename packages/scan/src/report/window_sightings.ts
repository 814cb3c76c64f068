/**
 * The sightings of one window: each hit, some copies of its bytes, and how many more there were.
 *
 * @module
 */
import type { Certainty } from '@mintmark/keys/material/key_kind'
import { keyTag } from '@mintmark/keys/material/key_tag'
import type { Detected } from '../anchors/detected.ts'
import { findingSeen } from '../findings/finding.ts'
import type { LimitSeen } from './scan_limits.ts'
import type { Sighting } from './sightings.ts'

/** Sightings that a window can have: a file full of keys is cut to what a report holds anyhow. */
const MOST_SIGHTINGS = 5000
/** Copies of the bytes of a key in one form that are told one by one. */
const MOST_COPIES = 250

/** Copies that were told, of a key in one form. */
interface Copies {
  count: number
}

/** A hit, for copies of its bytes; without a sighting where there was no room for it. */
export class Told {
  readonly certainty: Certainty
  readonly sighting: Sighting | undefined
  readonly copies: Copies

  constructor(certainty: Certainty, sighting?: Sighting, copies: Copies = { count: 0 }) {
    this.certainty = certainty
    this.sighting = sighting
    this.copies = copies
  }
}

export class WindowSightings {
  readonly all: Sighting[] = []
  readonly #hashKey: Uint8Array
  /** By key and form. */
  readonly #copies = new Map<string, Copies>()
  /** Hits that there was no room for. */
  readonly #leftOut = new Map<Certainty, { offset: number; count: number }>()
  /** Bytes that proven keys take, at least: of places that lie over others, or before them, only what is behind those. */
  provenBytes = 0
  #provenTo = 0

  /** @param hashKey for the tags of keys; see `key_tag.ts` */
  constructor(hashKey: Uint8Array) {
    this.#hashKey = hashKey
  }

  /** @param offset from the file's start */
  add(detected: Detected, offset: number): Told {
    const { certainty, material, length } = detected
    if (certainty === 'proven') this.#takeProven(offset, length)
    if (this.all.length >= MOST_SIGHTINGS) {
      this.#leaveOut(certainty, offset)
      return new Told(certainty)
    }
    const sighting = { seen: findingSeen(detected, offset), tag: keyTag(this.#hashKey, material) }
    this.all.push(sighting)
    return new Told(certainty, sighting, this.#copiesOf(sighting))
  }

  /** The bytes of a hit lie elsewhere too. Returns whether the place is told, not only counted. */
  addCopy({ certainty, sighting, copies }: Told, offset: number): boolean {
    if (certainty === 'proven') this.#takeProven(offset, sighting?.seen.length ?? 0)
    const isFull = this.all.length >= MOST_SIGHTINGS || copies.count >= MOST_COPIES
    if (sighting === undefined || isFull) {
      this.#leaveOut(certainty, offset)
      return false
    }
    copies.count++
    this.all.push({ seen: { ...sighting.seen, offset }, tag: sighting.tag })
    return true
  }

  limits(): LimitSeen[] {
    return [...this.#leftOut].map(([certainty, { offset, count }]) => {
      return { code: 'many-hits', name: `${certainty} places`, offset, count }
    })
  }

  #takeProven(offset: number, length: number): void {
    const end = offset + length
    this.provenBytes += Math.max(0, end - Math.max(offset, this.#provenTo))
    this.#provenTo = Math.max(this.#provenTo, end)
  }

  #copiesOf({ tag, seen }: Sighting): Copies {
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
