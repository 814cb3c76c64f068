/**
 * The sightings of one window: each hit, some copies of its bytes, and how many more there were.
 *
 * @module
 */
import type { Certainty, Detected } from './detected.ts'
import { findingSeen } from './finding.ts'
import { keyTag } from './key_tag.ts'
import type { LimitSeen } from './scan_limits.ts'
import type { Sighting } from './sightings.ts'

/** Sightings that a window can have: a file full of keys is cut to what a report holds anyhow. */
const MOST_SIGHTINGS = 5000
/** Copies of the bytes of a key in one form that are told one by one. */
const MOST_COPIES = 250

/** A hit, for copies of its bytes; without a sighting where there was no room for it. */
export class Told {
  readonly certainty: Certainty
  readonly sighting: Sighting | undefined

  constructor(certainty: Certainty, sighting?: Sighting) {
    this.certainty = certainty
    this.sighting = sighting
  }
}

export class WindowSightings {
  readonly all: Sighting[] = []
  readonly #hashKey: Uint8Array
  /** Copies told, by key and form. */
  readonly #copies = new Map<string, number>()
  /** Hits that there was no room for. */
  readonly #leftOut = new Map<Certainty, { offset: number; count: number }>()

  /** @param hashKey for the tags of keys; see `key_tag.ts` */
  constructor(hashKey: Uint8Array) {
    this.#hashKey = hashKey
  }

  /** @param offset from the file's start */
  add(detected: Detected, offset: number): Told {
    const { certainty, material } = detected
    if (this.all.length >= MOST_SIGHTINGS) {
      this.#leaveOut(certainty, offset)
      return new Told(certainty)
    }
    const sighting = { seen: findingSeen(detected, offset), tag: keyTag(this.#hashKey, material) }
    this.all.push(sighting)
    return new Told(certainty, sighting)
  }

  /** The bytes of a hit lie elsewhere too. Returns whether the place is told, not only counted. */
  addCopy({ certainty, sighting }: Told, offset: number): boolean {
    if (sighting === undefined || !this.#hasRoomForCopy(sighting)) {
      this.#leaveOut(certainty, offset)
      return false
    }
    this.all.push({ seen: { ...sighting.seen, offset }, tag: sighting.tag })
    return true
  }

  limits(): LimitSeen[] {
    return [...this.#leftOut].map(([certainty, { offset, count }]) => {
      return { code: 'many-hits', name: `${certainty} places`, offset, count }
    })
  }

  #hasRoomForCopy({ tag, seen }: Sighting): boolean {
    const name = `${tag} ${seen.form}`
    const count = this.#copies.get(name) ?? 0
    if (this.all.length >= MOST_SIGHTINGS || count >= MOST_COPIES) return false
    this.#copies.set(name, count + 1)
    return true
  }

  #leaveOut(certainty: Certainty, offset: number): void {
    const held = this.#leftOut.get(certainty)
    if (held === undefined) this.#leftOut.set(certainty, { offset, count: 1 })
    else {
      held.offset = Math.min(held.offset, offset)
      held.count++
    }
  }
}
