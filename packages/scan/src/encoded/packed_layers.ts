/**
 * Unpacks gzip and zlib amid other bytes (RFC 1950, RFC 1952). Cut data gives what comes before,
 * damaged data nothing.
 */
import { constants, inflateRawSync, inflateSync } from 'node:zlib'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { isZlibHead, type Layer } from './layer.ts'

/** Bytes that are unpacked from one offset, and those that are read for it. */
const MOST_UNPACKED = 1 << 20
const MOST_PACKED = 1 << 18
/** So many bytes are read first: by chance few offsets have as much that can be unpacked. */
const FIRST_PACKED = 256
export const GZIP_SUMS = 8
const MOST_TIMES = 1032
const COST = { offset: 80_000, byte: 4 } as const

/** Offsets that look like gzip: three bytes, the only method, and flags that there are. */
export function isGzipHead(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x1f || bytes[at + 1] !== 0x8b || bytes[at + 2] !== 8) return false
  return (bytes[at + 3] ?? 0xff) < 0x20
}

export function isZlibBegin(head: Uint8Array): boolean {
  return isZlibHead(head, 0) && isBlockHead(head, 2)
}

/** Undefined for none or over 1 MiB. @param onUnfinished too much, or out of reach */
export function unpackedAt(
  bytes: Uint8Array,
  at: number,
  budget: WorkBudget,
  onUnfinished: () => void = () => {},
): Layer | undefined {
  const isGzip = isGzipHead(bytes, at)
  if (!isGzip && !(isZlibHead(bytes, at) && isBlockHead(bytes, at + 2))) return undefined
  const packed = bytes.subarray(at, at + MOST_PACKED)
  return budget.within(COST.offset, () => {
    const first = unpacked(packed.subarray(0, FIRST_PACKED), isGzip)
    first?.bytes.fill(0)
    const made = first && unpacked(packed, isGzip)
    if (first !== undefined) budget.spend(COST.byte * (made?.bytes.length ?? MOST_UNPACKED))
    if (first !== undefined && isUnfinished(packed, made, isGzip)) onUnfinished()
    if (made === undefined || made.bytes.length === 0) return undefined
    const span = { from: at, to: at + made.length }
    return { bytes: made.bytes, coding: isGzip ? 'gzip' : 'zlib', spanOf: () => span }
  })
}

/** Gzip always has an end, with sums behind it, though it may be damaged. */
function isUnfinished(
  packed: Uint8Array,
  made: { readonly bytes: Uint8Array; readonly taken: number } | undefined,
  isGzip: boolean,
): boolean {
  if (made === undefined) return isGzip || packed.length > MOST_UNPACKED / MOST_TIMES
  return isGzip
    ? made.taken + GZIP_SUMS > packed.length
    : made.taken >= packed.length && packed.length === MOST_PACKED
}

/** With the bytes it took. Gzip's sums are not examined: what is cut has none. */
function unpacked(packed: Uint8Array, isGzip: boolean) {
  const head = isGzip ? gzipHead(packed) : 0
  const options = {
    info: true,
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: MOST_UNPACKED,
  } as const
  try {
    const body = packed.subarray(head)
    // With `info` both of them give what they took as well.
    const made: unknown = isGzip ? inflateRawSync(body, options) : inflateSync(body, options)
    if (typeof made !== 'object' || made === null || !('buffer' in made && 'engine' in made))
      return undefined
    const { buffer, engine } = made
    if (!(buffer instanceof Uint8Array) || typeof engine !== 'object' || engine === null)
      return undefined
    const taken = 'bytesWritten' in engine ? Number(engine.bytesWritten) : body.length
    const end = head + taken + (isGzip ? GZIP_SUMS : 0)
    return { bytes: buffer, taken: head + taken, length: Math.min(packed.length, end) }
  } catch {
    return undefined
  }
}

/** Gzip's header: ten bytes, an extra field, zero-ended name and comment, a sum. */
export function gzipHead(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0
  let at = 10
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    const end = bytes.indexOf(0, at)
    at = end < 0 ? bytes.length : end + 1
  }
  return (flags & 2) === 0 ? at : at + 2
}

/** By chance one offset in 14 can be. Source: RFC 1951, section 3.2.3. */
function isBlockHead(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] ?? 0
  const kind = (first >> 1) & 3
  if (kind === 0) {
    const length = (bytes[at + 1] ?? 0) | ((bytes[at + 2] ?? 0) << 8)
    return (length ^ 0xffff) === ((bytes[at + 3] ?? 0) | ((bytes[at + 4] ?? 0) << 8))
  }
  if (kind === 1) return true
  return kind === 2 && first >> 3 < 30 && isWholeCode(bytes, at)
}

function isWholeCode(bytes: Uint8Array, at: number): boolean {
  const bits = (from: number, count: number): number => {
    const word = (bytes[at + (from >> 3)] ?? 0) | ((bytes[at + (from >> 3) + 1] ?? 0) << 8)
    return (word >> (from & 7)) & ((1 << count) - 1)
  }
  if (bits(8, 5) > 29) return false
  const lengths = bits(13, 4) + 4
  let room = 0
  for (let k = 0; k < lengths; k++) {
    const length = bits(17 + 3 * k, 3)
    if (length > 0) room += 128 >> length
  }
  return room === 128
}
