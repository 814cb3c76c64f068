/**
 * Recorded, unexpired tokens: compares 128 bits of a hash under a secret of the process.
 * Many small tables, so that growing one delays callers only shortly. A lookup takes some 0.1 µs.
 */
import { ID_WORDS, INPUT_WORDS, KeyedHash, type Slot } from './keyed_hash.ts'

const TABLES = 64
/** Some 160 MB. */
const MOST_EXPECTED = 4_000_000
const WORDS = ID_WORDS + INPUT_WORDS

export class LiveSet {
  readonly #tables: readonly LiveTable[]
  readonly #hash: KeyedHash = new KeyedHash()
  // Filled and read within one call: never seen outside of it.
  readonly #words: Uint32Array = new Uint32Array(WORDS)
  readonly #slot: Slot = { mark: 0, input0: 0, input1: 0, input2: 0, input3: 0 }

  /**
   * @param filling expected count, a claim: reserves memory for it up to a limit. Takes more
   * memory, to be filled sooner, until {@link settle}
   */
  constructor(filling?: number) {
    const each = filling === undefined ? undefined : Math.min(filling, MOST_EXPECTED) / TABLES
    this.#tables = Array.from({ length: TABLES }, () => new LiveTable(each))
  }

  get count(): number {
    return this.#tables.reduce((sum, { count }) => sum + count, 0)
  }

  get bytes(): number {
    return this.#tables.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** @param id 16 bytes. @param inputHash SHA-256 of the signing input */
  find(id: Uint8Array, inputHash: Uint8Array): Membership {
    const words = this.#wordsOf(id, inputHash)
    return this.#tableOf(words, 0).find(this.#slot)
  }

  /** @param keepMs until when it has to be remembered; a multiple of a second is enough */
  add(id: Uint8Array, inputHash: Uint8Array, keepMs: number, nowMs: number): void {
    this.addAt(this.#wordsOf(id, inputHash), 0, keepMs, nowMs)
  }

  /** `WORDS` at `at`: the id and the hash, each word's highest byte first. */
  addAt(words: Uint32Array, at: number, keepMs: number, nowMs: number): void {
    this.#tableOf(words, at).add(this.#slot, keepMs / 1000, nowMs / 1000)
  }

  /** Ends the filling: drops expired tokens, and frees the spare memory. */
  settle(nowMs: number): void {
    for (const table of this.#tables) table.settle(nowMs / 1000)
  }

  revoke(id: Uint8Array, inputHash: Uint8Array): void {
    this.revokeAt(this.#wordsOf(id, inputHash), 0)
  }

  revokeAt(words: Uint32Array, at: number): void {
    this.#tableOf(words, at).revoke(this.#slot)
  }

  #tableOf(words: Uint32Array, at: number): LiveTable {
    const table = this.#tables[this.#hash.fill(words, at, this.#slot) >>> 26]
    if (table === undefined) throw new RangeError('no such table')
    return table
  }

  #wordsOf(id: Uint8Array, inputHash: Uint8Array): Uint32Array {
    for (let i = 0; i < ID_WORDS; i++) this.#words[i] = wordAt(id, i)
    for (let i = 0; i < INPUT_WORDS; i++) this.#words[ID_WORDS + i] = wordAt(inputHash, i)
    return this.#words
  }
}

function wordAt(bytes: Uint8Array, i: number): number {
  const at = 4 * i
  const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16)
  return (high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
}

const SLOT_WORDS = 6
const EXPIRY = 5
const LEAST_SLOTS = 64
const MAX_LOAD = 0.8
/** After growing; the rest is for what comes before the next growth. */
const NEW_LOAD = 0.6
/** At the first filling: the table will soon have to grow again. */
const FILLING_LOAD = 0.3
/** For as many tokens as were expected: as much as may stay. */
const EXPECTED_LOAD = 0.7
const WORD = 2 ** 32
/** Times are seconds since 2020-01-01 in 31 bits: up to 2088. */
const EPOCH_SECONDS = 1_577_836_800
const MAX_SECONDS = 2 ** 31 - 1

export type Membership =
  | 'live'
  | 'revoked'
  /** Its id was recorded, with other bytes. */
  | 'mutated'
  | 'unknown'

class LiveTable {
  #slots: number
  #used = 0
  #words: Uint32Array
  #load: number

  /** @param filling expected count; the table takes twice the memory until {@link settle} */
  constructor(filling?: number) {
    this.#load = filling === undefined ? NEW_LOAD : FILLING_LOAD
    this.#slots = Math.max(LEAST_SLOTS, Math.ceil((filling ?? 0) / EXPECTED_LOAD))
    this.#words = new Uint32Array(this.#slots * SLOT_WORDS)
  }

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

  /** @param keepSeconds until when it has to be remembered, since 1970 as `nowSeconds` */
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

  /** A revocation of a token that is not here has no effect. */
  revoke(slot: Slot): void {
    const at = this.#slotOf(slot) + EXPIRY
    const expiry = this.#words[at] ?? 0
    if (expiry !== 0 && !isOdd(expiry)) this.#words[at] = expiry + 1
  }

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

  /** No token is in a table twice, so nothing is compared. */
  #insert(from: Uint32Array, slot: number): void {
    const words = this.#words
    let at = this.#start(from[slot] ?? 0)
    while (words[at + EXPIRY] !== 0) at = this.#next(at)
    for (let i = 0; i < SLOT_WORDS; i++) words[at + i] = from[slot + i] ?? 0
  }
}

/** Seconds in the upper 31 bits, never 0, which marks a free slot. The lowest bit: revoked. */
function stamp(seconds: number): number {
  return 2 * Math.min(Math.max(Math.ceil(seconds) - EPOCH_SECONDS, 1), MAX_SECONDS)
}

const isOdd = (value: number | undefined) => value !== undefined && (value & 1) === 1
