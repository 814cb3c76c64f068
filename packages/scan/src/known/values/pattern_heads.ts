/**
 * What tells patterns by a few of their first bytes: words to look for, and a hash of what is around those.
 *
 * @module
 */
import { BEFORE } from '../../slices/conjugate.ts'
import { extentOf, WORD_BYTES } from './spaced_words.ts'

/** Bytes from a pattern's first word on that are hashed: of text in UTF-16 a word alone tells little. */
const HASHED = 32

/** Collects the first bytes of patterns: as many as the place of their words may hang on. */
export class PatternHeads {
  #bytes = new Uint8Array(1 << 16)
  readonly #lengths: number[] = []
  /** Bytes. */
  shortest: number = Number.POSITIVE_INFINITY

  get count(): number {
    return this.#lengths.length
  }

  /**
   * @param head the first bytes of a pattern, up to {@link BEFORE} or more of them
   * @param whole bytes of the pattern
   */
  add(head: Uint8Array, whole: number): void {
    const at = this.count * BEFORE
    if (at + BEFORE > this.#bytes.length) {
      const more = new Uint8Array(this.#bytes.length * 2)
      more.set(this.#bytes)
      this.wipe()
      this.#bytes = more
    }
    const length = Math.min(head.length, BEFORE)
    this.#bytes.set(length < head.length ? head.subarray(0, length) : head, at)
    this.#lengths.push(length)
    this.shortest = Math.min(this.shortest, whole)
  }

  /** For each pattern `step` words, one behind the other. */
  words(step: number): PatternWords {
    const words = new PatternWords(this.count, step)
    for (const [number, length] of this.#lengths.entries()) {
      words.set(number, this.#bytes.subarray(number * BEFORE, number * BEFORE + length))
    }
    return words
  }

  wipe(): void {
    this.#bytes.fill(0)
  }
}

/** The words of patterns by the patterns' numbers. */
export class PatternWords {
  readonly #step: number
  /** Eight bytes each, one pattern's behind the other's. */
  readonly packed: Uint8Array
  /** Where in the pattern the first of its words lies. */
  readonly #places: Uint8Array
  /** Of so many bytes from there on. */
  readonly #hashed: Uint8Array
  readonly #hashes: Uint32Array

  constructor(count: number, step: number) {
    this.#step = step
    this.packed = new Uint8Array(count * step * WORD_BYTES)
    this.#places = new Uint8Array(count)
    this.#hashed = new Uint8Array(count)
    this.#hashes = new Uint32Array(count)
  }

  set(number: number, head: Uint8Array): void {
    const place = wordPlace(head, extentOf(this.#step))
    const hashed = Math.min(HASHED, head.length - place)
    this.#places[number] = place
    this.#hashed[number] = hashed
    this.#hashes[number] = hashOf(head, place, hashed)
    const next = number * this.#step * WORD_BYTES
    for (let k = 0; k < this.#step; k++) {
      this.packed.set(head.subarray(place + k, place + k + WORD_BYTES), next + k * WORD_BYTES)
    }
  }

  placeOf(number: number): number {
    return this.#places[number] ?? 0
  }

  /** Whether the pattern may lie so that its first word is at `at`. */
  isLike(number: number, bytes: Uint8Array, at: number): boolean {
    const hashed = this.#hashed[number] ?? 0
    return at + hashed <= bytes.length && hashOf(bytes, at, hashed) === this.#hashes[number]
  }
}

function hashOf(bytes: Uint8Array, at: number, length: number): number {
  let hash = 0
  for (let k = at; k < at + length; k++) hash = Math.imul(hash, 0x01000193) ^ (bytes[k] ?? 0)
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}

/** The first place within the first {@link BEFORE} bytes at which the fewest of `extent` bytes are zero. */
function wordPlace(bytes: Uint8Array, extent: number): number {
  const firstZero = bytes.indexOf(0)
  if (firstZero === -1 || firstZero >= extent) return 0
  const last = Math.min(bytes.length, BEFORE) - extent
  let zeros = 0
  for (let k = 0; k < extent; k++) if (bytes[k] === 0) zeros++
  let best = 0
  let fewest = zeros
  for (let at = 1; at <= last && fewest > 0; at++) {
    if (bytes[at - 1] === 0) zeros--
    if (bytes[at + extent - 1] === 0) zeros++
    if (zeros < fewest) [best, fewest] = [at, zeros]
  }
  return best
}
