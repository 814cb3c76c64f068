/**
 * Secrets in whole numbers of the JVM, which libraries in Java compute with: `BigInteger`. Between thousands of arrays of one
 * size, in which such a library keeps what it computes, those alone are examined that one of its numbers points to.
 *
 * Of 64-bit HotSpot a number is {u64 mark, u32 class, int signum, int bitCount + 1, int bitLength + 1, int lowestSetBit + 2,
 * int firstNonzeroIntNum + 2, int[] mag}, where a size is 0 until it is asked for, and what writes a secret or multiplies by it
 * asks for its bitLength: by that the kernel finds it. The array is {u64 mark, u32 class, u32 length, ints}, the highest int
 * first. A reference is an address, of the generational ZGC with bits behind it, or 4 bytes: an address, or an eighth of one.
 * Sources: java.math.BigInteger of OpenJDK 8 to 24; HotSpot's `oops/compressedOops.hpp` and `gc/z/zAddress.hpp`. @module
 */
import type { Memory, Pointed } from '../../anchors/detected.ts'
import { ARRAY_HEAD } from './jvm_array.ts'

/** From the first sizes: where the others are, and the array. */
const AT = { lowest: 8, nonzero: 12, array: 16, end: 24 } as const
const INT_BYTES = 4
/**
 * So many bits a secret may have less than there is room for: of P-521, for which there are seven too many, one in 2^16
 * has fewer.
 */
const FEWER_BITS = 22
/** Bits behind an address in which the generational ZGC keeps the state of a reference. */
const COLOURS = [13n, 14n, 15n, 16n] as const
/** Numbers of one size in a window: more is no process, but made. */
const NUMBERS_MOST = 4000

/** The least and the most bits of the numbers that hold a secret of so many bytes. */
export function integerBits(length: number): readonly [number, number] {
  return [8 * length - FEWER_BITS, 8 * length]
}

/** The array that a number has: at the first of these addresses at which one of its length is. */
export interface JavaInts {
  readonly addresses: readonly bigint[]
  /** Bytes of its ints. */
  readonly length: number
}

/** Collects the numbers of one size in a window. */
export class IntegerList {
  readonly #arrays = new Map<string, JavaInts>()

  /** @param sizes where those of numbers are, from `base` of `bytes` on */
  add(bytes: Uint8Array, base: number, sizes: readonly number[]): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (const size of sizes) {
      const at = base + size
      if (this.#arrays.size >= NUMBERS_MOST || at + AT.end > bytes.length) return
      if (!isNumber(view, at)) continue
      const length = INT_BYTES * Math.ceil(bitsAt(view, at) / 32)
      const addresses = addressesAt(view, at + AT.array)
      this.#arrays.set(`${length} ${addresses.join()}`, { addresses, length })
    }
  }

  /** Their arrays, each once. */
  get arrays(): Iterable<JavaInts> {
    return this.#arrays.values()
  }
}

/** What an array contains, the lowest byte of each int first; undefined where the dump does not have it. */
export function intsAt(memory: Memory, { addresses, length }: JavaInts): Pointed | undefined {
  for (const address of addresses) {
    const array = arrayAt(memory, address, length)
    if (array !== undefined) return array
  }
  return undefined
}

const bitsAt = (view: DataView, at: number): number => view.getUint32(at + 4, true) - 1

/** Whether the other sizes can be those of such a number. */
function isNumber(view: DataView, at: number): boolean {
  const bits = bitsAt(view, at)
  return (
    view.getUint32(at + AT.lowest, true) <= bits + 2 &&
    view.getUint32(at + AT.nonzero, true) <= Math.ceil(bits / 32) + 2
  )
}

function addressesAt(view: DataView, at: number): readonly bigint[] {
  const short = BigInt(view.getUint32(at, true))
  const whole = view.getBigUint64(at, true)
  if (whole === short) return [short, short << 3n]
  return [whole, short, short << 3n, ...COLOURS.map((bits) => whole >> bits)]
}

/** The ints of the array at an address, if one of that length is there. */
function arrayAt(memory: Memory, address: bigint, length: number): Pointed | undefined {
  if (address % 8n !== 0n) return undefined
  const found = memory.at(
    address + BigInt(ARRAY_HEAD.length),
    ARRAY_HEAD.bytes - ARRAY_HEAD.length + length,
  )
  if (found === undefined) return undefined
  const { bytes, offset } = found
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true)
  const from = ARRAY_HEAD.bytes - ARRAY_HEAD.length
  return count === length / INT_BYTES
    ? { bytes: bytes.subarray(from), offset: offset + from }
    : undefined
}

/** The number that ints spell, the highest first, the lowest byte of each first. */
export function numberOfInts(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let value = 0n
  for (let at = 0; at < bytes.length; at += INT_BYTES) {
    value = (value << 32n) | BigInt(view.getUint32(at, true))
  }
  return value
}
