/**
 * Dumps whose memory is in short pieces that are in another order in the file: they are searched in
 * the order of memory. Then nothing is searched twice, as borders are, and what costs the same for
 * each piece is spent once.
 */
import type { Range } from '@mintmark/dump'
import type { Run } from '../anchors/scan_plan.ts'
import { laidOut, type Sides, sidesOfAll } from './segment_boundaries.ts'
import {
  type Addressed,
  endOf,
  type FileBorders,
  fileChains,
  hasAddress,
  SIDE_BYTES,
} from './segment_chains.ts'

/** A dump in the order of memory, as if it were a file. */
export interface MemoryOrder {
  readonly runs: readonly Run[]
  /** What of the file stands for it, one after the other. */
  readonly parts: readonly Range[]
}

/**
 * The runs of a dump in the order of memory, and what has no address as it is; undefined where that is not worth it, or
 * an address is listed more than once. O(n log n).
 * @param inFile which borders are searched as the file has them
 */
export function arrangedRuns(runs: readonly Run[], inFile: FileBorders): MemoryOrder | undefined {
  if (inFile === 'all' || runs.some(({ array }) => array !== undefined)) return undefined
  const chains = chainsOf(runs)
  if (chains === undefined || !isWorthIt(chains, runs)) return undefined
  const others = runs.filter((run) => !hasAddress(run)).map((run): Sides => [run])
  const borders = sidesOfAll(fileChains(runs, inFile))
  return laidOut([...others, ...chains, ...borders])
}

/** Memory without a gap, in the order of addresses; undefined where some of it is there twice. */
function chainsOf(runs: readonly Run[]): readonly Sides[] | undefined {
  const placed = runs.filter((run) => hasAddress(run))
  const chains: [Addressed, ...Addressed[]][] = []
  let end = -1n
  for (const run of placed.toSorted((a, b) => (a.address < b.address ? -1 : 1))) {
    if (run.address < end) return undefined
    const last = chains.at(-1)
    if (last !== undefined && run.address === end) last.push(run)
    else chains.push([run])
    end = endOf(run)
  }
  return chains
}

/** Whether more than half of the bytes are so near a border that they would be searched twice. */
function isWorthIt(chains: readonly Sides[], runs: readonly Run[]): boolean {
  let near = 0
  for (const chain of chains) {
    if (chain.length === 1) continue
    for (const { length } of chain) near += Math.min(length, 2 * SIDE_BYTES)
  }
  const all = runs.reduce((sum, { length }) => sum + length, 0)
  return 2 * near > all
}
