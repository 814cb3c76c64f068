/** Finds the rest of a value beside a piece: behind overwritten bytes and line ends. */
import type { PieceHit } from './piece_table.ts'

/** Fewer equal bytes at their offset are chance. */
const LEAST_EQUAL = 4
/** Bytes between two lines of one text: line ends, indents, quotes. */
const MOST_BETWEEN = 32
/** Bytes of a line that may be too few to be a piece by themselves. */
const SHORT_PART = 64
/** What is between two lines of one text, UTF-16 read as Latin-1 without its zeros. */
const BETWEEN_LINES = /^(?:\\[nrt]|[^A-Za-z0-9])+$/

export function continued(bytes: Uint8Array, hit: PieceHit): readonly PieceHit[] {
  const { length, from, pattern } = hit
  const whole = pattern.bytes.length
  if (length === whole) return [hit]
  return [
    hit,
    ...atSameOffset(bytes, hit, 0, from),
    ...atSameOffset(bytes, hit, from + length, whole),
    ...(pattern.isText ? acrossLines(bytes, hit) : []),
  ]
}

/** Runs equal to the value where its `[from, to)` would be: others were overwritten. */
function atSameOffset(bytes: Uint8Array, hit: PieceHit, from: number, to: number): PieceHit[] {
  const { pattern } = hit
  const base = hit.at - hit.from
  const parts: PieceHit[] = []
  let begin = from
  for (let k = from; k <= to; k++) {
    if (k < to && bytes[base + k] === pattern.bytes[k]) continue
    const length = k - begin
    if (length >= LEAST_EQUAL) parts.push({ at: base + begin, length, pattern, from: begin })
    begin = k + 1
  }
  return parts
}

/** Begin and end of a text that are in other lines, and are too short to be found by themselves. */
function acrossLines(bytes: Uint8Array, hit: PieceHit): PieceHit[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  // The letter of an escaped line end may be that of the value before it.
  return [...partBefore(text, hit, 0), ...partBefore(text, hit, 1), ...partBehind(text, hit)]
}

function partBefore(text: Buffer, hit: PieceHit, taken: number): PieceHit[] {
  const { pattern } = hit
  const at = hit.at + taken
  const length = hit.from + taken
  if (!isPart(length)) return []
  for (let gap = 1 + taken; gap <= MOST_BETWEEN; gap++) {
    const begin = at - gap - length
    if (begin < 0 || !isBetween(text, at - gap, at)) continue
    const part = text.subarray(begin, begin + length)
    if (part.equals(pattern.bytes.subarray(0, length)))
      return [{ at: begin, length, pattern, from: 0 }]
  }
  return []
}

function partBehind(text: Buffer, hit: PieceHit): PieceHit[] {
  const { pattern } = hit
  const end = hit.at + hit.length
  const from = hit.from + hit.length
  const rest = pattern.bytes.subarray(from)
  if (!isPart(rest.length)) return []
  for (let gap = 1; gap <= MOST_BETWEEN; gap++) {
    const at = end + gap
    if (!isBetween(text, end, at)) continue
    if (text.subarray(at, at + rest.length).equals(rest))
      return [{ at, length: rest.length, pattern, from }]
  }
  return []
}

const isPart = (length: number): boolean => length > 0 && length <= SHORT_PART

function isBetween(text: Buffer, from: number, to: number): boolean {
  return BETWEEN_LINES.test(text.subarray(from, to).toString('latin1').replaceAll('\0', ''))
}
