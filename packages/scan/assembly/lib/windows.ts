import { span } from './number.ts'

function reverse16(v: v128): v128 {
  return i8x16.shuffle(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
}

function swap8(v: v128): v128 {
  return i8x16.shuffle(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)
}

function swap4(v: v128): v128 {
  return i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

/**
 * Writes a window's number as little-endian bytes, zeros to `length` + 32. Reads 15 bytes around
 * the window; writes up to 15 behind `out` + `length` before it clears them.
 */
export function gather(at: usize, order: i32, length: i32, out: usize): void {
  const extent = span(order, length)
  for (let k = 0; k < extent; k += 16) {
    const forward = at + <usize>k
    const backward = at + <usize>extent - 16 - <usize>k
    let v: v128
    if (order === 0) v = v128.load(forward)
    else if (order === 1) v = reverse16(v128.load(backward))
    else if (order === 2) v = swap4(reverse16(v128.load(backward)))
    else if (order === 3) v = swap8(reverse16(v128.load(backward)))
    else if (order === 4) v = swap8(v128.load(forward))
    else v = swap4(v128.load(forward))
    v128.store(out + <usize>k, v)
  }
  const end = out + <usize>length
  v128.store(end, i8x16.splat(0))
  v128.store(end, i8x16.splat(0), 16)
}

export function topOf(at: usize, order: i32, length: i32): u64 {
  if (order === 0) return load<u64>(at + <usize>length - 8)
  if (order === 1) return bswap<u64>(load<u64>(at))
  if (order === 2) return ((<u64>load<u32>(at)) << 32) | <u64>load<u32>(at, 4)
  if (order === 3) return load<u64>(at)
  const end = at + <usize>span(order, length)
  if (order === 4) return bswap<u64>(load<u64>(end - 8))
  return ((<u64>bswap<u32>(load<u32>(end - 4))) << 32) | <u64>bswap<u32>(load<u32>(end - 8))
}

export function lowOf(at: usize, order: i32, length: i32): u64 {
  if (order === 0) return load<u64>(at)
  const end = at + <usize>span(order, length)
  if (order === 1) return bswap<u64>(load<u64>(end - 8))
  if (order === 2) return ((<u64>load<u32>(end - 8)) << 32) | <u64>load<u32>(end - 4)
  if (order === 3) return load<u64>(end - 8)
  if (order === 4) return bswap<u64>(load<u64>(at))
  return ((<u64>bswap<u32>(load<u32>(at, 4))) << 32) | <u64>bswap<u32>(load<u32>(at))
}
