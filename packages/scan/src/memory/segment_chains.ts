/** Which runs of memory go on in which: at their addresses, or in the file. */
import type { Run } from '../anchors/scan_plan.ts'

/** Of each run on either side of a border: more than the longest encoding, ML-DSA in PEM in UTF-32. */
export const SIDE_BYTES = 32_768
/** Runs examined for one that goes on: honest dumps have fewer at one address. */
const MOST_OPEN = 64
const MOST_BORDERS = 4
const MOST_PAIRS = 16_384

/** Borders of file neighbours to search: none, those of bytes without an address, or all. */
export type FileBorders = 'none' | 'unclaimed' | 'all'

export type Chain = readonly Run[]

export type Addressed = Run & { readonly address: bigint }

export const hasAddress = (run: Run): run is Addressed => run.address !== undefined

interface Open {
  readonly run: Addressed
  chain: Addressed[] | undefined
  borders: number
}

/**
 * A dump may list an address twice, at two moments: memory may cross where either run begins or
 * ends. O(n log n).
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

function chainBefore(open: readonly Open[], run: Addressed): Open | undefined {
  const ends = open.filter(({ chain, run: one }) => chain !== undefined && endOf(one) < endOf(run))
  return ends.find((each) => endOf(each.run) === run.address) ?? ends[0]
}

/** Where memory may go from one run to the other; the second begins no earlier. */
function* crossings(one: Addressed, next: Addressed, isChained: boolean): Generator<Chain> {
  const [oneEnd, nextEnd] = [endOf(one), endOf(next)]
  if (oneEnd < nextEnd && !isChained) yield [one, after(next, oneEnd)]
  if (nextEnd < oneEnd) yield [next, after(one, nextEnd)]
  if (one.address < next.address && next.address < oneEnd)
    yield [{ ...one, length: Number(next.address - one.address) }, next]
}

export const endOf = ({ address, length }: Addressed): bigint => address + BigInt(length)

function after(run: Addressed, address: bigint): Addressed {
  return address === run.address ? run : { ...behind(run, Number(address - run.address)), address }
}

function parted<T>(all: readonly T[], test: (one: T) => boolean): readonly [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))]
}

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

export function behind(run: Run, from: number): Run {
  const { offset, length, address } = run
  const moved = address === undefined ? undefined : address + BigInt(from)
  return { ...run, offset: offset + from, length: length - from, address: moved }
}
