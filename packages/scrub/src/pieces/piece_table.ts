/**
 * Finds any long enough piece of any pattern, at any alignment: words of 8 bytes are compared at
 * multiples of 4.
 */
import type { Range } from '@mintmark/dump'
import type { EncodedBytes } from '@mintmark/scan/encoded/encoded_layers'
import type { SecretPattern } from './secret_pattern.ts'

export interface PieceHit {
  readonly at: number
  readonly length: number
  readonly pattern: SecretPattern
  readonly from: number
}

export interface Piece extends Range {
  readonly key: number
  readonly value: string
  readonly encoding: string
  /** Bytes of the spelling before it, and those of the whole. */
  readonly from: number
  readonly of: number
  readonly valueBits: number
  readonly isWhole: boolean
}

/** In an input's range, which may be encoded: all is counted in bytes of the input. */
export function pieceIn(
  { offset, length }: Range,
  { length: plain, from, pattern }: PieceHit,
  encoding: string = pattern.encoding,
): Piece {
  const { key, value, bits, bytes } = pattern
  const each = length / plain
  return {
    offset,
    length,
    key,
    value,
    encoding,
    from: Math.floor(from * each),
    of: Math.ceil(bytes.length * each),
    valueBits: bits,
    isWhole: plain === bytes.length,
  }
}

/** Bytes that other bytes stand for, and where those are; valid until `take` returns. */
export interface Decoded {
  /** Begins at a multiple of 8 of its buffer. */
  readonly bytes: Uint8Array
  readonly encoding: string
  readonly spanOf: EncodedBytes['spanOf']
}

export type Take = (decoded: Decoded) => void

/** Gives what is spelled by bytes that have a part in `[from, to)`, with offsets in `bytes`. */
export type Decode = (bytes: Uint8Array, from: number, to: number, take: Take) => void

const WORD = 8
/** Words of fewer different bytes are in every memory: zeros, fillings. */
const LEAST_DIFFERENT_OF_WORD = 3
/** A piece of fewer different bytes is no part of a key that anyone would miss. */
const LEAST_DIFFERENT = 5
const FILTER_BITS = 16
/** Two halves, pattern, offset there, and the word before it in its slot. */
const ENTRY = 5

/** How far the offsets are apart at which memory is examined. */
const STEP = 4

/** Words of a pattern that a table contains: what patterns cost. */
export function wordCount({ bytes, least }: SecretPattern): number {
  return Math.ceil(bytes.length / stride(least)) * STEP
}

/** Of each so many offsets in a pattern the first {@link STEP} are in the table. */
function stride(least: number): number {
  return STEP * Math.max(1, Math.floor((least - (WORD - 1)) / STEP))
}

export class PieceTable {
  readonly #patterns: readonly SecretPattern[]
  readonly #filter: Uint32Array
  readonly #filterMask: number
  /** Of each slot the word that was entered last, plus 1. */
  readonly #slots: Uint32Array
  readonly #slotMask: number
  /** {@link ENTRY} numbers for each word. */
  readonly #entries: Uint32Array
  #entered = 0
  readonly longest: number

  constructor(patterns: readonly SecretPattern[]) {
    this.#patterns = patterns
    const words = patterns.reduce((sum, pattern) => sum + wordCount(pattern), 0)
    this.#filterMask = powerOfTwo(words * FILTER_BITS) - 1
    this.#filter = new Uint32Array((this.#filterMask + 1) >> 5)
    this.#slotMask = powerOfTwo(words) - 1
    this.#slots = new Uint32Array(this.#slotMask + 1)
    this.#entries = new Uint32Array(words * ENTRY)
    this.longest = patterns.reduce((longest, { bytes }) => Math.max(longest, bytes.length), 0)
    // The last one entered comes first: of shared pieces the first pattern counts.
    for (let number = patterns.length - 1; number >= 0; number--) {
      const pattern = patterns[number]
      if (pattern !== undefined) this.#enter(pattern, number)
    }
  }

  wipe(): void {
    this.#slots.fill(0)
    this.#entries.fill(0)
    this.#filter.fill(0)
    for (const { bytes } of this.#patterns) bytes.fill(0)
  }

  /**
   * Each piece with a word in `[from, to)`, extended in `bytes`; of those that share a word the
   * longest. @param bytes begins at a multiple of 8 of its buffer
   */
  find(bytes: Uint8Array, from: number, to: number, onHit: (hit: PieceHit) => void): void {
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
    const filter = this.#filter
    const mask = this.#filterMask
    const end = Math.min((to + 3) >> 2, (bytes.length >> 2) - 1)
    let last: PieceHit | undefined
    let high = words[(from + 3) >> 2] ?? 0
    for (let i = (from + 3) >> 2; i < end; i++) {
      const low = high
      high = words[i + 1] ?? 0
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

  #longestAt(
    bytes: Uint8Array,
    at: number,
    { low, high, hash }: { readonly low: number; readonly high: number; readonly hash: number },
    last: PieceHit | undefined,
  ): PieceHit | undefined {
    let best: PieceHit | undefined
    const entries = this.#entries
    let next = this.#slots[hash & this.#slotMask] ?? 0
    while (next !== 0) {
      const entry = (next - 1) * ENTRY
      next = entries[entry + 4] ?? 0
      if (entries[entry] !== low || entries[entry + 1] !== high) continue
      const hit = this.#hitAt(bytes, at, entry, last)
      if (hit !== undefined && hit.length > (best?.length ?? 0)) best = hit
    }
    return best && isVaried(bytes, best.at, best.length, LEAST_DIFFERENT) ? best : undefined
  }

  #hitAt(
    bytes: Uint8Array,
    at: number,
    entry: number,
    last: PieceHit | undefined,
  ): PieceHit | undefined {
    const pattern = this.#patterns[this.#entries[entry + 2] ?? 0]
    const offset = this.#entries[entry + 3] ?? 0
    if (pattern === undefined || isPartOf(last, pattern, at, offset)) return undefined
    const hit = extended(bytes, at, pattern, offset)
    return hit.length >= pattern.least ? hit : undefined
  }

  #enter({ bytes, least }: SecretPattern, number: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const step = stride(least)
    const slots = this.#slots
    const entries = this.#entries
    const filter = this.#filter
    const blocks = Math.ceil(bytes.length / step)
    for (let block = (blocks - 1) * step; block >= 0; block -= step) {
      const end = Math.min(block + STEP, bytes.length - WORD + 1)
      for (let at = end - 1; at >= block; at--) {
        if (!isVaried(bytes, at, WORD, LEAST_DIFFERENT_OF_WORD)) continue
        const low = view.getUint32(at, true)
        const high = view.getUint32(at + 4, true)
        const hash = hashOf(low, high)
        const bit = hash & this.#filterMask
        filter[bit >>> 5] = (filter[bit >>> 5] ?? 0) | (1 << (bit & 31))
        const slot = hash & this.#slotMask
        const entry = this.#entered++ * ENTRY
        entries[entry] = low
        entries[entry + 1] = high
        entries[entry + 2] = number
        entries[entry + 3] = at
        entries[entry + 4] = slots[slot] ?? 0
        slots[slot] = this.#entered
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
  offset: number,
): boolean {
  return hit?.pattern === pattern && hit.at - hit.from === at - offset && at < hit.at + hit.length
}

/** As far as bytes and pattern agree around an offset where they do. */
function extended(bytes: Uint8Array, at: number, pattern: SecretPattern, offset: number): PieceHit {
  const { bytes: whole } = pattern
  let before = 0
  const mostBefore = Math.min(at, offset)
  while (before < mostBefore && bytes[at - before - 1] === whole[offset - before - 1]) before++
  let behind = WORD
  const mostBehind = Math.min(bytes.length - at, whole.length - offset)
  while (behind < mostBehind && bytes[at + behind] === whole[offset + behind]) behind++
  return { at: at - before, length: before + behind, pattern, from: offset - before }
}

function isVaried(bytes: Uint8Array, at: number, length: number, least: number): boolean {
  let different = 0
  for (let k = at; k < at + length; k++) {
    let earlier = at
    while (bytes[earlier] !== bytes[k]) earlier++
    if (earlier === k && ++different === least) return true
  }
  return false
}
