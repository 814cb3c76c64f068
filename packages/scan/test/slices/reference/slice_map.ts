/**
 * Says what the kernel of `assembly/slice_map.ts` means, one block at a time. Tests only.
 *
 * @module
 */
import type { DigitShape } from '../../../src/slices/conjugate.ts'
import { type BlockCounts, countsOf, isRandomBlock, isStructureReference } from './conjugate.ts'
import { isDigitBlock, isTextPair } from './slice_words.ts'

const BLOCK = 16

/** Neighbouring blocks of 16 bytes: the first, and the first behind. */
export interface BlockRunReference {
  readonly from: number
  readonly to: number
}

export interface SliceMapReference {
  /** For each block, and behind the last, what the random ones before it add up to: modulo 2^16. */
  readonly sums: readonly BlockCounts[]
  /**
   * Bit i of a block's: the eight bytes before its offset i are a structure. Undefined where no random number can begin or
   * end.
   */
  readonly edges: readonly (number | undefined)[]
  /** Those of at least so many blocks that can be part of a random number. */
  readonly runs: readonly BlockRunReference[]
}

/**
 * Maps `blocks` blocks of a slice, which has {@link import('./conjugate.ts').BEFORE} bytes before its begin.
 *
 * @param least blocks that a run has in which a number can begin or end
 */
export function mapSliceReference(
  slice: Uint8Array,
  blocks: number,
  least: number,
): SliceMapReference {
  const all = Array.from({ length: blocks }, (_, b) => countsOf(slice, b * BLOCK))
  const random = all.map((_, b) => isRandomBlock(slice, b * BLOCK))
  const sums: BlockCounts[] = [{ common: 0, equal: 0, highs: 0, odds: 0 }]
  for (const [b, counts] of all.entries()) {
    const last = sums[b]
    if (last !== undefined) sums.push(random[b] === true ? added(last, counts) : last)
  }
  const runs = runsOf(blocks, (b) => random[b] === true).filter(
    ({ from, to }) => to - from >= least,
  )
  const edges = all.map((_, b) => {
    const isNear = runs.some(({ from, to }) => from - 1 <= b && b < to + 3)
    if (!isNear) return undefined
    const bits = Array.from({ length: BLOCK }, (__, i) =>
      isStructureReference(slice, b * BLOCK + i),
    )
    return bits.reduce((mask, bit, i) => mask | (Number(bit) << i), 0)
  })
  return { sums, edges, runs }
}

function added(a: BlockCounts, b: BlockCounts): BlockCounts {
  const sum = (name: keyof BlockCounts): number => (a[name] + b[name]) & 0xffff
  return {
    common: sum('common'),
    equal: sum('equal'),
    highs: sum('highs'),
    odds: sum('odds'),
  }
}

/** For each of the four kinds of digits, the runs of at least `least` blocks that can be digits of one number. */
export function mapDigitsReference(
  slice: Uint8Array,
  blocks: number,
  least: number,
): BlockRunReference[][] {
  const view = new DataView(slice.buffer, slice.byteOffset, slice.length)
  return ([0, 1, 2, 3] as const).map((digitKind) => {
    const isParted = (b: number): boolean => digitKind === 1 && isTextPair(slice, b)
    const isIn = (b: number): boolean =>
      isDigitBlock(
        wordsOf(view, b, digitKind),
        b === 0 ? [] : wordsOf(view, b - 1, digitKind),
        digitKind,
      )
    const runs = runsOf(blocks, isIn, isParted)
    return runs.filter(({ from, to }) => to - from >= least)
  })
}

function wordsOf(view: DataView, block: number, digitKind: DigitShape['digitKind']): bigint[] {
  const at = block * BLOCK
  return digitKind === 0
    ? [0, 4, 8, 12].map((k) => BigInt(view.getUint32(at + k, true)))
    : [0, 8].map((k) => view.getBigUint64(at + k, true))
}

/** @param isParted whether a run ends before this block, and another begins */
function runsOf(
  blocks: number,
  isIn: (block: number) => boolean,
  isParted: (block: number) => boolean = () => false,
): BlockRunReference[] {
  const runs: { from: number; to: number }[] = []
  for (let b = 0; b < blocks; b++) {
    if (!isIn(b)) continue
    const last = runs.at(-1)
    if (last?.to === b && !isParted(b)) last.to = b + 1
    else runs.push({ from: b, to: b + 1 })
  }
  return runs
}
