/** Searches dumps whose memory is in short disordered pieces in the order of memory. */
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

export interface MemoryOrder {
  readonly runs: readonly Run[]
  readonly parts: readonly Range[]
}

/** Undefined where it does not pay, or an address is listed twice. O(n log n). */
export function arrangedRuns(runs: readonly Run[], inFile: FileBorders): MemoryOrder | undefined {
  if (inFile === 'all' || runs.some(({ array }) => array !== undefined)) return undefined
  const chains = chainsOf(runs)
  if (chains === undefined || !isWorthIt(chains, runs)) return undefined
  const others = runs.filter((run) => !hasAddress(run)).map((run): Sides => [run])
  const borders = sidesOfAll(fileChains(runs, inFile))
  return laidOut([...others, ...chains, ...borders])
}

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

function isWorthIt(chains: readonly Sides[], runs: readonly Run[]): boolean {
  let near = 0
  for (const chain of chains) {
    if (chain.length === 1) continue
    for (const { length } of chain) near += Math.min(length, 2 * SIDE_BYTES)
  }
  const all = runs.reduce((sum, { length }) => sum + length, 0)
  return 2 * near > all
}
