/**
 * Which runs of memory go on in which: at their addresses, or as they follow each other in the
 * file.
 */
import type { Run } from '../anchors/scan_plan.ts'

/** Of each run on either side of a border: more than the longest form, ML-DSA in PEM in UTF-32. */
export const SIDE_BYTES = 32_768
/** Runs that are examined for one that goes on: more are at one address in no dump that is honest. */
const MOST_OPEN = 64
/** Borders that one run has at its begin, or at its end, besides that within its chain. */
const MOST_BORDERS = 4
/** Of a dump, for those of runs that are at one address. */
const MOST_PAIRS = 16_384

/**
 * Which borders of neighbours in the file are searched as the file has them: none, those of bytes without an address
 * (headers, and what no header claims), or all.
 */
export type FileBorders = 'none' | 'unclaimed' | 'all'

/** Runs that go on one in the other, two or more. */
export type Chain = readonly Run[]

/** A run whose address is known. */
export type Addressed = Run & { readonly address: bigint }

export const hasAddress = (run: Run): run is Addressed => run.address !== undefined

/** A run that others may begin in, or where it ends. */
interface Open {
  readonly run: Addressed
  /** Undefined once it has gone on. */
  chain: Addressed[] | undefined
  /** Borders with other runs so far. */
  borders: number
}

/**
 * Runs that go on at the address where another ends. A dump may hold an address more than once (a stack that is listed
 * by itself and within other memory, as it was at another moment), so that a run goes on in several, and several in
 * one: memory may go from the one to the other where either begins or ends. O(n log n).
 */
export function addressChains(runs: readonly Run[]): readonly Chain[] {
  const placed = runs.filter((run) => hasAddress(run))
  const chains: Chain[] = []
  let open: Open[] = []
  let pairs = 0
  const close = ({ chain = [] }: Open): void => {
    if (chain.length > 1) chains.push(chain)
  }
  for (const run of placed.toSorted(byAddress)) {
    const [passed, near] = parted(open, (each) => endOf(each.run) < run.address)
    passed.forEach(close)
    open = near
    const before = chainBefore(open, run)
    const chain = before?.chain ?? []
    chain.push(before === undefined ? run : after(run, endOf(before.run)))
    if (before !== undefined) before.chain = undefined
    for (const other of open.slice(-MOST_BORDERS)) {
      if (other.borders++ >= MOST_BORDERS || pairs++ >= MOST_PAIRS) continue
      chains.push(...crossings(other.run, run, other === before))
    }
    open.push({ run, chain, borders: 0 })
    if (open.length > MOST_OPEN) open.splice(0, 1).forEach(close)
  }
  open.forEach(close)
  return chains
}

/** What goes on in `run`: what ends where it begins, or else within it. */
function chainBefore(open: readonly Open[], run: Addressed): Open | undefined {
  const ends = open.filter(({ chain, run: one }) => chain !== undefined && endOf(one) < endOf(run))
  return ends.find((each) => endOf(each.run) === run.address) ?? ends[0]
}

/** Where memory may go from one run to the other, of two that meet or share addresses; the second begins no earlier. */
function* crossings(one: Addressed, next: Addressed, isChained: boolean): Generator<Chain> {
  const [oneEnd, nextEnd] = [endOf(one), endOf(next)]
  if (oneEnd < nextEnd && !isChained) yield [one, after(next, oneEnd)]
  if (nextEnd < oneEnd) yield [next, after(one, nextEnd)]
  if (one.address < next.address && next.address < oneEnd)
    yield [{ ...one, length: Number(next.address - one.address) }, next]
}

/** The address behind a run. */
export const endOf = ({ address, length }: Addressed): bigint => address + BigInt(length)

/** What of a run is at `address` and behind it. */
function after(run: Addressed, address: bigint): Addressed {
  return address === run.address ? run : { ...behind(run, Number(address - run.address)), address }
}

function parted<T>(all: readonly T[], test: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))]
}

/** Runs that go on one in the other in the file, though not in memory. */
export function fileChains(runs: readonly Run[], inFile: FileBorders): readonly Chain[] {
  if (inFile === 'none') return []
  const chains: Run[][] = []
  let chain: Run[] = []
  for (const run of runs) {
    const last = chain.at(-1)
    if (last === undefined || !goesOn(last, run, inFile)) {
      if (chain.length > 1) chains.push(chain)
      chain = []
    }
    chain.push(run)
  }
  if (chain.length > 1) chains.push(chain)
  return chains
}

/** Arrays of a Java heap are whole by themselves. */
function goesOn(one: Run, next: Run, inFile: FileBorders): boolean {
  if (one.offset + one.length !== next.offset || one.array !== undefined) return false
  return inFile === 'all' || one.address === undefined || next.address === undefined
}

function byAddress(one: Addressed, other: Addressed): number {
  if (one.address !== other.address) return one.address < other.address ? -1 : 1
  return one.offset - other.offset
}

/** The run from `from` on, counted from its begin. */
export function behind(run: Run, from: number): Run {
  const { offset, length, address } = run
  const moved = address === undefined ? undefined : address + BigInt(from)
  return { ...run, offset: offset + from, length: length - from, address: moved }
}
