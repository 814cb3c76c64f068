/**
 * Secrets in objects of CPython that are by themselves: whole numbers, which libraries in pure Python compute with, and
 * strings of bytes.
 *
 * int is {count, class*, size, digits of 30 bits in four bytes each}, where size is the number of digits, and eight times
 * that from 3.12 on; bytes is {count, class*, length, hash, bytes, 0}. Of 64-bit processes, lowest byte first.
 * Sources: Include/cpython/longintrepr.h and Include/cpython/bytesobject.h of CPython 3.8 to 3.13. @module
 */
import { digitCount, PYTHON_DIGITS } from '../values/digit_encodings.ts'
import { sortedByDistance } from './sibling_arrays.ts'

/** Up to 3.11 and from 3.12 on. */
const SIZES_PER_DIGIT = [1, 8] as const
/** From the size: where the object's count and class are, and the digits of an int and the bytes of a string. */
const AT = { count: -16, class: -8, digits: 8, bytes: 16 } as const
/** What is no address of a class, but a count or flags. */
const CLASS_LEAST = 0x1_0000
/** Objects of one size in a window: more is no process, but made. */
const OBJECTS_MOST = 2000

/** Sizes of the objects that hold a secret of so many bytes, and what their objects are. */
export function objectSizes(
  length: number,
  isNumber: boolean,
): readonly { readonly word: bigint; readonly what: 'int' | 'bytes' }[] {
  const bytes = { word: BigInt(length), what: 'bytes' } as const
  if (!isNumber) return [bytes]
  const digits = digitCount(PYTHON_DIGITS, 8 * length)
  const ints = SIZES_PER_DIGIT.map(
    (each) => ({ word: BigInt(each * digits), what: 'int' }) as const,
  )
  return [bytes, ...ints]
}

/** What numbers of a public half look like. */
interface OfPublicHalf {
  readonly publicDigits?: readonly Uint8Array[]
}

/** Objects of one size in a window, by where what they hold begins. */
export class ObjectList {
  readonly #ints: number[] = []
  readonly #strings: number[] = []

  /** @param at where a size is in `bytes`, of an object of that kind if it is one */
  add(bytes: Uint8Array, at: number, what: 'int' | 'bytes'): void {
    const list = what === 'int' ? this.#ints : this.#strings
    if (list.length < OBJECTS_MOST && isObject(bytes, at))
      list.push(at + AT[what === 'int' ? 'digits' : 'bytes'])
  }

  /**
   * Numbers, those next to a number of the public half first: CPython makes small objects of one size side by side, and
   * libraries keep hundreds of multiples of a base.
   */
  intsOf(bytes: Uint8Array, { publicDigits = [] }: OfPublicHalf): readonly number[] {
    const copies = this.#ints.filter((at) =>
      publicDigits.some(
        (digits) => Buffer.compare(bytes.subarray(at, at + digits.length), digits) === 0,
      ),
    )
    return sortedByDistance(
      this.#ints.filter((at) => !copies.includes(at)),
      copies,
    )
  }

  /** Strings of `length` bytes: CPython writes a zero behind them. */
  stringsOf(bytes: Uint8Array, length: number): readonly number[] {
    return this.#strings.filter((at) => bytes[at + length] === 0)
  }
}

/** Whether a count and the address of a class are before the size at `at`. */
function isObject(bytes: Uint8Array, at: number): boolean {
  const from = at + AT.count
  if (from < 0 || at + AT.bytes > bytes.length) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, 16)
  const [count, upper] = [view.getUint32(0, true), view.getUint32(4, true)]
  const [low, high] = [view.getUint32(8, true), view.getUint32(12, true)]
  if (count === 0 || upper !== 0 || low % 8 !== 0) return false
  return high < 0x8000 && (high > 0 || low >= CLASS_LEAST)
}
