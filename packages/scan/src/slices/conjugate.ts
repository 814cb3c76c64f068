/** Finds windows that can be a factor of a known modulus, or its private exponent. */
import { limbs28 } from '@mintmark/keys/arithmetic/limbs'
import { randomBounds } from '@mintmark/keys/material/random_looking'
import {
  type Candidate,
  type CandidateChoice,
  candidateOf,
  type DigitShape,
  type ExponentOffsets,
  type ExponentTable,
  type FactorHit,
  type FactorShape,
  type KeyTable,
  type OffsetRoom,
  type WordTable,
} from './conjugate_types.ts'
import { AT, HITS, LIST, LISTS, PAIRS, SliceMemory } from './slice_memory.ts'
import { SliceOffsets } from './slice_offsets.ts'

export type {
  Candidate,
  CandidateChoice,
  CandidateKind,
  DigitShape,
  ExponentTable,
  FactorHit,
  FactorShape,
  KeyTable,
  OffsetRoom,
  WordTable,
} from './conjugate_types.ts'
export { ORDERS } from './conjugate_types.ts'
export { BEFORE, BEHIND, SLICE } from './slice_memory.ts'

const ANY_NUMBER: OffsetRoom = { enclosed: 0x7fffffff, others: 0x7fffffff }

/** Owns the kernels of one thread and their memory. Each thread needs its own. */
export class ConjugateKernel {
  readonly #memory = new SliceMemory()
  readonly #offsets = new SliceOffsets(this.#memory)
  readonly sizes: number[] = [0, 0, 0, 0, 0]
  /** Groups of offsets left out by the last {@link candidates}: the second list held enough. */
  leftOut = 0

  constructor() {
    this.#memory.bytes(AT.close, 1 << 16).set(closeBelowFraction())
  }

  /** `BEFORE` bytes, the slice, `BEHIND` bytes. A view, valid until the next call. */
  get slice(): Uint8Array {
    return this.#memory.slice
  }

  load(bytes: Uint8Array, from: number, to: number): void {
    this.#memory.load(bytes, from, to)
    this.#offsets.forget()
  }

  /** Overwrites what was examined, what was found and what was kept of it. */
  wipe(): void {
    this.#memory.wipe()
  }

  /** Enters the lowest limbs of moduli: enough to see whether a quotient ends. */
  enterKeys(moduli: readonly bigint[], bits: number): KeyTable {
    const digits = Math.ceil(bits / 28) + 2
    const stride = digits * 4
    const screenStride = (((bits + 15) >> 4) + 32) * 2
    const at = this.#memory.allot(moduli.length * stride)
    const lowAt = this.#memory.allot(moduli.length * 8)
    const screens = this.#memory.allot(moduli.length * screenStride)
    const view = this.#memory.view()
    for (const [key, n] of moduli.entries()) {
      for (const [j, limb] of limbs28(n, digits).entries()) {
        view.setUint32(at + key * stride + j * 4, limb, true)
      }
      view.setBigUint64(lowAt + key * 8, BigInt.asUintN(64, n), true)
    }
    this.#call('enter_screens', [at, moduli.length, stride, bits, screens, screenStride])
    return { at, count: moduli.length, digits, stride, lowAt, screens, screenStride }
  }

  /** @param keys modulus of `bits` bits and public exponent, below 2^40, of each */
  enterExponents(keys: readonly { n: bigint; e: bigint }[], bits: number): ExponentTable {
    const at = this.#memory.allot(keys.length * 16)
    const view = this.#memory.view()
    for (const [key, { n, e }] of keys.entries()) {
      const ratio = ((e << BigInt(bits)) << 64n) / n
      view.setBigUint64(at + key * 16, BigInt.asUintN(64, ratio), true)
      view.setBigUint64(at + key * 16 + 8, ratio >> 64n, true)
    }
    const length = Math.ceil(bits / 8)
    return { at, count: keys.length, length, spare: length * 8 - bits }
  }

  /** Words of eight bytes: at `packed` (lowest byte first), then `more`. 0 is never found. */
  enterWords(more: readonly bigint[], packed: Uint8Array = new Uint8Array(0)): WordTable {
    const own = packed.length >> 3
    const count = own + more.length
    let slots = 1024
    while (slots < count * 2) slots *= 2
    const filter = this.#memory.allot(1 << 17)
    const table = this.#memory.allot(slots * 8)
    const indexes = this.#memory.allot(slots * 4)
    const list = this.#memory.allot(count * 8)
    const firsts = this.#memory.allot(count * 4)
    const view = this.#memory.view()
    this.#memory.bytes(list, packed.length).set(packed)
    for (const [k, word] of more.entries()) view.setBigUint64(list + (own + k) * 8, word, true)
    const lists = [list, count, filter, table, indexes, slots - 1, firsts] as const
    this.#call('enter_words', lists)
    const repeats = new Map<number, number[]>()
    for (const [k, first] of this.#memory.words(firsts, count).entries()) {
      if (first !== k) repeats.set(first, [...(repeats.get(first) ?? []), k])
    }
    return { filter, table, indexes, mask: slots - 1, repeats }
  }

  /** Nanoseconds, about, that {@link test} has taken since {@link reset}. */
  get spent(): number {
    return this.#call('spent')
  }

  reset(): void {
    this.#call('reset')
    this.#call('forget_limbs')
  }

  /**
   * Fills five lists with windows in [0, to): marked factors, factors at multiples of 8 in the
   * plain orders, other factors, unmarked neighbours and negations, marked ones. `choice` limits
   * what nothing marks.
   * @returns how many did not fit
   */
  candidates(shape: FactorShape, to: number, choice: CandidateChoice): number {
    const sizes = this.#memory.words(AT.sizes, LISTS)
    sizes.fill(0)
    const { length, low, usual, high, negated, few } = shape
    const { runs, runCount, records, recordCount } = this.#offsets.of(length, to)
    const layout = [AT.slice, runs, runCount, records, recordCount, to, length] as const
    const { beside, orders, isEvery, aligned } = choice
    const lost = this.#call(
      'candidates',
      layout,
      [low, usual, high, negated, few, beside, orders, isEvery ? 1 : 0],
      [AT.lists, LIST, AT.sizes],
    )
    this.leftOut = 0
    if (!isEvery && aligned > 0) {
      this.leftOut = this.#call('aligned_factors', layout, [
        usual,
        high,
        aligned,
        AT.lists,
        LIST,
        AT.sizes,
      ])
    }
    for (let list = 0; list < LISTS; list++) this.sizes[list] = sizes[list] ?? 0
    return lost
  }

  hasOffsets(length: number, to: number): boolean {
    return this.#offsets.of(length, to).runCount > 0
  }

  /** Runs of groups of 16 offsets for random numbers of `length` bytes: first, behind the last. */
  groups(length: number, to: number): [number, number][] {
    const { runs, runCount } = this.#offsets.of(length, to)
    return this.#pairs(runs, runCount)
  }

  listed(list: number): Candidate[] {
    const at = AT.lists + list * LIST * 4
    const entries = this.#memory.words(at, this.sizes[list] ?? 0)
    return Array.from(entries, candidateOf)
  }

  /**
   * Stops at `budget` nanoseconds since {@link reset}.
   * @returns hits, and the first not examined
   */
  test(
    list: number,
    shape: FactorShape,
    keys: KeyTable,
    budget: number,
  ): { hits: FactorHit[]; next: number } {
    const count = this.sizes[list] ?? 0
    if (count === 0) return { hits: [], next: 0 }
    const before = this.#call('hits_written')
    const next = this.#call(
      'test',
      [AT.slice, AT.lists + list * LIST * 4, count, shape.length, shape.bits],
      [keys.at, keys.count, keys.digits, keys.stride, keys.screens, keys.screenStride],
      [BigInt(Math.floor(budget)), AT.hits, HITS, AT.scratch],
    )
    const written = this.#call('hits_written') - before
    const found = this.#memory.words(AT.hits + before * 12, written * 3)
    const hits: FactorHit[] = []
    for (let k = 0; k < written; k++) {
      const candidate = candidateOf(found[k * 3] ?? 0)
      hits.push({ ...candidate, key: found[k * 3 + 1] ?? 0, isAbove: found[k * 3 + 2] === 1 })
    }
    return { hits, next }
  }

  /** Keeps low limbs of at most `most` of a list; `isSieved`: of those without small factors. */
  keepLowLimbs(list: number, most: number, shape: FactorShape, isSieved: boolean): void {
    const count = Math.min(most, this.sizes[list] ?? 0)
    if (count === 0) return
    this.#call(
      'low_limbs',
      [AT.slice, AT.lists + list * LIST * 4, count, shape.length, isSieved ? 1 : 0],
      [AT.pairs, PAIRS, AT.scratch],
    )
    this.#memory.keep(this.kept * 16)
  }

  get kept(): number {
    return this.#call('limbs_kept')
  }

  conjugates(keys: KeyTable): { a: Candidate; b: Candidate; key: number }[] {
    const { kept } = this
    if (kept < 2) return []
    let slots = 1024
    while (slots < kept * 4) slots *= 2
    const table = [AT.pairs, kept, AT.pairFilter, AT.pairSlots, slots - 1] as const
    const found = this.#call('conjugates', table, [keys.lowAt, keys.count], [AT.hits, HITS])
    const pairs = this.#memory.words(AT.hits, Math.min(found, HITS) * 3)
    const limbs = this.#memory.words(AT.pairs, kept * 4)
    const entryOf = (index: number): Candidate => candidateOf(limbs[index * 4 + 2] ?? 0)
    const result: { a: Candidate; b: Candidate; key: number }[] = []
    for (let k = 0; k < pairs.length; k += 3) {
      const [a, b] = [entryOf(pairs[k] ?? 0), entryOf(pairs[k + 1] ?? 0)]
      result.push({ a, b, key: pairs[k + 2] ?? 0 })
    }
    return result
  }

  /**
   * Offsets in [0, to) that something marks well, and the sides, alternating: see `bounded` in the
   * kernel. A view until the next call. `probed`: bytes that must look random (0: none), with fewer
   * than two words that look like addresses. `room`: most offsets of each kind.
   */
  boundedPairs(
    length: number,
    to: number,
    isChained = false,
    probed = 0,
    { enclosed, others }: OffsetRoom = ANY_NUMBER,
  ): Uint32Array {
    const { records, recordCount } = this.#offsets.of(length, to)
    const { least, most } = randomBounds(probed)
    const found = this.#call(
      'bounded',
      [AT.slice, records, recordCount, to, isChained ? 1 : 0],
      [probed, least, most, AT.seen, enclosed, others, AT.lists, LIST],
    )
    return this.#memory.words(AT.lists, Math.min(found, LIST) * 2)
  }

  exponents(
    table: ExponentTable,
    to: number,
    { lanes, others, orders, budget }: ExponentOffsets,
  ): { found: (Candidate & { key: number })[]; spent: number } {
    const { runs, runCount, records, recordCount } = this.#offsets.of(table.length, to)
    this.#call('reset_exponents')
    const found = this.#call(
      'exponents',
      [AT.slice, runs, runCount, records, recordCount, to],
      [table.length, table.spare, table.at, table.count],
      [lanes, others, orders, AT.close, BigInt(Math.floor(budget)), AT.hits, HITS],
    )
    const pairs = this.#pairs(AT.hits, Math.min(found, HITS))
    const windows = pairs.map(([entry, key]) => Object.assign(candidateOf(entry), { key }))
    return { found: windows, spent: this.#call('exponents_spent') }
  }

  digitRuns(shape: DigitShape, to: number): readonly number[] {
    return this.#offsets.numbers(shape, to)
  }

  /** Where entered words are in [0, to). `step`: power of two up to 16 that divides offsets. */
  findWords(
    { filter, table, indexes, mask }: Omit<WordTable, 'repeats'>,
    to: number,
    step: number,
  ): { at: number; word: number }[] {
    const words = [step, filter, table, indexes, mask, AT.scratch, AT.lists, LIST] as const
    const result: { at: number; word: number }[] = []
    let next = 0
    while (next < to) {
      const found = this.#call('find_words', [AT.slice, next, to], words)
      for (const [at, word] of this.#pairs(AT.lists, Math.min(found, LIST))) {
        result.push({ at, word })
      }
      if (found <= LIST) break
      next = (result.at(-1)?.at ?? to) + step
    }
    return result
  }

  /** Of hits in order those in [0, to) among the first bytes of a random number of 32 or more. */
  inNumbers<T extends { readonly at: number }>(hits: readonly T[], to: number): T[] {
    if (hits.length === 0) return []
    const { at, count } = this.#offsets.random(to, 1)
    const runs = this.#memory.words(at, count * 2)
    let run = 0
    return hits.filter((hit) => {
      while (run < count && (runs[2 * run + 1] ?? 0) << 4 <= hit.at) run++
      return run < count && ((runs[2 * run] ?? 0) - 1) << 4 <= hit.at && hit.at < to
    })
  }

  /** First 16-byte block and the one behind the last alternate. A view until the next call. */
  randomBlocks(to: number, least: number): Uint32Array {
    const { at, count } = this.#offsets.random(to, least)
    return this.#memory.words(at, count * 2)
  }

  /** Base64 characters, colons, line ends, `least` bytes or more; `isWide`: UTF-16 of any order. */
  runs(to: number, least: number, isWide = false): { from: number; to: number }[] {
    const name = isWide ? 'wide_runs' : 'text_runs'
    const found = this.#call(name, [AT.slice, 0, to, least, AT.lists, LIST])
    const pairs = this.#pairs(AT.lists, Math.min(found, LIST))
    return pairs.map(([begin, end]) => ({ from: begin, to: end }))
  }

  #pairs(at: number, count: number): [number, number][] {
    const words = this.#memory.words(at, count * 2)
    const pairs: [number, number][] = []
    for (let k = 0; k < words.length; k += 2) pairs.push([words[k] ?? 0, words[k + 1] ?? 0])
    return pairs
  }

  #call(name: string, ...parts: readonly (readonly (number | bigint)[])[]): number {
    return this.#memory.call(name, ...parts)
  }
}

/** How many buckets off the kernel may be. */
const OFF = 1.125

/** Buckets of [0, 1) that may be just below a fraction of denominator up to 32. See `exponents`. */
function closeBelowFraction(): Uint8Array {
  const close = new Uint8Array(1 << 16)
  for (let denominator = 1; denominator <= 32; denominator++) {
    for (let numerator = 1; numerator <= denominator; numerator++) {
      const offset = (numerator * 65_536) / denominator
      for (let bucket = Math.ceil(offset - OFF); bucket <= offset + OFF; bucket++) {
        close[bucket & 0xffff] = 1
      }
    }
  }
  return close
}
