/**
 * A part of the live set: open addressing over one typed array, 24 bytes a slot, no object for each token.
 *
 * A slot holds the mark of the token id (32 bits) and 128 bits of the hash of the signing input, both under secrets, and
 * the time of expiry with one bit for a revocation. The mark gives the first slot of a token, so a search for a second token
 * under the same id passes the first one.
 *
 * @module
 */
import type { Slot } from './keyed_hash.ts'

const SLOT_WORDS = 6
const EXPIRY = 5
const LEAST_SLOTS = 64
const MAX_LOAD = 0.8
/** After growing; the rest is for what comes before the next growth. */
const NEW_LOAD = 0.6
/** The same while a table is filled for the first time: it will have to grow again soon. */
const FILLING_LOAD = 0.3
/** Of a table that gets as many as were expected: as much as may stay. */
const EXPECTED_LOAD = 0.7
const WORD = 2 ** 32
/** Times are seconds since 2020-01-01 in 31 bits, so up to 2088. */
const EPOCH_SECONDS = 1_577_836_800
const MAX_SECONDS = 2 ** 31 - 1

export type Membership =
  /** This very token was recorded. */
  | 'live'
  /** It was, and so was a revocation of it. */
  | 'revoked'
  /** Its id was recorded, with other bytes. */
  | 'mutated'
  | 'unknown'

export class LiveTable {
  #slots: number
  #used = 0
  #words: Uint32Array
  #load: number

  /** @param filling until {@link settle}, it takes twice the memory at once, and at first memory for so many */
  constructor(filling?: number) {
    this.#load = filling === undefined ? NEW_LOAD : FILLING_LOAD
    this.#slots = Math.max(LEAST_SLOTS, Math.ceil((filling ?? 0) / EXPECTED_LOAD))
    this.#words = new Uint32Array(this.#slots * SLOT_WORDS)
  }

  /** Tokens that are held, expired ones included. */
  get count(): number {
    return this.#used
  }

  get bytes(): number {
    return this.#words.byteLength
  }

  find(slot: Slot): Membership {
    const words = this.#words
    let isMutated = false
    for (let at = this.#start(slot.mark); words[at + EXPIRY] !== 0; at = this.#next(at)) {
      if (words[at] !== slot.mark) continue
      if (this.#isAt(at, slot)) return isOdd(words[at + EXPIRY]) ? 'revoked' : 'live'
      isMutated = true
    }
    return isMutated ? 'mutated' : 'unknown'
  }

  /** @param keepSeconds until when it has to be remembered, in seconds since 1970 as `nowSeconds` */
  add(slot: Slot, keepSeconds: number, nowSeconds: number): void {
    if (this.#used + 1 > this.#slots * MAX_LOAD) this.#rebuild(nowSeconds)
    const words = this.#words
    const at = this.#slotOf(slot)
    if (words[at + EXPIRY] !== 0) return
    words[at] = slot.mark
    words[at + 1] = slot.input0
    words[at + 2] = slot.input1
    words[at + 3] = slot.input2
    words[at + 4] = slot.input3
    words[at + EXPIRY] = stamp(keepSeconds)
    this.#used++
  }

  /** Frees spare memory: from now on the table grows in small steps. */
  settle(nowSeconds: number): void {
    this.#load = NEW_LOAD
    if (this.#used < this.#slots * NEW_LOAD) this.#rebuild(nowSeconds)
  }

  /** A revocation of a token that is not here says nothing. */
  revoke(slot: Slot): void {
    const at = this.#slotOf(slot) + EXPIRY
    const expiry = this.#words[at] ?? 0
    if (expiry !== 0 && !isOdd(expiry)) this.#words[at] = expiry + 1
  }

  /** The slot of the token, or else the free slot for it. */
  #slotOf(slot: Slot): number {
    const words = this.#words
    let at = this.#start(slot.mark)
    while (words[at + EXPIRY] !== 0) {
      if (words[at] === slot.mark && this.#isAt(at, slot)) break
      at = this.#next(at)
    }
    return at
  }

  #start(mark: number): number {
    return Math.floor((mark / WORD) * this.#slots) * SLOT_WORDS
  }

  #next(at: number): number {
    const next = at + SLOT_WORDS
    return next === this.#words.length ? 0 : next
  }

  #isAt(at: number, slot: Slot): boolean {
    const words = this.#words
    return (
      words[at + 1] === slot.input0 &&
      words[at + 2] === slot.input1 &&
      words[at + 3] === slot.input2 &&
      words[at + 4] === slot.input3
    )
  }

  /** Leaves out what has expired, and takes as much memory as the rest needs. */
  #rebuild(nowSeconds: number): void {
    const old = this.#words
    const now = stamp(nowSeconds)
    let live = 0
    for (let at = EXPIRY; at < old.length; at += SLOT_WORDS) if ((old[at] ?? 0) >= now) live++
    this.#slots = Math.max(LEAST_SLOTS, Math.ceil(live / this.#load))
    this.#used = live
    this.#words = new Uint32Array(this.#slots * SLOT_WORDS)
    for (let at = 0; at < old.length; at += SLOT_WORDS)
      if ((old[at + EXPIRY] ?? 0) >= now) this.#insert(old, at)
  }

  /** Copies a slot into the new table. No token is in a table twice, so nothing is compared. */
  #insert(from: Uint32Array, slot: number): void {
    const words = this.#words
    let at = this.#start(from[slot] ?? 0)
    while (words[at + EXPIRY] !== 0) at = this.#next(at)
    for (let i = 0; i < SLOT_WORDS; i++) words[at + i] = from[slot + i] ?? 0
  }
}

/** Seconds since 1970 in the upper 31 bits, never 0: that marks a free slot. The lowest bit is left for a revocation. */
function stamp(seconds: number): number {
  return 2 * Math.min(Math.max(Math.ceil(seconds) - EPOCH_SECONDS, 1), MAX_SECONDS)
}

const isOdd = (value: number | undefined) => value !== undefined && (value & 1) === 1
