/** Reads the output of `number_offsets.ts`: runs of groups of 16 offsets, and marked groups. */

/** Offsets at multiples of 8 in a group of 16. */
export const EIGHTHS: i32 = 0x0101
/** Offsets at multiples of 4. */
export const FOURTHS: i32 = 0x1111

/** A run is two u32: its first group, and the first behind it. */
const RUN_BITS: usize = 3
/** A marked group is four u32. */
const RECORD_BITS: usize = 4

export function runBegin(runs: usize, r: i32): i32 {
  return <i32>load<u32>(runs + ((<usize>r) << RUN_BITS))
}

export function runEnd(runs: usize, r: i32): i32 {
  return <i32>load<u32>(runs + ((<usize>r) << RUN_BITS), 4)
}

export function putRun(runs: usize, r: i32, begin: i32, end: i32): void {
  store<u32>(runs + ((<usize>r) << RUN_BITS), begin)
  store<u32>(runs + ((<usize>r) << RUN_BITS), end, 4)
}

export function groupOf(records: usize, k: i32): i32 {
  return <i32>load<u32>(records + ((<usize>k) << RECORD_BITS))
}

/** Bits 0 to 15 where something ends before a number, 16 to 31 where something begins behind it. */
export function sidesOf(records: usize, k: i32): u32 {
  return load<u32>(records + ((<usize>k) << RECORD_BITS), 4)
}

/** A bit for each offset before which the length of a number is. */
export function lengthsOf(records: usize, k: i32): u32 {
  return load<u32>(records + ((<usize>k) << RECORD_BITS), 8)
}

/** Bits 0 and 8: the offset is a few numbers away from one at which something ends or begins. */
export function chainedOf(records: usize, k: i32): u32 {
  return load<u32>(records + ((<usize>k) << RECORD_BITS), 12)
}

export function putRecord(
  records: usize,
  k: i32,
  group: i32,
  sides: u32,
  lengths: u32,
  chained: u32,
): void {
  const at = records + ((<usize>k) << RECORD_BITS)
  store<u32>(at, group)
  store<u32>(at, sides, 4)
  store<u32>(at, lengths, 8)
  store<u32>(at, chained, 12)
}

/** Offsets of a group where a number is marked on either side, or its length is before it. */
export function markedOf(records: usize, k: i32): i32 {
  const sides = sidesOf(records, k)
  return <i32>((sides | (sides >> 16) | lengthsOf(records, k)) & 0xffff)
}

/** The same, and those that are a few numbers away. */
export function nearOf(records: usize, k: i32): i32 {
  return markedOf(records, k) | <i32>chainedOf(records, k)
}

/** Enough to try what is expensive: at multiples of 8, on both sides, or behind a length. */
export function wellOf(records: usize, k: i32): i32 {
  return (nearOf(records, k) & EIGHTHS) | surelyOf(records, k)
}

/** Offsets where a number is marked on both sides, or its length is before it. */
export function surelyOf(records: usize, k: i32): i32 {
  const sides = sidesOf(records, k)
  return <i32>(((sides & (sides >> 16)) | lengthsOf(records, k)) & 0xffff)
}

/** The offsets of a group before `to`. */
export function offsetsBefore(to: i32, at: i32): i32 {
  return to - at < 16 ? (1 << (to - at)) - 1 : 0xffff
}
