// asc: --importMemory
/**
 * Filters offsets of numbers of a known size: runs of groups of 16 where bytes look random, and the
 * few marked groups (`lib/marked_offsets.ts`). Nothing is allocated; positions are relative to
 * `ptr`, with 64 readable bytes before and a number and 64 behind. Maps are of `slice_map.ts`.
 */
import { EIGHTHS, putRecord, putRun, runBegin, runEnd } from './lib/marked_offsets.ts'
import { lengthBefore } from './lib/marks.ts'
import { pinned } from './lib/pinned.ts'
import { leastCounts, roomOfCounts } from './lib/random_counts.ts'

/** Numbers in a row that are identified by what is before the first. */
const CHAIN: i32 = 7

/** Lists runs of groups before `to` whose common blocks can be random; returns how many. */
export function random_groups(
  blocks: usize,
  blockRuns: i32,
  sums: usize,
  to: i32,
  length: i32,
  out: usize,
): i32 {
  const groups = (to + 15) >> 4
  // Blocks from the second of a number to the last that all numbers of its group hold.
  const width = length >> 4
  if (width < 2) return nearRandom(blocks, blockRuns, groups, out)
  const n = (width - 1) << 4
  const least = pinned(leastCounts(n), 0)
  const room = pinned(roomOfCounts(n), 1)
  const first = sums + 8
  const last = sums + ((<usize>width) << 3)
  let found = 0
  for (let r = 0; r < blockRuns; r++) {
    const end = min(runEnd(blocks, r) - width, groups - 1)
    // The first of the run of groups that goes on, or none.
    let begin = -1
    for (let g = max(runBegin(blocks, r) - 1, 0); g <= end; g++) {
      const at = (<usize>g) << 3
      const counts = i16x8.sub(v128.load64_zero(last + at), v128.load64_zero(first + at))
      const fits = i16x8.bitmask(i16x8.le_u(i16x8.sub(counts, least), room))
      if ((fits & 0xf) === 0xf) {
        if (begin < 0) begin = g
      } else if (begin >= 0) {
        putRun(out, found++, begin, g)
        begin = -1
      }
    }
    if (begin >= 0) putRun(out, found++, begin, end + 1)
  }
  return found
}

/** Short numbers have no common block: one that most of a number is in must be random. */
function nearRandom(blocks: usize, blockRuns: i32, groups: i32, out: usize): i32 {
  let found = 0
  let next = 0
  for (let r = 0; r < blockRuns; r++) {
    const begin = max(runBegin(blocks, r) - 1, next)
    const end = min(runEnd(blocks, r), groups)
    next = max(next, end)
    if (begin < end) putRun(out, found++, begin, end)
  }
  return found
}

// Maps of a bit for each 8 offsets, in a row: listed, marked, in a chain.
let listed: usize = 0
let marked: usize = 0
let chained: usize = 0
let cells: i32 = 0

/**
 * Lists marked groups of `runs` in order; returns how many. `edges`: a bit for each offset where
 * something else ends. `maps`: three times `mapBytes`, each a multiple of 8 with a bit for each 8
 * offsets.
 */
export function mark_groups(
  ptr: usize,
  runs: usize,
  runCount: i32,
  length: i32,
  edges: usize,
  maps: usize,
  mapBytes: i32,
  out: usize,
): i32 {
  memory.fill(maps, 0, 3 * <usize>mapBytes)
  listed = maps
  marked = maps + <usize>mapBytes
  chained = marked + <usize>mapBytes
  cells = mapBytes << 3
  for (let r = 0; r < runCount; r++) {
    const end = runEnd(runs, r) << 1
    for (let cell = runBegin(runs, r) << 1; cell < end; cell++) setBit(listed, cell)
  }
  for (let r = 0; r < runCount; r++) {
    const end = runEnd(runs, r)
    for (let g = runBegin(runs, r); g < end; g++) markGroup(ptr, g, length, edges)
  }
  return putRecords(ptr, length, edges, mapBytes, out)
}

function setBit(map: usize, cell: i32): void {
  const at = map + <usize>(cell >> 3)
  store<u8>(at, <u8>(<i32>load<u8>(at) | (1 << (cell & 7))))
}

function bitOf(map: usize, cell: i32): i32 {
  return (<i32>load<u8>(map + <usize>(cell >> 3)) >> (cell & 7)) & 1
}

/** Bits 0 to 15: something ends before the number; 16 to 31: something begins behind. */
function sidesAt(g: i32, length: i32, edges: usize): u32 {
  const before = <u32>load<u16>(edges + ((<usize>g) << 1))
  const next = (g << 4) + length + 8
  const behind = load<u32>(edges + (<usize>next >> 3)) >> (next & 7)
  return before | (behind << 16)
}

function markGroup(ptr: usize, g: i32, length: i32, edges: usize): void {
  const sides = sidesAt(g, length, edges)
  const first =
    <i32>(sides & 0xffff) | lengthBefore(ptr + ((<usize>g) << 4), length, <i32>(sides & 0xffff))
  const behind = <i32>(sides >> 16)
  if ((first | behind) === 0) return
  const cell = g << 1
  setBit(marked, cell)
  if ((length & 7) !== 0 || ((first | behind) & EIGHTHS) === 0) return
  const step = length >> 3
  if (first & 1) chain(cell, step)
  if (first & 0x100) chain(cell + 1, step)
  if (behind & 1) chain(cell, -step)
  if (behind & 0x100) chain(cell + 1, -step)
}

/** Marks an offset and some whole numbers away, as far as they are listed. */
function chain(cell: i32, step: i32): void {
  let at = cell
  for (let k = 0; k < CHAIN && at >= 0 && at < cells; k++) {
    if (bitOf(listed, at) === 0) return
    setBit(chained, at)
    at += step
  }
}

function putRecords(ptr: usize, length: i32, edges: usize, mapBytes: i32, out: usize): i32 {
  let found = 0
  for (let k = 0; k < mapBytes; k += 8) {
    const chains = load<u64>(chained + <usize>k)
    let rest = load<u64>(marked + <usize>k) | chains
    while (rest !== 0) {
      const cell = <i32>ctz(rest) & ~1
      rest &= ~((3 as u64) << (<u64>cell))
      const g = (k << 2) + (cell >> 1)
      const sides = sidesAt(g, length, edges)
      const own = <i32>(chains >> <u64>cell)
      const inChain = (own & 1) | ((own & 2) << 7)
      putRecord(
        out,
        found++,
        g,
        sides,
        lengthBefore(ptr + ((<usize>g) << 4), length, <i32>(sides & 0xffff)),
        inChain,
      )
    }
  }
  return found
}
