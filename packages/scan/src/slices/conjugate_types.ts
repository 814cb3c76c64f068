/**
 * Input and output of the kernels of `conjugate.ts`: windows, tables of keys and words, shapes of
 * numbers.
 */
/** How a number's bytes are in memory, by number: the orders of the kernel. */
export const ORDERS = [
  { form: 'limbs-le64', alignment: 1, word: 1, isHighFirst: false },
  { form: 'limbs-be', alignment: 1, word: 1, isHighFirst: true },
  { form: 'java-int-array', alignment: 4, word: 4, isHighFirst: true },
  { form: 'words-be-le64', alignment: 8, word: 8, isHighFirst: true },
  { form: 'limbs-le-be64', alignment: 8, word: 8, isHighFirst: false },
  { form: 'limbs-le-be32', alignment: 4, word: 4, isHighFirst: false },
] as const

/** What the number of a window is to the factor that it gives. */
export type CandidateKind = 'factor' | 'beside' | 'negated' | 'halved'

/** A window: where it begins, from the begin of the slice, in which order, and what it can be. */
export interface Candidate {
  readonly at: number
  readonly order: number
  readonly kind: CandidateKind
}

/** By their numbers in the kernels. */
const KINDS: readonly CandidateKind[] = ['factor', 'beside', 'negated', 'halved']

/** A candidate as the kernels write it: the offset in the lower 21 bits, then its order of bytes in 3 and its kind in 2. */
export function candidateOf(entry: number): Candidate {
  return {
    at: entry & 0x1fffff,
    order: (entry >>> 21) & 7,
    kind: KINDS[(entry >>> 24) & 3] ?? 'factor',
  }
}

/** Which windows are listed that nothing marks. */
export interface CandidateChoice {
  /** How many of {@link ORDERS} are examined. */
  readonly orders: number
  /** Factors at every offset, and what is beside them. */
  readonly isEvery: boolean
  /** For what is beside factors a bit for each offset in a group of 16. */
  readonly beside: number
  /** Without `isEvery`, so many factors at multiples of 8 are enough: groups of offsets behind are left out. */
  readonly aligned: number
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
  /** Least highest byte where nothing marks a factor: key generators use a tighter bound than the key shows. */
  readonly usual: number
  /** Greatest highest byte of 2^bits less a factor, and of that where nothing marks it. */
  readonly negated: number
  readonly few: number
}

/** Keys in the kernel's memory. */
export interface KeyTable {
  readonly at: number
  readonly count: number
  /** Limbs of 28 bits of each. */
  readonly digits: number
  readonly stride: number
  /** A quick test that rejects most windows that divide no modulus, one row a key. */
  readonly screens: number
  readonly screenStride: number
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

/** Where private exponents are searched for. See `exponents` in the kernel. */
export interface ExponentOffsets {
  /** A bit for each offset in a group of 16 that nothing marks, in the two plain orders. */
  readonly lanes: number
  /** In the other orders. */
  readonly others: number
  /** How many of {@link ORDERS} are examined. */
  readonly orders: number
  /** Nanoseconds, about. */
  readonly budget: number
}

/** Words that are searched for, in the kernel's memory. */
export interface WordTable {
  readonly filter: number
  readonly table: number
  readonly indexes: number
  readonly mask: number
  /** By the index of a word those of equal ones that come later. */
  readonly repeats: ReadonlyMap<number, readonly number[]>
}

/** Words that can be the digits of one number. See `digit_runs` in the kernel. */
export interface DigitShape {
  /** What all words have in common: 0 for words of four bytes, 1 to 3 for kinds of such of eight. */
  readonly digitKind: 0 | 1 | 2 | 3
  readonly slots: number
  readonly low: bigint
  readonly high: bigint
  /** Of the word below the top one. */
  readonly second: bigint
  readonly least: bigint
  /** Most words are not less. */
  readonly large: bigint
  readonly most: bigint
  /** Bits below this one of neighbours may be equal. */
  readonly shift: number
}

/** Room for offsets: those marked on both sides or by a length, and others. */
export interface OffsetRoom {
  readonly enclosed: number
  readonly others: number
}
