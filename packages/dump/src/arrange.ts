/**
 * Maps the file: every byte is in one segment or one range of structure. Tables may lie, so memory
 * wins over structure but not over the frame; later runs win shared bytes.
 */
import { type Layout, MAX_SHORT, SHORT_BYTES } from './memory/layout.ts'
import { endOf, isDisjoint, joined, merged, partOfRange, without } from './memory/ranges.ts'
import type { Dump, Flaw, Owner, Range, Segment } from './memory/segment.ts'
import { Owners } from './owners.ts'

/** Unclaimed bytes between structure are padding where they are too few to hold a key. */
const MAX_PADDING_BYTES = 15

interface Arranged {
  readonly segments: readonly Segment[]
  readonly structure: readonly Range[]
  readonly isShared: boolean
}

export function arrange(layout: Layout): Arranged {
  const headers = joined(layout.headers)
  // Overlaps are resolved among whole runs, before they are cut.
  const { runs, isShared } = innermost(layout.memory)
  const memory = without(isShared ? fewShort(runs, layout) : runs, headers, partOf)
  const said = without(joined(layout.tables), headers, partOfRange)
  const structure = merged(headers, without(said, memory, partOfRange))
  const gaps = unclaimed(memory, structure)
  const segments = merged(memory, gaps.segments)
  return {
    segments: withOwners(segments, new Owners(layout.mappings, layout.stacks)),
    structure: joined(merged(structure, gaps.padding)),
    isShared,
  }
}

/** Short runs beyond the limit are left out; their bytes have no address. */
function fewShort(runs: readonly Segment[], layout: Layout): readonly Segment[] {
  const long = runs.filter(({ length }) => length >= SHORT_BYTES)
  if (runs.length - long.length <= MAX_SHORT) return runs
  layout.reportShort(0)
  return long
}

export function finish(layout: Layout, arranged: Arranged, size: number): Dump {
  const { segments, cut } = segmentsInFile(arranged.segments, size)
  const structure = rangesInFile(arranged.structure, size)
  const end = Math.max(lastEnd(arranged.segments), lastEnd(arranged.structure))
  if (end < size) segments.push(unknownSegment(end, size))
  return {
    container: layout.container,
    segments,
    structure,
    isShared: arranged.isShared,
    vectorRegisters: layout.vectorRegisters.filter((range) => endOf(range) <= size),
    wideRegisters: rangesInFile(joined(layout.wideRegisters), size),
    generalRegisters: rangesInFile(joined(layout.generalRegisters), size),
    about: layout.about,
    flaws: cut === undefined ? layout.flaws : [...layout.flaws, cut],
    isLittleEndian: layout.isLittleEndian,
  }
}

function unknownSegment(from: number, to: number): Segment {
  return { offset: from, length: to - from, address: undefined, owner: undefined }
}

function partOf(segment: Segment, from: number, to: number): Segment {
  const { address, owner } = segment
  const moved =
    address === undefined ? undefined : BigInt.asUintN(64, address + BigInt(from - segment.offset))
  return { offset: from, length: to - from, address: moved, owner }
}

function lastEnd(ranges: readonly Range[]): number {
  const last = ranges.at(-1)
  return last === undefined ? 0 : endOf(last)
}

/** By offset, then the longest first, then one with an owner. */
function byOffset(one: Segment, other: Segment): number {
  return (
    one.offset - other.offset ||
    other.length - one.length ||
    Number(one.owner === undefined) - Number(other.owner === undefined)
  )
}

interface Innermost {
  readonly runs: readonly Segment[]
  readonly isShared: boolean
}

/** Bytes that several share go to the one that begins last, of equals to the first. */
function innermost(memory: readonly Segment[]): Innermost {
  if (isDisjoint(memory)) return { runs: memory, isShared: false }
  const out: Segment[] = []
  const open: Segment[] = []
  let cursor = 0
  let isShared = false
  let last: Segment | undefined
  const give = (segment: Segment, to: number): void => {
    const from = Math.max(cursor, segment.offset)
    if (from >= to) return
    const isWhole = from === segment.offset && to === endOf(segment)
    out.push(isWhole ? segment : partOf(segment, from, to))
    cursor = to
  }
  for (const segment of memory.toSorted(byOffset)) {
    if (last !== undefined) isShared ||= isElsewhere(last, segment)
    if (segment.offset === last?.offset && segment.length === last.length) continue
    last = segment
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      give(top, Math.min(endOf(top), segment.offset))
      if (endOf(top) > segment.offset) break
      open.pop()
    }
    const outer = open.at(-1)
    if (outer !== undefined) isShared ||= isElsewhere(outer, segment)
    open.push(segment)
  }
  for (let top = open.pop(); top !== undefined; top = open.pop()) give(top, endOf(top))
  return { runs: out, isShared }
}

function isElsewhere(one: Segment, next: Segment): boolean {
  if (one.address === undefined || next.address === undefined) return false
  if (endOf(one) <= next.offset) return false
  return next.address - one.address !== BigInt(next.offset - one.offset)
}

function unclaimed(
  memory: readonly Segment[],
  structure: readonly Range[],
): { readonly segments: Segment[]; readonly padding: Range[] } {
  const segments: Segment[] = []
  const padding: Range[] = []
  let cursor = 0
  let next = 0
  let isAfterStructure = false
  const claim = (range: Range, isStructure: boolean): void => {
    const length = range.offset - cursor
    if (length > 0) {
      if (isStructure && isAfterStructure && length <= MAX_PADDING_BYTES)
        padding.push({ offset: cursor, length })
      else segments.push(unknownSegment(cursor, range.offset))
    }
    cursor = endOf(range)
    isAfterStructure = isStructure
  }
  for (const range of structure) {
    for (
      let run = memory[next];
      run !== undefined && run.offset < range.offset;
      run = memory[next]
    ) {
      claim(run, false)
      next++
    }
    claim(range, true)
  }
  for (; next < memory.length; next++) {
    const run = memory[next]
    if (run !== undefined) claim(run, false)
  }
  return { segments, padding }
}

function withOwners(segments: readonly Segment[], owners: Owners): readonly Segment[] {
  if (owners.isEmpty) return segments
  // One object for each name, not one for each segment.
  const stacks = new Map<string, Owner>()
  const shared = (owner: Owner): Owner => {
    if (owner.kind !== 'stack') return owner
    const known = stacks.get(owner.name)
    if (known !== undefined) return known
    stacks.set(owner.name, owner)
    return owner
  }
  return segments.map((segment) => {
    const { address, length } = segment
    if (segment.owner !== undefined || address === undefined) return segment
    const owner = owners.ownerOf(address, length)
    return owner === undefined ? segment : { ...segment, owner: shared(owner) }
  })
}

function segmentsInFile(
  segments: readonly Segment[],
  size: number,
): { readonly segments: Segment[]; readonly cut: Flaw | undefined } {
  const kept: Segment[] = []
  let cutCount = 0
  let missingBytes = 0
  for (const segment of segments) {
    const missing = Math.min(segment.length, endOf(segment) - size)
    if (missing <= 0) {
      kept.push(segment)
      continue
    }
    cutCount++
    missingBytes = Math.min(Number.MAX_SAFE_INTEGER, missingBytes + missing)
    if (segment.offset < size) kept.push({ ...segment, length: size - segment.offset })
  }
  if (cutCount === 0) return { segments: kept, cut: undefined }
  const message = `${cutCount} of ${segments.length} segments are cut: ${missingBytes} bytes are not in the file`
  const facts = { segments: cutCount, missingBytes, fileBytes: size }
  return { segments: kept, cut: { code: 'segment-cut', message, facts } }
}

function rangesInFile(ranges: readonly Range[], size: number): Range[] {
  const kept: Range[] = []
  for (const { offset, length } of ranges)
    if (offset < size) kept.push({ offset, length: Math.min(length, size - offset) })
  return kept
}
