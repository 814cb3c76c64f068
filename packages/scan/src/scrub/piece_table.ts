/**
 * Finds any piece of any pattern: so many bytes in a row of it, wherever they lie.
 *
 * Memory is looked at in words of 8 bytes at multiples of 8. Of each pattern so many words are in the table that every
 * piece that is long enough holds one of them, whatever its alignment in memory.
 *
 * @module
 */
import type { SecretPattern } from './secret_pattern.ts'

/** Bytes in memory that are equal to a piece of a pattern. */
export interface PieceHit {
  /** In the bytes that were searched. */
  readonly at: number
  readonly length: number
  readonly pattern: SecretPattern
  /** Where in the pattern the piece begins. */
  readonly from: number
}

const WORD = 8
/** Words of fewer different bytes are in every memory: zeros, fillings. */
const LEAST_DIFFERENT_OF_WORD = 3
/** A piece of fewer different bytes is no part of a key that anyone would miss. */
const LEAST_DIFFERENT = 5
/** Bits of the filter for each word, and slots of the table. */
const FILTER_BITS = 16
const SLOTS = 3

/** Words of a pattern that a table holds: what patterns cost. */
export function wordCount({ bytes, least }: SecretPattern): number {
  return Math.ceil(bytes.length / stride(least)) * WORD
}

/** Of each so many places in a pattern the first 8 are in the table. */
function stride(least: number): number {
  return WORD * Math.max(1, Math.floor((least - (WORD - 1)) / WORD))
}

export class PieceTable {
  readonly #patterns: readonly SecretPattern[]
  readonly #filter: Uint32Array
  readonly #filterMask: number
  /** Two halves of each word, the pattern that has it plus 1, and where: an open table. */
  readonly #slots: Uint32Array
  readonly #slotMask: number
  /** The longest pattern, in bytes. */
  readonly longest: number

  constructor(patterns: readonly SecretPattern[]) {
    this.#patterns = patterns
    const words = patterns.reduce((sum, pattern) => sum + wordCount(pattern), 0)
    this.#filterMask = powerOfTwo(words * FILTER_BITS) - 1
    this.#filter = new Uint32Array((this.#filterMask + 1) >> 5)
    this.#slotMask = powerOfTwo(words * SLOTS) - 1
    this.#slots = new Uint32Array((this.#slotMask + 1) * 4)
    let longest = 0
    for (const [number, pattern] of patterns.entries()) {
      longest = Math.max(longest, pattern.bytes.length)
      this.#enter(pattern, number)
    }
    this.longest = longest
  }

  /** Overwrites the table and the patterns. */
  wipe(): void {
    this.#slots.fill(0)
    this.#filter.fill(0)
    for (const { bytes } of this.#patterns) bytes.fill(0)
  }

  /**
   * Gives each piece that has a word in `[from, to)`, as far as it goes in `bytes`. Of those that share a word the longest.
   *
   * @param bytes begins at a multiple of 8 of its buffer
   */
  find(bytes: Uint8Array, from: number, to: number, onHit: (hit: PieceHit) => void): void {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
    const filter = this.#filter
    const mask = this.#filterMask
    const end = Math.min(to & ~(WORD - 1), bytes.length & ~(WORD - 1)) >> 2
    let last: PieceHit | undefined
    for (let i = ((from + WORD - 1) & ~(WORD - 1)) >> 2; i < end; i += 2) {
      const low = words[i] ?? 0
      const high = words[i + 1] ?? 0
      // Most of memory; no pattern has it, for it is not varied.
      if ((low | high) === 0) continue
      const hash = hashOf(low, high)
      const bit = hash & mask
      if (((filter[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) continue
      const hit = this.#longestAt(bytes, i * 4, { low, high, hash }, last)
      if (hit === undefined) continue
      onHit(hit)
      last = hit
    }
  }

  /** @param last what was found before: another word of it is nothing new */
  #longestAt(
    bytes: Uint8Array,
    at: number,
    { low, high, hash }: { readonly low: number; readonly high: number; readonly hash: number },
    last: PieceHit | undefined,
  ): PieceHit | undefined {
    let best: PieceHit | undefined
    const slots = this.#slots
    for (let slot = hash & this.#slotMask; ; slot = (slot + 1) & this.#slotMask) {
      const entry = slots[slot * 4 + 2] ?? 0
      if (entry === 0) break
      if (slots[slot * 4] !== low || slots[slot * 4 + 1] !== high) continue
      const pattern = this.#patterns[entry - 1]
      const place = slots[slot * 4 + 3] ?? 0
      if (pattern === undefined || isPartOf(last, pattern, at, place)) continue
      const hit = extended(bytes, at, pattern, place)
      if (hit.length >= pattern.least && hit.length > (best?.length ?? 0)) best = hit
    }
    if (best === undefined || !isVaried(bytes, best.at, best.length, LEAST_DIFFERENT))
      return undefined
    return best
  }

  #enter({ bytes, least }: SecretPattern, number: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const step = stride(least)
    const slots = this.#slots
    const filter = this.#filter
    for (let block = 0; block < bytes.length; block += step) {
      const end = Math.min(block + WORD, bytes.length - WORD + 1)
      for (let at = block; at < end; at++) {
        if (!isVaried(bytes, at, WORD, LEAST_DIFFERENT_OF_WORD)) continue
        const low = view.getUint32(at, true)
        const high = view.getUint32(at + 4, true)
        const hash = hashOf(low, high)
        const bit = hash & this.#filterMask
        filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31))
        let slot = hash & this.#slotMask
        while (slots[slot * 4 + 2] !== 0) slot = (slot + 1) & this.#slotMask
        slots[slot * 4] = low
        slots[slot * 4 + 1] = high
        slots[slot * 4 + 2] = number + 1
        slots[slot * 4 + 3] = at
      }
    }
  }
}

function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77)
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0
}

function powerOfTwo(least: number): number {
  let size = 1024
  while (size < least) size *= 2
  return size
}

function isPartOf(
  hit: PieceHit | undefined,
  pattern: SecretPattern,
  at: number,
  place: number,
): boolean {
  return hit?.pattern === pattern && hit.at - hit.from === at - place && at < hit.at + hit.length
}

/** As far as bytes and pattern agree around a place where they do. */
function extended(bytes: Uint8Array, at: number, pattern: SecretPattern, place: number): PieceHit {
  const { bytes: whole } = pattern
  let before = 0
  const mostBefore = Math.min(at, place)
  while (before < mostBefore && bytes[at - before - 1] === whole[place - before - 1]) before++
  let behind = WORD
  const mostBehind = Math.min(bytes.length - at, whole.length - place)
  while (behind < mostBehind && bytes[at + behind] === whole[place + behind]) behind++
  return { at: at - before, length: before + behind, pattern, from: place - before }
}

/** Whether so many different bytes are there. */
function isVaried(bytes: Uint8Array, at: number, length: number, least: number): boolean {
  let different = 0
  for (let k = at; k < at + length; k++) {
    let earlier = at
    while (bytes[earlier] !== bytes[k]) earlier++
    if (earlier === k && ++different === least) return true
  }
  return false
}
