/** Segment boundaries: runs that are neighbours in the process, but not in the dump. */
import type { ByteSource, Range } from '@mintmark/dump'
import type { Run } from '../anchors/scan_plan.ts'
import type { RawFinding } from '../findings/finding.ts'
import type { LimitSeen } from '../report/scan_limits.ts'
import { JoinedParts } from './joined_parts.ts'
import {
  addressChains,
  behind,
  type Chain,
  type FileBorders,
  fileChains,
  SIDE_BYTES,
} from './segment_chains.ts'

const ALIGNMENT = 16

export class SegmentBoundaries {
  readonly runs: readonly Run[]
  readonly source: ByteSource
  readonly #parts: JoinedParts
  readonly #leastParts: number

  private constructor(
    runs: readonly Run[],
    parts: readonly Range[],
    source: ByteSource,
    leastParts: number,
  ) {
    this.runs = runs
    this.#parts = new JoinedParts(parts)
    this.#leastParts = leastParts
    const { size } = this.#parts
    this.source = { size, read: (offset, target) => this.#parts.read(source, offset, target) }
  }

  /** Undefined where there are none. O(n log n). */
  static of(
    runs: readonly Run[],
    source: ByteSource,
    inFile: FileBorders = 'none',
  ): SegmentBoundaries | undefined {
    const chains: readonly Chain[] = [...addressChains(runs), ...fileChains(runs, inFile)]
    if (chains.length === 0) return undefined
    const { runs: made, parts } = laidOut(sidesOfAll(chains))
    return new SegmentBoundaries(made, parts, source, 2)
  }

  static joined(
    locations: readonly (readonly Range[])[],
    source: ByteSource,
  ): SegmentBoundaries | undefined {
    if (locations.length === 0) return undefined
    const runs: Run[] = []
    let at = 0
    for (const location of locations) {
      const begin = at
      for (const { length } of location) at += length
      runs.push({ offset: begin, length: at - begin, isAligned: true })
    }
    return new SegmentBoundaries(runs, locations.flat(), source, 1)
  }

  static whole({ runs, parts }: LaidOut, source: ByteSource): SegmentBoundaries {
    return new SegmentBoundaries(runs, parts, source, 1)
  }

  /** A finding across a boundary as its parts in the file; none within one run. */
  rawFindings(finding: RawFinding): readonly RawFinding[] {
    const parts = this.#parts.rangesOf(finding.offset, finding.length)
    if (parts.length < this.#leastParts) return []
    const [{ offset: beginsAt } = finding, { offset: goesOnAt } = finding] = parts
    if (isOneRange(parts)) return [{ ...finding, offset: beginsAt }]
    return parts.map((part, i) => {
      const where = i === 0 ? `goes on at ${hex(goesOnAt)}` : `begins at ${hex(beginsAt)}`
      const verification = `${finding.verification}; ${where}`
      return Object.assign({}, finding, part, { verification, ...(i > 0 && { beginsAt }) })
    })
  }

  offsetOf(range: Range): number | undefined {
    return this.#parts.offsetOf(range)
  }

  limit(limit: LimitSeen): LimitSeen {
    return { ...limit, offset: this.#parts.rangesOf(limit.offset, 1)[0]?.offset ?? limit.offset }
  }
}

function isOneRange(parts: readonly Range[]): boolean {
  return parts.every(
    ({ offset, length }, i) => offset + length === (parts[i + 1]?.offset ?? offset + length),
  )
}

const hex = (offset: number): string => `0x${offset.toString(16)}`

export type Sides = readonly [Run, ...Run[]]

interface LaidOut {
  readonly runs: readonly Run[]
  readonly parts: readonly Range[]
}

/** Each chain as one run, and the parts of the file that these are, in order. */
export function laidOut(all: readonly Sides[]): LaidOut {
  const runs: Run[] = []
  const parts: Range[] = []
  let at = 0
  for (const sides of all) {
    const [{ address, isAligned }] = sides
    const begin = at
    for (const { offset, length } of sides) {
      parts.push({ offset, length })
      at += length
    }
    runs.push({ offset: begin, length: at - begin, address, isAligned })
  }
  return { runs, parts }
}

export function sidesOfAll(chains: readonly Chain[]): readonly Sides[] {
  const all: Sides[] = []
  for (const chain of chains) for (const sides of sidesOf(chain)) all.push(sides)
  return all
}

function* sidesOf(chain: Chain): Generator<Sides> {
  let sides: Run[] = []
  for (const [i, run] of chain.entries()) {
    const isLast = i === chain.length - 1
    if (i > 0 && !isLast && run.length <= 2 * SIDE_BYTES) {
      sides.push(run)
      continue
    }
    if (i > 0) yield sealed(sides, { ...run, length: Math.min(run.length, SIDE_BYTES) })
    const from = Math.max(0, run.length - SIDE_BYTES)
    sides = isLast ? [] : [behind(run, from - (from % ALIGNMENT))]
  }
}

function sealed(sides: readonly Run[], last: Run): Sides {
  const [first, ...others] = sides
  return first === undefined ? [last] : [first, ...others, last]
}
