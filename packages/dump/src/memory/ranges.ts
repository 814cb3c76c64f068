/** Runs of bytes as half-open ranges: joined, and taken from each other. */
import type { Range } from './segment.ts'

export function endOf(range: Range): number {
  return range.offset + range.length
}

export function isDisjoint(ranges: readonly Range[]): boolean {
  let end = 0
  for (const range of ranges) {
    if (range.offset < end) return false
    end = endOf(range)
  }
  return true
}

/** The same bytes as sorted, disjoint ranges with gaps between them. O(n log n). */
export function joined(ranges: readonly Range[]): Range[] {
  const sorted = ranges.toSorted((one, other) => one.offset - other.offset)
  const out: Range[] = []
  for (const range of sorted) {
    const last = out.at(-1)
    if (last === undefined || range.offset > endOf(last)) out.push(range)
    else if (endOf(range) > endOf(last))
      out[out.length - 1] = { offset: last.offset, length: endOf(range) - last.offset }
  }
  return out
}

/** Both are sorted and disjoint; O(n). @param part makes `[from, to)` of a cut run */
export function without<T extends Range>(
  runs: readonly T[],
  holes: readonly Range[],
  part: (run: T, from: number, to: number) => T,
): T[] {
  const out: T[] = []
  let index = 0
  for (const run of runs) {
    const end = endOf(run)
    let from = run.offset
    while (index < holes.length && endOf(holes[index] ?? run) <= from) index++
    for (let next = index; next < holes.length; next++) {
      const hole = holes[next]
      if (hole === undefined || hole.offset >= end) break
      if (hole.offset > from) out.push(part(run, from, hole.offset))
      from = Math.max(from, endOf(hole))
    }
    if (from === run.offset) out.push(run)
    else if (from < end) out.push(part(run, from, end))
  }
  return out
}

export function partOfRange(_range: Range, from: number, to: number): Range {
  return { offset: from, length: to - from }
}

/** Merges two sorted lists; of two that begin together, that of `one` comes first. */
export function merged<T extends Range>(one: readonly T[], other: readonly T[]): T[] {
  const out: T[] = []
  let index = 0
  for (const range of one) {
    for (let next = other[index]; next !== undefined; next = other[index]) {
      if (next.offset >= range.offset) break
      out.push(next)
      index++
    }
    out.push(range)
  }
  for (; index < other.length; index++) {
    const rest = other[index]
    if (rest !== undefined) out.push(rest)
  }
  return out
}
