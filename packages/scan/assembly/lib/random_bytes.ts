/** Filters possible secrets as `random_looking.ts`: few equal, few printable, no long run. */

/** Equal bytes in a row that no random secret has. */
const LONG_RUN: i32 = 6

let probe: u32 = 0

/**
 * `least` different values or more, at most `most` printable, no run of six. `seen`: 256 u32 that
 * nobody else writes to.
 */
export function isRandom(at: usize, length: i32, least: i32, most: i32, seen: usize): bool {
  if (printableOf(at, length) > most) return false
  probe++
  if (probe === 0) {
    memory.fill(seen, 0, 1024)
    probe = 1
  }
  let different = 0
  let run = 0
  let last: u32 = 256
  const end = at + <usize>length
  for (let i = at; i < end; i++) {
    const byte = <u32>load<u8>(i)
    run = byte === last ? run + 1 : 1
    if (run === LONG_RUN) return false
    last = byte
    const location = seen + ((<usize>byte) << 2)
    different += load<u32>(location) === probe ? 0 : 1
    store<u32>(location, probe)
  }
  return different >= least
}

/** Two words without upper 16 bits, as of addresses; one or two of 10^9 secrets have them. */
export function isOfAddresses(at: usize, length: i32): bool {
  const none = i64x2.splat(0)
  let plain = 0
  for (let k: usize = 0; k + 16 <= <usize>length; k += 16) {
    plain += popcnt(i64x2.bitmask(i64x2.eq(i64x2.shr_u(v128.load(at + k), 48), none)))
  }
  return plain > 1
}

function printableOf(at: usize, length: i32): i32 {
  const blank = i8x16.splat(0x20)
  const letters = i8x16.splat(0x5f)
  let count = 0
  let k = 0
  for (; k + 16 <= length; k += 16) {
    const printable = i8x16.lt_u(i8x16.sub(v128.load(at + <usize>k), blank), letters)
    count += popcnt(i8x16.bitmask(printable))
  }
  for (; k < length; k++) {
    count += <u32>load<u8>(at + <usize>k) - 0x20 < 0x5f ? 1 : 0
  }
  return count
}
