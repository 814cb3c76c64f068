/**
 * Says what the kernel of `conjugate.ts` means, one window at a time and in whole numbers. Tests only.
 *
 * @module
 */
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import {
  type Candidate,
  type CandidateKind,
  type FactorShape,
  ORDERS,
} from '../../../src/slices/conjugate.ts'

/** Bytes that a number of `length` bytes takes in an order. */
export function spanOf(order: number, length: number): number {
  const word = ORDERS[order]?.word ?? 1
  return Math.ceil(length / word) * word
}

/** The number of a window as little-endian bytes, as many as it spans; a copy. */
export function gatherReference(window: Uint8Array, order: number): Uint8Array {
  const bytes = Uint8Array.from(window)
  if (order === 1) return bytes.toReversed()
  if (order === 2) return swapWords(bytes.toReversed(), 4)
  if (order === 3) return swapWords(bytes.toReversed(), 8)
  if (order === 4) return swapWords(bytes, 8)
  return order === 5 ? swapWords(bytes, 4) : bytes
}

function swapWords(bytes: Uint8Array, word: number): Uint8Array {
  for (let at = 0; at + word <= bytes.length; at += word) bytes.subarray(at, at + word).reverse()
  return bytes
}

const SMALL_PRIMES = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  29n,
  31n,
  37n,
  41n,
  43n,
  61n,
  73n,
  109n,
  113n,
  127n,
  151n,
  331n,
]

/** Whether small primes leave a number. */
export function isSievedReference(value: bigint): boolean {
  return SMALL_PRIMES.every((prime) => value % prime !== 0n)
}

/** The numbers that must be a prime factor if a window of this value is what its kind says. */
export function factorsOf(value: bigint, kind: CandidateKind, bits: number): bigint[] {
  if (kind === 'factor') return [value]
  if (kind === 'beside') return [value + 1n, value - 1n]
  if (kind === 'halved') return [2n * value + 1n]
  return [(1n << BigInt(bits)) - value]
}

/** The keys whose modulus a candidate gives a factor of, as (key, is p + 1). */
export function testReference(
  slice: Uint8Array,
  { at, order, kind }: Candidate,
  shape: FactorShape,
  moduli: readonly bigint[],
): { key: number; isAbove: boolean }[] {
  const window = slice.subarray(at, at + spanOf(order, shape.length))
  const value = fromLittleEndian(gatherReference(window, order).subarray(0, shape.length))
  return factorsOf(value, kind, shape.bits).flatMap((factor, round) => {
    if (!isSievedReference(factor)) return []
    return moduli.flatMap((n, key) =>
      factor > 1n && n % factor === 0n ? [{ key, isAbove: round === 1 }] : [],
    )
  })
}

/** A pair of windows, by their indexes, and the key to whose modulus their low limbs multiply. */
export interface PairReference {
  readonly a: number
  readonly b: number
  readonly key: number
}

/** For each low limb and each modulus the first other whose product with it has the low 64 bits of that. */
export function pairsReference(
  limbs: readonly bigint[],
  moduli: readonly bigint[],
): PairReference[] {
  return limbs.flatMap((limb, a) =>
    moduli.flatMap((n, key) => {
      const b = limbs.findIndex((other) => BigInt.asUintN(64, limb * other - n) === 0n)
      return b < 0 ? [] : [{ a, b, key }]
    }),
  )
}

/** Whether all windows that begin in the group of 16 at `at` can be random numbers. See `lib/random_look.ts`. */
export function isRandomReference(slice: Uint8Array, at: number, length: number): boolean {
  const from = (at & ~15) + 16
  const to = ((at & ~15) + length) & ~15
  if (to <= from) return isNearRandomReference(slice, at)
  const counts = { common: 0, equal: 0, highs: 0, odds: 0 }
  for (let block = from; block < to; block += 16) {
    if (!isRandomBlock(slice, block)) return false
    const own = countsOf(slice, block)
    counts.common += own.common
    counts.equal += own.equal
    counts.highs += own.highs
    counts.odds += own.odds
  }
  const n = to - from
  const isHalf = (count: number): boolean => (count - (n >> 1)) ** 2 <= n * 7
  if (counts.common > 4 + Math.trunc(n / 10) || counts.equal > 5 + Math.trunc(n / 20)) return false
  return isHalf(counts.highs) && isHalf(counts.odds)
}

/** Whether the block at `at` can be part of a random number. */
export function isRandomBlock(slice: Uint8Array, at: number): boolean {
  const { common } = countsOf(slice, at)
  const isText = (block: number): boolean => countsOf(slice, block).highs === 0
  return (
    common + equalsOf(slice, at, [4, 8]) <= 7 &&
    !(isText(at) && (isText(at - 16) || isText(at + 16)))
  )
}

/** Whether the block of an offset, or the next, can be part of a random number. */
export function isNearRandomReference(slice: Uint8Array, at: number): boolean {
  const block = at & ~15
  return [block, block + 16].some((each) => isRandomBlock(slice, each))
}

/** Bytes that memory has more often than chance. */
const COMMON = new Set([0, 0xff, 0x24, 0x48, 0x89, 0x8b])

/** What is counted of a block of 16 bytes. See `lib/random_look.ts`. */
export type BlockCounts = Record<'common' | 'equal' | 'highs' | 'odds', number>

export function countsOf(slice: Uint8Array, at: number): BlockCounts {
  const counts = { common: 0, equal: 0, highs: 0, odds: 0 }
  for (let k = at; k < at + 16; k++) {
    const byte = byteAt(slice, k)
    if (COMMON.has(byte)) counts.common++
    counts.highs += byte >> 7
    counts.odds += byte & 1
  }
  counts.equal = equalsOf(slice, at, [4, 8, 16])
  return counts
}

/** Bytes of the block at `at` that equal the one so many before them. */
function equalsOf(slice: Uint8Array, at: number, distances: readonly number[]): number {
  const offsets = Array.from({ length: 16 }, (_, k) => at + k)
  return offsets.filter((k) =>
    distances.some((distance) => byteAt(slice, k) === byteAt(slice, k - distance)),
  ).length
}

/** The byte at an offset of the slice, which may be before its begin: views reach {@link BEFORE} bytes back. */
export function byteAt(slice: Uint8Array, at: number): number {
  const isWithin = at >= 0 && at < slice.length
  return (isWithin ? slice[at] : new Uint8Array(slice.buffer)[slice.byteOffset + at]) ?? 0
}

/** What is beside the offsets of a slice for numbers of one length, by offset. */
export interface MarksReference {
  readonly before: ReadonlySet<number>
  readonly behind: ReadonlySet<number>
  readonly lengths: ReadonlySet<number>
  /** Multiples of 8 that are a few numbers away from one of those. */
  readonly chained: ReadonlySet<number>
}

/** Numbers that are one behind the other without anything between. See `mark_groups` in the kernel. */
const CHAIN = 7

/** Marks of the random-looking offsets in [0, to). `slice` has {@link BEFORE} bytes before its begin. */
export function marksReference(slice: Uint8Array, length: number, to: number): MarksReference {
  const before = new Set<number>()
  const behind = new Set<number>()
  const lengths = new Set<number>()
  const random: number[] = []
  let isRandom = false
  for (let at = 0; at < ((to + 15) & ~15); at++) {
    if (at % 16 === 0) isRandom = isRandomReference(slice, at, length)
    if (!isRandom) continue
    random.push(at)
    const word = (end: number): number[] =>
      Array.from({ length: 8 }, (_, k) => byteAt(slice, end - 8 + k))
    if (isStructureReference(slice, at)) before.add(at)
    if (isStructureReference(slice, at + length + 8)) behind.add(at)
    if (isAfterLengthReference(word(at), at, length)) lengths.add(at)
  }
  const offsets = random.filter((at) => at % 8 === 0 && length % 8 === 0)
  const chained = new Set<number>()
  for (const [step, order, isMark] of [
    [-length, offsets, (at: number) => before.has(at) || lengths.has(at)],
    [length, offsets.toReversed(), (at: number) => behind.has(at)],
  ] as const) {
    const left = new Map<number, number>()
    for (const at of order) {
      const reach = isMark(at) ? CHAIN : (left.get(at + step) ?? 0) - 1
      if (reach <= 0) continue
      left.set(at, reach)
      chained.add(at)
    }
  }
  return { before, behind, lengths, chained }
}

/** Whether the eight bytes before `at` are no part of a number. See `lib/marks.ts`. */
export function isStructureReference(slice: Uint8Array, at: number): boolean {
  const bytes = (from: number, count: number): number[] =>
    Array.from({ length: count }, (_, k) => byteAt(slice, from + k))
  const word = bytes(at - 8, 8)
  if (word[6] === 0 && word[7] === 0) return true
  if (word.filter((byte) => isGap(byte)).length >= 4) return true
  if (!word.every((byte) => isPrintable(byte))) return false
  const beside = [bytes(at - 12, 4), bytes(at, 4)]
  return (
    isGap(byteAt(slice, at - 9)) ||
    isGap(byteAt(slice, at)) ||
    beside.some((four) => four.every((byte) => isPrintable(byte)))
  )
}

const isGap = (byte: number): boolean => byte === 0 || byte === 0xff

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x80

/** @param before the eight bytes before a number that begins at `at` */
function isAfterLengthReference(before: readonly number[], at: number, length: number): boolean {
  const view = Buffer.from(before)
  if (at % 8 === 0) {
    const word = view.readBigUInt64LE()
    if (word >= BigInt(length) && word < BigInt(length + 80)) return true
    const items = view.readUInt32LE(4)
    if ([1, 4, 8].some((unit) => items * unit === length)) return true
  }
  const ends = (...bytes: readonly number[]): boolean =>
    bytes.every((byte, k) => view[8 - bytes.length + k] === byte)
  // Without a sign byte, and with one.
  return [[], [0]].some((sign) => {
    const n = length + sign.length
    const [high, low] = [n >> 8, n & 0xff]
    if (ends(0, 0, high, low, ...sign) || ends(1, low, high, ...sign)) return true
    if (sign.length === 1 && ends(1, length & 0xff, length >> 8, 0)) return true
    if (n < 128) return ends(2, n, ...sign) || ends(4, n, ...sign)
    return n < 256 ? ends(2, 0x81, n, ...sign) : ends(2, 0x82, high, low, ...sign)
  })
}

/** Whether what is at an offset is marked: as a factor, and as others. */
function nearReference(
  { before, behind, lengths, chained }: MarksReference,
  at: number,
  order: number,
): Record<'isNear' | 'isWell' | 'isFair', boolean> {
  const isMarked = [before, behind, lengths].some((marks) => marks.has(at))
  const isSure = (before.has(at) && behind.has(at)) || lengths.has(at)
  const isChained = chained.has(at)
  const isNearOther = order < 3 && (isMarked || (order === 0 && isChained))
  return {
    isNear: isMarked || (order < 2 && isChained),
    isWell: (isNearOther && at % 8 === 0) || isSure,
    isFair: (isNearOther && at % 4 === 0) || isSure,
  }
}

/** Every candidate that begins in [0, to), list by list. `slice` has {@link BEFORE} bytes before its begin. */
export function candidatesReference(
  slice: Uint8Array,
  shape: FactorShape,
  to: number,
  beside: number,
): Candidate[][] {
  const lists: Candidate[][] = [[], [], [], [], []]
  const marks = marksReference(slice, shape.length, to)
  for (let at = 0; at < to; at++) {
    if (!isRandomReference(slice, at, shape.length)) continue
    const isBesideLane = ((beside >> (at & 15)) & 1) === 1
    for (const [order, { alignment }] of ORDERS.entries()) {
      if (at % alignment !== 0) continue
      const { isNear, isWell, isFair } = nearReference(marks, at, order)
      const window = slice.subarray(at, at + spanOf(order, shape.length))
      for (const kind of kindsOf(gatherReference(window, order), shape, { isNear, isFair })) {
        const isPlain = at % 8 === 0 && order < 2
        const list = listOf(kind, { isNear, isFair, isWell, isBesideLane, isPlain })
        if (list !== undefined) lists[list]?.push({ at, order, kind })
      }
    }
  }
  return lists
}

function listOf(
  kind: CandidateKind,
  {
    isNear,
    isFair,
    isWell,
    isBesideLane,
    isPlain,
  }: Record<'isNear' | 'isFair' | 'isWell' | 'isBesideLane' | 'isPlain', boolean>,
): number | undefined {
  if (kind === 'halved') return isWell ? 4 : undefined
  if (kind !== 'factor' && isFair) return 4
  if (kind !== 'factor') return isBesideLane ? 3 : undefined
  if (isNear) return 0
  return isPlain ? 1 : 2
}

function kindsOf(
  bytes: Uint8Array,
  shape: FactorShape,
  { isNear, isFair }: Record<'isNear' | 'isFair', boolean>,
): CandidateKind[] {
  const isOdd = ((bytes[0] ?? 0) & 1) === 1
  const top = bytes[shape.length - 1] ?? 0
  const { low, usual, high, negated, few } = shape
  const kinds: CandidateKind[] = []
  const isMarked = isOdd ? isNear : isFair
  if (top >= (isMarked ? low : usual) && top <= high) kinds.push(isOdd ? 'factor' : 'beside')
  if (isOdd && top <= (isFair ? negated : few)) kinds.push('negated')
  if (top >= low >> 1 && top <= high >> 1) kinds.push('halved')
  return kinds
}
