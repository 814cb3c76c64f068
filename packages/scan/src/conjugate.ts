/**
 * Finds windows that can be a prime factor of a known modulus: the conjugate test and the filters before it.
 *
 * Kernel: `assembly/conjugate.ts` (AssemblyScript, SIMD). Its oracle is `conjugate_reference.ts`; a property test
 * holds the two equal.
 *
 * @module
 */
import { conjugateWasm } from './conjugate.wasm.ts'

/** Bytes that one call looks at. A position in a list entry has 21 bits, so this and {@link BEHIND} stay below 2 MiB. */
export const SLICE: number = 1 << 19
/** Bytes before a slice that are there to be looked at: what lies before a number tells where it begins. */
export const BEFORE = 64
/** Bytes behind a slice: more than the longest spelling of a number. */
export const BEHIND: number = 1 << 15

/** Entries that each of the four lists of candidates holds. */
const LIST = 1 << 17
const LISTS = 4
const HITS = 1 << 12
const PAIRS = 1 << 17
const PAIR_SLOTS = PAIRS << 2
const PAGE = 65_536

/** Where each part lies in the kernel's memory. */
const AT = layout()

/** How a number's bytes lie in memory, by number: the orders of the kernel. */
export const ORDERS = [
  { form: 'limbs-le64', alignment: 1, word: 1 },
  { form: 'limbs-be', alignment: 1, word: 1 },
  { form: 'java-int-array', alignment: 4, word: 4 },
  { form: 'words-be-le64', alignment: 8, word: 8 },
  { form: 'limbs-le-be64', alignment: 8, word: 8 },
  { form: 'limbs-le-be32', alignment: 4, word: 4 },
] as const

/** What the number of a window is to the factor that it gives. */
export type CandidateKind = 'factor' | 'beside' | 'negated'

const KINDS: readonly CandidateKind[] = ['factor', 'beside', 'negated']

/** A window: where it begins, from the begin of the slice, in which order, and what it can be. */
export interface Candidate {
  readonly at: number
  readonly order: number
  readonly kind: CandidateKind
}

/** A window whose number gives a factor of a key's modulus. */
export interface FactorHit extends Candidate {
  readonly key: number
  /** Of the two kinds of `beside`: the number is p + 1. */
  readonly isAbove: boolean
}

/** What all factors of a group of moduli have in common: they are of one size. */
export interface FactorShape {
  /** Of a factor: half those of the modulus. */
  readonly bits: number
  /** Bytes of a factor. */
  readonly length: number
  /** Bounds of its highest byte. */
  readonly low: number
  readonly high: number
  /** Greatest highest byte of 2^bits less a factor. */
  readonly negated: number
}

/** Keys in the kernel's memory. */
export interface KeyTable {
  readonly at: number
  readonly count: number
  /** Limbs of 28 bits of each. */
  readonly digits: number
  readonly stride: number
  /** Low 64 bits of each. */
  readonly lowAt: number
}

/** Constants of private exponents in the kernel's memory. */
export interface ExponentTable {
  readonly at: number
  readonly count: number
  /** Bytes of a modulus. */
  readonly length: number
  /** Bits by which `length` bytes are more than the modulus has. */
  readonly spare: number
}

/** Words that are looked for, in the kernel's memory. */
export interface WordTable {
  readonly filter: number
  readonly table: number
  readonly indexes: number
  readonly mask: number
}

/** Words that can be the digits of one number. See `digit_runs` in the kernel. */
export interface DigitShape {
  readonly isWide: boolean
  readonly slots: number
  readonly low: bigint
  readonly high: bigint
  /** Of the word below the top one. */
  readonly second: bigint
  readonly least: bigint
  /** Most words are not less. */
  readonly large: bigint
  readonly most: bigint
}

type Kernel = Readonly<Record<string, (...args: readonly (number | bigint)[]) => number>>

/** Owns one WebAssembly instance and its memory. Each thread needs its own. */
export class ConjugateKernel {
  readonly #kernel: Kernel
  readonly #memory: WebAssembly.Memory
  #end: number = AT.end
  /** Most of the slice and of the kept limbs that was written to since the last wipe. */
  #used = 0
  #kept = 0
  /** How many candidates each of the four lists holds, after {@link candidates}. */
  readonly sizes: number[] = [0, 0, 0, 0]

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(conjugateWasm, 'base64'))
    const { memory, ...functions } = new WebAssembly.Instance(module).exports
    if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('the kernel has no memory')
    this.#memory = memory
    this.#kernel = Object.fromEntries(
      Object.entries(functions).map(([name, found]) => {
        if (typeof found !== 'function') throw new TypeError(`the kernel's ${name} is no function`)
        return [name, (...args: readonly (number | bigint)[]) => Number(found(...args))]
      }),
    )
    this.#grow()
    new Uint8Array(memory.buffer).set(closeBelowFraction(), AT.close)
  }

  /** The slice: `BEFORE` bytes of context, the slice, `BEHIND` bytes of context. A view, valid until the next call. */
  get slice(): Uint8Array {
    return new Uint8Array(this.#memory.buffer, AT.slice - BEFORE, BEFORE + SLICE + BEHIND)
  }

  /** Copies `bytes` around [from, to) in, zeros where there are none. */
  load(bytes: Uint8Array, from: number, to: number): void {
    const slice = this.slice
    const first = Math.max(0, from - BEFORE)
    const last = Math.min(bytes.length, to + BEHIND)
    const lead = BEFORE - (from - first)
    slice.fill(0, 0, lead)
    slice.set(bytes.subarray(first, last), lead)
    const used = BEFORE + to - from + BEHIND
    slice.fill(0, lead + last - first, used)
    this.#used = Math.max(this.#used, used)
    this.#call('classify', [AT.slice, (to - from + BEHIND) >> 4, AT.counts])
  }

  /** Overwrites what was looked at, what was found and what was kept of it. */
  wipe(): void {
    this.slice.fill(0, 0, this.#used)
    new Uint8Array(this.#memory.buffer, AT.scratch, AT.close - AT.scratch).fill(0)
    new Uint8Array(this.#memory.buffer, AT.pairs, this.#kept * 16).fill(0)
    this.#used = 0
    this.#kept = 0
  }

  /** Puts the lowest limbs of moduli into the kernel's memory: enough to see whether a quotient ends. */
  enterKeys(moduli: readonly bigint[], bits: number): KeyTable {
    const digits = Math.ceil(bits / 28) + 2
    const stride = digits * 4
    const at = this.#allot(moduli.length * stride)
    const lowAt = this.#allot(moduli.length * 8)
    const view = this.#view()
    for (const [key, n] of moduli.entries()) {
      for (const [j, limb] of limbs28(n, digits).entries()) {
        view.setUint32(at + key * stride + j * 4, limb, true)
      }
      view.setBigUint64(lowAt + key * 8, BigInt.asUintN(64, n), true)
    }
    return { at, count: moduli.length, digits, stride, lowAt }
  }

  /** @param keys modulus and public exponent of each; all moduli of `bits` bits, exponents below 2^40 */
  enterExponents(keys: readonly { n: bigint; e: bigint }[], bits: number): ExponentTable {
    const at = this.#allot(keys.length * 16)
    const view = this.#view()
    for (const [key, { n, e }] of keys.entries()) {
      const ratio = ((e << BigInt(bits)) << 64n) / n
      view.setBigUint64(at + key * 16, BigInt.asUintN(64, ratio), true)
      view.setBigUint64(at + key * 16 + 8, ratio >> 64n, true)
    }
    const length = Math.ceil(bits / 8)
    return { at, count: keys.length, length, spare: length * 8 - bits }
  }

  /** Makes the search for these words; a word that is 0 is never found. */
  enterWords(words: readonly bigint[]): WordTable {
    let slots = 1024
    while (slots < words.length * 2) slots *= 2
    const filter = this.#allot(1 << 17)
    const table = this.#allot(slots * 8)
    const indexes = this.#allot(slots * 4)
    const list = this.#allot(words.length * 8)
    const view = this.#view()
    for (const [k, word] of words.entries()) view.setBigUint64(list + k * 8, word, true)
    this.#call('enter_words', [list, words.length, filter, table, indexes, slots - 1])
    return { filter, table, indexes, mask: slots - 1 }
  }

  /** Remembers how much memory tables take; {@link release} frees what was entered since. */
  mark(): number {
    return this.#end
  }

  release(mark: number): void {
    new Uint8Array(this.#memory.buffer, mark, this.#end - mark).fill(0)
    this.#end = mark
  }

  /** Nanoseconds, about, that the tests have taken since {@link reset}. */
  get spent(): number {
    return this.#call('spent')
  }

  reset(): void {
    this.#call('reset')
  }

  /**
   * Fills the four lists with the windows that begin in [from, to) of the slice: those beside a boundary, factors at
   * multiples of 8, factors elsewhere, what is beside a factor or negated. `from` is a multiple of 16.
   *
   * @param beside a bit for each place in a group of 16 where the last are looked for
   * @returns how many did not fit
   */
  candidates(shape: FactorShape, from: number, to: number, beside: number): number {
    const sizes = new Uint32Array(this.#memory.buffer, AT.sizes, LISTS)
    sizes.fill(0)
    const { length, low, high, negated } = shape
    const bounds = [length, low, high, negated, beside] as const
    const lost = this.#call(
      'candidates',
      [AT.slice, from, to, AT.counts],
      [...bounds, AT.lists, LIST, AT.sizes],
    )
    for (let list = 0; list < LISTS; list++) this.sizes[list] = sizes[list] ?? 0
    return lost
  }

  /** What a list holds, in order. For tests, and for lists that are short. */
  listed(list: number): Candidate[] {
    const at = AT.lists + list * LIST * 4
    const entries = new Uint32Array(this.#memory.buffer, at, this.sizes[list] ?? 0)
    return Array.from(entries, candidateOf)
  }

  /**
   * Tests a list from `first` on against all keys until the nanoseconds spent since {@link reset} reach `budget`.
   *
   * @returns the hits, and the first entry that was not looked at
   */
  test(
    list: number,
    first: number,
    shape: FactorShape,
    keys: KeyTable,
    budget: number,
  ): { hits: FactorHit[]; next: number } {
    const before = this.#call('hits_written')
    const count = Math.max(0, (this.sizes[list] ?? 0) - first)
    const looked = this.#call(
      'test',
      [AT.slice, AT.lists + (list * LIST + first) * 4, count, shape.length, shape.bits],
      [keys.at, keys.count, keys.digits, keys.stride, BigInt(Math.floor(budget))],
      [AT.hits, HITS, AT.scratch],
    )
    const written = this.#call('hits_written') - before
    const found = new Uint32Array(this.#memory.buffer, AT.hits + before * 12, written * 3)
    const hits: FactorHit[] = []
    for (let k = 0; k < written; k++) {
      const candidate = candidateOf(found[k * 3] ?? 0)
      hits.push({ ...candidate, key: found[k * 3 + 1] ?? 0, isAbove: found[k * 3 + 2] === 1 })
    }
    return { hits, next: first + looked }
  }

  /** Keeps the low limbs of what a list has from `first` on, behind the `kept` kept so far; gives how many now are. */
  keepLowLimbs(list: number, first: number, shape: FactorShape, kept: number): number {
    const count = Math.max(0, (this.sizes[list] ?? 0) - first)
    const from = AT.lists + (list * LIST + first) * 4
    const limits = [shape.length, AT.pairs + kept * 16, PAIRS - kept, AT.scratch] as const
    const all = kept + this.#call('low_limbs', [AT.slice, from, count], limits)
    this.#kept = Math.max(this.#kept, all)
    return all
  }

  /** Pairs of kept windows whose low limbs multiply to that of a modulus, once for either of the two. */
  conjugates(kept: number, keys: KeyTable): { a: Candidate; b: Candidate; key: number }[] {
    let slots = 1024
    while (slots < kept * 4) slots *= 2
    this.#call('index_limbs', [AT.pairs, kept, AT.pairFilter, AT.pairSlots, slots - 1])
    const found = this.#call(
      'conjugates',
      [AT.pairs, kept, AT.pairFilter, AT.pairSlots, slots - 1],
      [keys.lowAt, keys.count, 0, kept, AT.hits, HITS],
    )
    const pairs = new Uint32Array(this.#memory.buffer, AT.hits, Math.min(found, HITS) * 3)
    const limbs = new Uint32Array(this.#memory.buffer, AT.pairs, kept * 4)
    const entryOf = (index: number): Candidate => candidateOf(limbs[index * 4 + 2] ?? 0)
    const result: { a: Candidate; b: Candidate; key: number }[] = []
    for (let k = 0; k < pairs.length; k += 3) {
      const [a, b] = [entryOf(pairs[k] ?? 0), entryOf(pairs[k + 1] ?? 0)]
      result.push({ a, b, key: pairs[k + 2] ?? 0 })
    }
    return result
  }

  /** Positions in [from, to) of random-looking windows that begin or end where something else does. */
  bounded(length: number, from: number, to: number): { at: number; sides: number }[] {
    const found = this.#call('bounded', [AT.slice, from, to, AT.counts, length, AT.lists, LIST])
    return this.#pairs(AT.lists, Math.min(found, LIST)).map(([at, sides]) => ({ at, sides }))
  }

  /** Windows in [from, to) that can be a private exponent. See `exponents` in the kernel. */
  exponents(
    table: ExponentTable,
    from: number,
    to: number,
    lanes: number,
    budget: number,
  ): (Candidate & { key: number })[] {
    const found = this.#call(
      'exponents',
      [AT.slice, from, to, AT.counts, table.length, table.spare, table.at, table.count],
      [lanes, AT.close, BigInt(Math.floor(budget)), AT.hits, HITS],
    )
    return this.#pairs(AT.hits, Math.min(found, HITS)).map(([entry, key]) =>
      Object.assign(candidateOf(entry), { key }),
    )
  }

  /** Positions in [from, to) where words can be the digits of one number. `from` is a multiple of 16. */
  digitRuns(shape: DigitShape, from: number, to: number): number[] {
    const { isWide, slots, low, high, second, least, large, most } = shape
    const found = this.#call(
      'digit_runs',
      [AT.slice, from, to, isWide ? 1 : 0, slots, low, high, second, least, large, most],
      [AT.lists, LIST],
    )
    return [...new Uint32Array(this.#memory.buffer, AT.lists, Math.min(found, LIST))]
  }

  /**
   * Where one of the words entered lies in [from, to), and which.
   *
   * @param length if not 0, only where numbers of so many bytes look random: much faster
   */
  findWords(
    words: WordTable,
    from: number,
    to: number,
    length = 0,
  ): { at: number; word: number }[] {
    const { filter, table, indexes, mask } = words
    const result: { at: number; word: number }[] = []
    let next = from
    while (next < to) {
      const found = this.#call('find_words', [
        AT.slice,
        next,
        to,
        AT.counts,
        length,
        filter,
        table,
        indexes,
        mask,
        AT.lists,
        LIST,
      ])
      for (const [at, word] of this.#pairs(AT.lists, Math.min(found, LIST))) {
        result.push({ at, word })
      }
      if (found <= LIST) break
      next = (result.at(-1)?.at ?? to) + 1
    }
    return result
  }

  /**
   * Runs of base64 characters, colons and line ends in [from, to), at least `least` bytes long; `isWide`: in UTF-16 of
   * either byte order, less up to 15 bytes at either end.
   */
  textRuns(
    from: number,
    to: number,
    least: number,
    isWide = false,
  ): { from: number; to: number }[] {
    const name = isWide ? 'wide_runs' : 'text_runs'
    const found = this.#call(name, [AT.slice, from, to, least, AT.lists, LIST])
    const pairs = this.#pairs(AT.lists, Math.min(found, LIST))
    return pairs.map(([begin, end]) => ({ from: begin, to: end }))
  }

  #pairs(at: number, count: number): [number, number][] {
    const words = new Uint32Array(this.#memory.buffer, at, count * 2)
    const pairs: [number, number][] = []
    for (let k = 0; k < words.length; k += 2) pairs.push([words[k] ?? 0, words[k + 1] ?? 0])
    return pairs
  }

  #call(name: string, ...parts: readonly (readonly (number | bigint)[])[]): number {
    const found = this.#kernel[name]
    if (found === undefined) throw new TypeError(`the kernel has no ${name}`)
    return found(...parts.flat())
  }

  #view(): DataView {
    return new DataView(this.#memory.buffer)
  }

  #allot(length: number): number {
    const at = this.#end
    this.#end = (at + length + 31) & ~15
    this.#grow()
    return at
  }

  #grow(): void {
    const missing = this.#end + PAGE - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
  }
}

/** The lowest `count` limbs of 28 bits. */
export function limbs28(value: bigint, count: number): number[] {
  const limbs: number[] = []
  let rest = value
  for (let j = 0; j < count; j++) {
    limbs.push(Number(rest & 0xfffffffn))
    rest >>= 28n
  }
  return limbs
}

/**
 * A bit for each of 2^16 buckets of [0, 1): whether a fraction with a denominator up to 32 is in it or right above it.
 * See `exponents` in the kernel.
 */
function closeBelowFraction(): Uint8Array {
  const bits = new Uint8Array(1 << 13)
  for (let denominator = 1; denominator <= 32; denominator++) {
    for (let numerator = 1; numerator <= denominator; numerator++) {
      const bucket = Math.floor((numerator * 65_536) / denominator)
      for (const each of [bucket - 1, bucket & 0xffff]) {
        bits[each >> 3] = (bits[each >> 3] ?? 0) | (1 << (each & 7))
      }
    }
  }
  return bits
}

function candidateOf(entry: number): Candidate {
  return {
    at: entry & 0x1fffff,
    order: (entry >>> 21) & 7,
    kind: KINDS[(entry >>> 24) & 3] ?? 'factor',
  }
}

function layout(): Record<
  | 'sizes'
  | 'scratch'
  | 'close'
  | 'hits'
  | 'counts'
  | 'slice'
  | 'lists'
  | 'pairs'
  | 'pairFilter'
  | 'pairSlots'
  | 'end',
  number
> {
  const sizes = 1024
  const scratch = 4096
  const close = 57_344
  const hits = 65_536
  const counts = hits + HITS * 12 + 64
  const slice = (counts + ((SLICE + BEHIND) >> 4) * 4 + BEFORE + 4096) & ~4095
  const lists = (slice + SLICE + BEHIND + 4096) & ~4095
  const pairs = lists + LISTS * LIST * 4
  const pairFilter = pairs + PAIRS * 16
  const pairSlots = pairFilter + (1 << 15)
  const end = pairSlots + PAIR_SLOTS * 4 + 64
  return { sizes, scratch, close, hits, counts, slice, lists, pairs, pairFilter, pairSlots, end }
}
