/**
 * Secrets in arrays of a 64-bit HotSpot: bytes, bare or in an OCTET STRING of PKCS#8, and the ints
 * of a `BigInteger`, only where one points to them: libraries keep thousands of one size.
 * Array {u64 mark, u32 class, u32 length, items}; number {u64 mark, u32 class, int signum, int
 * bitCount + 1, int bitLength + 1, int lowestSetBit + 2, int firstNonzeroIntNum + 2, int[] mag},
 * highest int first. A size is 0 until asked for; using a secret asks for its bitLength. A
 * reference is an address (generational ZGC: with bits behind it), or 4 bytes: an address or an
 * eighth of one.
 * Sources: java.math.BigInteger of OpenJDK 8 to 24; sun.security.pkcs.PKCS8Key of OpenJDK 17 and
 * 21; HotSpot's `oops/arrayOop.hpp`, `oops/compressedOops.hpp` and `gc/z/zAddress.hpp`.
 */
import type { Memory, Pointed } from '../../anchors/match.ts'
import { BEFORE } from '../../slices/conjugate.ts'

export const ARRAY_HEAD = { bytes: 16, mark: 0, class: 8, length: 12 } as const
const LOCK = { bits: 3, open: 1 } as const
const OCTETS = { tag: 0x04, head: 2 } as const
const AT = { bits: 4, lowest: 8, nonzero: 12, array: 16, end: 24 } as const
const INT_BYTES = 4
/** Bits that a secret may lack: of P-521, with seven too many, one in 2^16 lacks more. */
const FEWER_BITS = 22
/** Bits behind an address in which the generational ZGC keeps the state of a reference. */
const COLOURS = [13n, 14n, 15n, 16n] as const
/** Arrays and numbers of one size in a window: more is no process, but made. */
const MOST = { arrays: 2000, numbers: 4000 } as const

export interface JavaInts {
  readonly addresses: readonly bigint[]
  readonly length: number
}

export class JavaOffsets {
  readonly arrays: number[] = []
  readonly #numbers = new Map<string, JavaInts>()

  get numbers(): Iterable<JavaInts> {
    return this.#numbers.values()
  }

  /** `slice` has {@link BEFORE} bytes before it and begins at `at` of the window. */
  add(slice: Uint8Array, at: number, to: number, length: number, isNumber: boolean): void {
    const words = new Uint32Array(slice.buffer, slice.byteOffset, slice.length >> 2)
    const view = new DataView(slice.buffer, slice.byteOffset, slice.length)
    const hasHead = (k: number): boolean =>
      ((words[k - 4] ?? 0) & LOCK.bits) === LOCK.open && words[k - 2] !== 0
    for (let k = BEFORE / 4; k < (BEFORE + to) / 4; k += 2) {
      const size = words[k - 1]
      const offset = at + 4 * k - BEFORE
      if (size === length) {
        if (hasHead(k)) this.#addArray(offset)
      } else if (size === length + OCTETS.head) {
        const isOctets = slice[4 * k] === OCTETS.tag && slice[4 * k + 1] === length
        if (isOctets && hasHead(k)) this.#addArray(offset + OCTETS.head)
      } else if (isNumber && size === 1 && words[k] === 0 && hasHead(k)) {
        this.#addNumber(view, 4 * k, 8 * length)
      }
    }
  }

  #addArray(at: number): void {
    if (this.arrays.length < MOST.arrays) this.arrays.push(at)
  }

  /** @param at where the sizes of a positive number are */
  #addNumber(view: DataView, at: number, most: number): void {
    const bits = view.getUint32(at + AT.bits, true) - 1
    if (bits < most - FEWER_BITS || bits > most || this.#numbers.size >= MOST.numbers) return
    if (view.getUint32(at + AT.lowest, true) > bits + 2) return
    if (view.getUint32(at + AT.nonzero, true) > Math.ceil(bits / 32) + 2) return
    const length = INT_BYTES * Math.ceil(bits / 32)
    const addresses = addressesAt(view, at + AT.array)
    this.#numbers.set(`${length} ${addresses.join()}`, { addresses, length })
  }
}

function addressesAt(view: DataView, at: number): readonly bigint[] {
  const short = BigInt(view.getUint32(at, true))
  const whole = view.getBigUint64(at, true)
  if (whole === short) return [short, short << 3n]
  return [whole, short, short << 3n, ...COLOURS.map((bits) => whole >> bits)]
}

/** The lowest byte of each int first; undefined where the dump lacks the array. */
export function intsAt(memory: Memory, { addresses, length }: JavaInts): Pointed | undefined {
  const from = ARRAY_HEAD.bytes - ARRAY_HEAD.length
  for (const address of addresses) {
    const found =
      address % 8n === 0n
        ? memory.at(address + BigInt(ARRAY_HEAD.length), from + length)
        : undefined
    if (found === undefined) continue
    const { bytes, offset } = found
    const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true)
    if (count * INT_BYTES === length) return { bytes: bytes.subarray(from), offset: offset + from }
  }
  return undefined
}

export function numberOfInts(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let value = 0n
  for (let at = 0; at < bytes.length; at += INT_BYTES) {
    value = (value << 32n) | BigInt(view.getUint32(at, true))
  }
  return value
}
