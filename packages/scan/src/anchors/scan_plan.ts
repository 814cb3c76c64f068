/**
 * Cuts a dump into windows. Every byte of the file, headers included, belongs to exactly one piece
 * of one window: the one that reports a key whose begin, or anchor, is there.
 */
import type { Dump, Range } from '@mintmark/dump'
import { REACH } from './anchor.ts'

export const WINDOW_BYTES: number = 4 << 20
/** Bytes that a window reads at most: its own, and what is seen around them. */
export const WINDOW_CAPACITY: number = WINDOW_BYTES + 2 * REACH
/** Gaps up to this length are read along, for one read is quicker than two. */
const GAP_BYTES = 65_536
/** Zeros kept around data of a sparse file: an encoding may begin or end in them. */
const MARGIN_BYTES = 4096
/** Offsets in a run are rounded to this: numbers and schedules are aligned as in memory. */
const ALIGNMENT = 16
/** More would take as much memory as their bytes. */
const MOST_PIECES = 65_536

export interface Run {
  readonly offset: number
  readonly length: number
  /** Whether the run's begin is a multiple of 8 in the process, as far as the dump says. */
  readonly isAligned: boolean
  readonly address?: bigint | undefined
  /** In a Java heap each array is a run: `number` for an `int[]`, as in `BigInteger`. */
  readonly array?: 'number' | 'other' | undefined
}

export interface Piece {
  readonly begin: number
  readonly end: number
  readonly from: number
  readonly to: number
  readonly isAligned: boolean
  readonly array?: Run['array']
  readonly address?: bigint | undefined
}

export interface Window {
  readonly offset: number
  readonly length: number
  readonly pieces: readonly Piece[]
  /** Cost that each byte adds to the usual budget (`work_budget.ts`); negative if highly packed. */
  readonly moreCost?: number
  readonly onceCost?: number
  readonly anchorShare?: number | undefined
}

/** Neighbours in file and memory are joined. Metadata has environments and registers. */
export function runsOf(dump: Dump): readonly Run[] {
  const runs: { offset: number; length: number; address: bigint | undefined; owner?: string }[] = []
  const parts = [
    ...dump.segments,
    ...dump.structure
      .filter((range) => !isPageHead(dump, range))
      .map(({ offset, length }) => {
        return { offset, length, address: undefined, owner: undefined }
      }),
  ]
  for (const part of parts.toSorted((a, b) => a.offset - b.offset)) {
    const { offset, length, address } = part
    const last = runs.at(-1)
    const isNext = last !== undefined && last.offset + last.length === offset
    const next = last?.address === undefined ? undefined : last.address + BigInt(last.length)
    if (isNext && next !== undefined && next === address) last.length += length
    else runs.push({ offset, length, address, owner: part.owner?.name ?? '' })
  }
  const isHeap = dump.container === 'hprof'
  return runs.map(({ offset, length, address, owner }) => {
    const isAligned = address !== undefined && address % 8n === 0n
    if (!isHeap) return { offset, length, address, isAligned }
    const array = owner === 'int[]' ? 'number' : 'other'
    return { offset, length, address, isAligned, array }
  })
}

/** Heads of pages (a number and a name), one for each 4 KiB, with no room for a key. */
const PAGE_HEAD_BYTES = 24

function isPageHead({ container }: Dump, { length }: Range): boolean {
  return container === 'qemu' && length <= PAGE_HEAD_BYTES
}

/** The windows of a file, in order of offset. What is outside of `data` is zeros, left out. */
export function* planWindows(
  runs: readonly Run[],
  data?: readonly Range[],
): Generator<Window, void, void> {
  let offset = 0
  let length = 0
  let pieces: Piece[] = []
  for (const { run, from, to } of chunksOf(runs, data)) {
    const begin = Math.max(run.offset, from - REACH)
    const end = Math.min(run.offset + run.length, to + REACH)
    const isFull = end - offset > WINDOW_CAPACITY || pieces.length >= MOST_PIECES
    if (pieces.length > 0 && (isFull || begin - (offset + length) > GAP_BYTES)) {
      yield { offset, length, pieces }
      pieces = []
    }
    if (pieces.length === 0) {
      offset = begin
      length = 0
    }
    const { isAligned, array, address } = run
    pieces.push({
      begin: begin - offset,
      end: end - offset,
      from: from - offset,
      to: to - offset,
      isAligned,
      array,
      address: address === undefined ? undefined : address + BigInt(begin - run.offset),
    })
    length = Math.max(length, end - offset)
  }
  if (pieces.length > 0) yield { offset, length, pieces }
}

export function sizeOf(windows: Iterable<Window>): { windows: number; bytes: number } {
  let [count, bytes] = [0, 0]
  for (const window of windows) {
    count++
    bytes += ownBytes(window)
  }
  return { windows: count, bytes }
}

export function ownBytes({ pieces }: Window): number {
  let bytes = 0
  for (const { from, to } of pieces) bytes += to - from
  return bytes
}

interface Chunk {
  readonly run: Run
  readonly from: number
  readonly to: number
}

function* chunksOf(
  runs: readonly Run[],
  data: readonly Range[] | undefined,
): Generator<Chunk, void, void> {
  let first = 0
  for (const run of runs) {
    const end = run.offset + run.length
    if (data === undefined) {
      yield* cut(run, run.offset, end)
      continue
    }
    const isBefore = (range: Range | undefined) =>
      range !== undefined && range.offset + range.length + MARGIN_BYTES <= run.offset
    while (isBefore(data[first])) first++
    const around = data[first]
    if (run.length <= WINDOW_BYTES && around !== undefined && isWithin(run, around)) {
      yield { run, from: run.offset, to: end }
      continue
    }
    let done = run.offset
    for (let i = first; i < data.length; i++) {
      const range = data[i]
      if (range === undefined || range.offset - MARGIN_BYTES >= end) break
      const from = Math.max(done, roundedDown(run, range.offset - MARGIN_BYTES))
      const to = Math.min(end, roundedUp(run, range.offset + range.length + MARGIN_BYTES))
      if (from < to) yield* cut(run, from, to)
      done = Math.max(done, to)
    }
  }
}

/** Whether all of a run is data: of a hundred thousand short ones nearly every one is. */
function isWithin({ offset, length }: Run, data: Range): boolean {
  return data.offset <= offset && offset + length <= data.offset + data.length
}

function roundedDown(run: Run, offset: number): number {
  if (offset <= run.offset) return run.offset
  return offset - ((offset - run.offset) % ALIGNMENT)
}

/** Aligned in the run, not the file: one may begin between pages (32-bit gcore: by 0x1d4 bytes). */
function roundedUp(run: Run, offset: number): number {
  return run.offset + Math.ceil((offset - run.offset) / ALIGNMENT) * ALIGNMENT
}

function* cut(run: Run, from: number, to: number): Generator<Chunk, void, void> {
  for (let at = from; at < to; at += WINDOW_BYTES) {
    yield { run, from: at, to: Math.min(at + WINDOW_BYTES, to) }
  }
}
