/** Input and output of the kernels of `conjugate.ts`. */
/** How a number's bytes are in memory, by number: the orders of the kernel. */
export const ORDERS = [
  { encoding: 'limbs-le64', alignment: 1, word: 1, isHighFirst: false },
  { encoding: 'limbs-be', alignment: 1, word: 1, isHighFirst: true },
  { encoding: 'java-int-array', alignment: 4, word: 4, isHighFirst: true },
  { encoding: 'words-be-le64', alignment: 8, word: 8, isHighFirst: true },
  { encoding: 'limbs-le-be64', alignment: 8, word: 8, isHighFirst: false },
  { encoding: 'limbs-le-be32', alignment: 4, word: 4, isHighFirst: false },
] as const

export type CandidateKind = 'factor' | 'beside' | 'negated' | 'halved'

/** A window: where it begins, from the begin of the slice, in which order, and what it can be. */
export interface Candidate {
  readonly at: number
  readonly order: number
  readonly kind: CandidateKind
}

const KINDS: readonly CandidateKind[] = ['factor', 'beside', 'negated', 'halved']

/** As the kernels write it: the offset in 21 bits, then its order in 3 and its kind in 2. */
export function candidateOf(entry: number): Candidate {
  return {
    at: entry & 0x1fffff,
    order: (entry >>> 21) & 7,
    kind: KINDS[(entry >>> 24) & 3] ?? 'factor',
  }
}

export interface CandidateChoice {
  readonly orders: number
  readonly isEvery: boolean
  readonly beside: number
  /** Without `isEvery`, so many factors at multiples of 8 are enough. */
  readonly aligned: number
}

export interface FactorHit extends Candidate {
  readonly key: number
  readonly isAbove: boolean
}

export interface FactorShape {
  readonly bits: number
  readonly length: number
  readonly low: number
  readonly high: number
  /** Least highest byte of an unmarked factor: generators use a tighter bound than keys show. */
  readonly usual: number
  readonly negated: number
  readonly few: number
}

export interface KeyTable {
  readonly at: number
  readonly count: number
  readonly digits: number
  readonly stride: number
  readonly screens: number
  readonly screenStride: number
  readonly lowAt: number
}

export interface ExponentTable {
  readonly at: number
  readonly count: number
  readonly length: number
  /** Bits by which `length` bytes are more than the modulus has. */
  readonly spare: number
}

export interface ExponentOffsets {
  readonly lanes: number
  readonly others: number
  readonly orders: number
  readonly budget: number
}

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
  readonly digitKind: 0 | 1 | 2 | 3
  readonly slots: number
  readonly low: bigint
  readonly high: bigint
  readonly second: bigint
  readonly least: bigint
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
