/** Exact search for every value of known private keys in every spelling: finds copies. */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import type { Match } from '../../anchors/match.ts'
import type { LeftOver } from '../../anchors/window_search.ts'
import { DRBG_KEY_BYTES, isDrbgState } from '../../schedules/drbg.ts'
import { BEFORE, type ConjugateKernel, type WordTable } from '../../slices/conjugate.ts'
import { keyOf, matchOfValue } from './found_value.ts'
import type { Pattern, ValuePatterns } from './value_patterns.ts'

export interface WordHit {
  readonly at: number
  readonly word: number
}

export interface ValueSlice {
  readonly at: number
  readonly length: number
  readonly from: number
  readonly to: number
}

/** Where the last word of a value before `to` can be: up to {@link BEFORE} bytes behind that. */
export function lastWord(bytes: Uint8Array, to: number): number {
  return Math.min(bytes.length, to + BEFORE)
}

/** Values of a window, and of one key, that are reported one by one; others are counted. */
const MOST_VALUES = 5000
const MOST_OF_ONE = 1000
/** Of what is counted only, the bytes at its end that are compared. */
const COUNTED_BYTES = 16

export class ValueTable {
  readonly #kernel: ConjugateKernel
  readonly #patterns: ValuePatterns
  readonly step: number
  readonly #table: WordTable
  others: readonly WordHit[] = []
  #over: { offset: number; count: number } | undefined
  #taken = 0
  readonly #takenOf = new Map<KeyMaterial, number>()

  /** @param others words searched for along with the values, at multiples of the same step */
  constructor(kernel: ConjugateKernel, patterns: ValuePatterns, others: readonly bigint[] = []) {
    this.#kernel = kernel
    this.#patterns = patterns
    this.step = patterns.step
    this.#table = kernel.enterWords(others, patterns.packed)
    patterns.packed.fill(0)
  }

  get over(): LeftOver | undefined {
    return this.#over
  }

  begin(): void {
    this.#taken = 0
    this.#takenOf.clear()
    this.#over = undefined
  }

  /** Those whose word is in the slice that the kernel contains, as many as a window may have. */
  inSlice(bytes: Uint8Array, slice: ValueSlice): Match[] {
    const found: Match[] = []
    const others: WordHit[] = []
    const own = this.#patterns.count * this.step
    const take = (at: number, word: number): void => {
      if (word >= own) others.push({ at, word: word - own })
      else this.#take(bytes, slice, { at, word }, found)
    }
    for (const { at, word } of this.#kernel.findWords(this.#table, slice.length, this.step)) {
      take(at, word)
      for (const repeat of this.#table.repeats.get(word) ?? []) take(at, repeat)
    }
    this.others = others
    return found
  }

  #take(
    bytes: Uint8Array,
    { at, from, to }: ValueSlice,
    { at: offset, word }: WordHit,
    found: Match[],
  ): void {
    const first = at + offset - (word % this.step)
    const like = this.#patterns.likeAt(Math.floor(word / this.step), first)
    if (like === undefined || like.begin < from || like.begin >= to) return
    const { begin, pattern } = like
    const ofKey = this.#takenOf.get(pattern.material) ?? 0
    const isReported = this.#taken < MOST_VALUES && ofKey < MOST_OF_ONE
    const compared = isReported ? 0 : Math.max(0, pattern.bytes.length - COUNTED_BYTES)
    if (!isAt(bytes, begin, pattern.bytes, compared)) return
    if (isReported) {
      this.#taken++
      this.#takenOf.set(pattern.material, ofKey + 1)
      found.push(copyAt(bytes, begin, pattern))
      return
    }
    this.#over ??= { offset: begin, count: 0 }
    this.#over.offset = Math.min(this.#over.offset, begin)
    this.#over.count++
  }

  wipe(): void {
    this.#patterns.wipe()
  }
}

export const EQUAL_VALUE = 'equals what the verified key gives'

function copyAt(bytes: Uint8Array, at: number, pattern: Pattern): Match {
  const { spelling, name, material } = pattern
  const { length } = pattern.bytes
  pattern.reported ??= matchOfValue({
    at,
    length,
    spelling,
    name,
    key: keyOf(material, EQUAL_VALUE),
  })
  const copy: Match = { ...pattern.reported, offset: at, isCopy: true }
  const isDrbg = material.type === 'aes' && length === DRBG_KEY_BYTES && isDrbgState(bytes, at)
  return isDrbg ? { ...copy, key: { ...copy.key, note: 'drbg' } } : copy
}

/** Whether a pattern is here, from byte `from` on: the last first, since p − 1 begins like p. */
function isAt(bytes: Uint8Array, at: number, pattern: Uint8Array, from: number): boolean {
  if (at + pattern.length > bytes.length) return false
  for (let k = pattern.length - 1; k >= from; k--) if (bytes[at + k] !== pattern[k]) return false
  return true
}
