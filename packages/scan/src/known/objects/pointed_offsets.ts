/**
 * Offsets of secrets that something points to: structures of bignum libraries of the right size, and pointers beside a
 * public half. There are few of them where thousands of offsets look alike.
 *
 * Structures that begin a number: OpenSSL's BIGNUM {limbs*, int top, int dmax, int neg, int flags}; mbedTLS's
 * {limbs*, short sign, unsigned short n}; GMP's {int alloc, int size, limbs*}; LibTomMath's {int used, int alloc, int sign,
 * digits*}. Beside a public half: OpenSSL's ECX_KEY
 * {…, byte pubkey[57], byte *privkey}, of processes of 32 bits too. All others of 64-bit processes, lowest byte first. @module
 */
import type { ConjugateKernel, WordTable } from '../../slices/conjugate.ts'
import { digitCount, TOMMATH_DIGITS } from '../values/digit_encodings.ts'
import type { WordHit } from '../values/value_search.ts'
import { type TermKind, termWords } from './erlang_terms.ts'
import { pointerAt } from './openssl_numbers.ts'
import { objectSizes } from './python_objects.ts'

/** Structures that begin a number are at multiples of it. */
export const POINTER_BYTES = 8
/** OpenSSL's flags of a number that is to be kept secret: constant time, or from the secure heap. */
const SECRET_FLAGS = 0x4 | 0x8
/** More flags than there are: then it is another structure. */
const FLAGS_MOST = 0x10
/** How far from a public half a pointer is searched for. */
const BESIDE = 64
/** Structures of one size in a window: more is no process, but made. */
const HEADS_MOST = 20_000

/**
 * What a word indicates: a structure of a number, or an object of CPython or a term of Erlang that holds a secret of a
 * group of keys.
 */
export interface SizeHint {
  readonly group: number
  readonly what: 'number' | 'digits' | 'int' | 'bytes' | TermKind
}

/** Of which structures and objects are searched for. */
export interface Headed {
  /** Bytes of a secret, and limbs of 8 bytes where it is kept as a number, else 0. */
  readonly length: number
  readonly limbs: number
  /** Objects, terms and LibTomMath's structures are searched for too. */
  readonly hasObjects: boolean
}

/** Words that mark structures and objects of the sizes of some groups, entered into a kernel. */
export class NumberHeads {
  readonly list: readonly bigint[]
  readonly #words: WordTable
  readonly #sizes: readonly (readonly SizeHint[])[]

  constructor(kernel: ConjugateKernel, groups: readonly Headed[]) {
    const byWord = new Map<bigint, SizeHint[]>()
    for (const [group, headed] of groups.entries()) {
      for (const { word, what } of sizesOf(headed)) {
        byWord.set(word, [...(byWord.get(word) ?? []), { group, what }])
      }
    }
    this.list = [...byWord.keys()]
    this.#words = kernel.enterWords(this.list)
    this.#sizes = [...byWord.values()]
  }

  /** Where sizes are in the slice that the kernel contains, and what each indicates. */
  probe(kernel: ConjugateKernel, length: number): readonly SizeSeen[] {
    return this.#seen(kernel.findWords(this.#words, length, POINTER_BYTES))
  }

  /** The same of [0, length), where the words of {@link list}, numbered from `first` on, are among what was found. */
  among(found: readonly WordHit[], first: number, length: number): readonly SizeSeen[] {
    const own = found.filter(
      ({ at, word }) => word >= first && at % POINTER_BYTES === 0 && at < length,
    )
    return this.#seen(own.map(({ at, word }) => ({ at, word: word - first })))
  }

  #seen(hits: readonly WordHit[]): readonly SizeSeen[] {
    return hits.map(({ at, word }) => ({ at, sizes: this.#sizes[word] ?? [] }))
  }
}

/** Where a size is in a slice, and what it indicates. */
export interface SizeSeen {
  readonly at: number
  readonly sizes: readonly SizeHint[]
}

function sizesOf({ length, limbs, hasObjects }: Headed): readonly SizeWord[] {
  const numbers =
    limbs === 0 ? [] : headWords(limbs).map((word) => ({ word, what: 'number' }) as const)
  if (!hasObjects) return numbers
  const digits =
    limbs === 0 ? [] : tommathWords(length).map((word) => ({ word, what: 'digits' }) as const)
  return [...numbers, ...digits, ...objectSizes(length, limbs > 0), ...termWords(length, limbs)]
}

interface SizeWord {
  readonly word: bigint
  readonly what: SizeHint['what']
}

const pair = (low: number, high: number): bigint => BigInt(low) | (BigInt(high) << 32n)

/** What is in use and what there is room for, or sign and size, as one word. */
function headWords(limbs: number): readonly bigint[] {
  const more = [1, 2].flatMap((room) => [pair(limbs, limbs + room), pair(limbs + room, limbs)])
  return [pair(limbs, limbs), ...more, BigInt(1 | (limbs << 16))]
}

/** Digits that LibTomMath makes room for at once. */
const TOMMATH_ROOM = 32

/** {int used, int alloc, int sign, digits*} of LibTomMath. */
function tommathWords(length: number): readonly bigint[] {
  const used = digitCount(TOMMATH_DIGITS, 8 * length)
  return [pair(used, TOMMATH_ROOM), pair(used, used)]
}

/** Collects the structures of one size in a window. */
export class HeadList {
  readonly #places: number[] = []

  get isFull(): boolean {
    return this.#places.length >= HEADS_MOST
  }

  add(at: number): void {
    if (!this.isFull) this.#places.push(at)
  }

  /** Addresses that the structures point to, those of secret numbers first; each once. */
  addresses(bytes: Uint8Array): readonly bigint[] {
    const secret = new Set<bigint>()
    const others = new Set<bigint>()
    for (const at of this.#places) {
      const before = pointerAt(bytes, at - POINTER_BYTES)
      if (before !== undefined) (isSecret(bytes, at) ? secret : others).add(before)
      const behind = pointerAt(bytes, at + POINTER_BYTES)
      if (behind !== undefined) others.add(behind)
    }
    return [...secret, ...[...others].filter((place) => !secret.has(place))]
  }

  /** The same of LibTomMath's, whose sign is before the address. */
  digitAddresses(bytes: Uint8Array): readonly bigint[] {
    const all = this.#places.map((at) => pointerAt(bytes, at + 2 * POINTER_BYTES))
    return [...new Set(all.filter((address) => address !== undefined))]
  }
}

/** Of addresses those that are in [0, bytes.length) as offsets there, and those of the rest of the process. */
export function offsetsIn(
  bytes: Uint8Array,
  addresses: readonly bigint[],
  first: bigint,
): { readonly near: readonly number[]; readonly far: readonly bigint[] } {
  const isNear = (address: bigint): boolean =>
    address >= first && address < first + BigInt(bytes.length)
  return {
    near: addresses.filter((address) => isNear(address)).map((address) => Number(address - first)),
    far: addresses.filter((address) => !isNear(address)),
  }
}

/** Offsets that are pointed to beside any of `anchors`, which are public halves of `length` bytes. */
export function pointedBeside(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  address: bigint,
): readonly number[] {
  const places = new Set<number>()
  const isShort = address + BigInt(bytes.length) <= SHORT_END
  for (const anchor of anchors.slice(0, HEADS_MOST)) {
    const from = Math.max(0, (anchor - BESIDE) & ~7)
    for (let at = from; at < anchor + length + BESIDE; at += POINTER_BYTES) {
      const place = pointedAt(bytes, at, address)
      if (place !== undefined) places.add(place)
      for (const half of isShort ? [at, at + 4] : []) {
        const short = shortPointedAt(bytes, half, Number(address))
        if (short !== undefined) places.add(short)
      }
    }
  }
  return [...places]
}

/** Where pointers of four bytes can lead. */
const SHORT_END = 1n << 32n

/** What {@link pointedAt} gives, in a process of 32 bits. */
function shortPointedAt(bytes: Uint8Array, at: number, address: number): number | undefined {
  if (at < 0 || at + 4 > bytes.length) return undefined
  const place = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true) - address
  return place >= 0 && place < bytes.length && place % 4 === 0 ? place : undefined
}

/** The place in `bytes` that the pointer at `at` leads to, if it is one. */
function pointedAt(bytes: Uint8Array, at: number, address: bigint): number | undefined {
  if (at < 0 || at + POINTER_BYTES > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, POINTER_BYTES)
  const place = view.getBigUint64(0, true) - address
  const isInside = place >= 0n && place < BigInt(bytes.length) && place % 8n === 0n
  return isInside ? Number(place) : undefined
}

/** Whether OpenSSL's flags behind the sizes at `at` say so. */
function isSecret(bytes: Uint8Array, at: number): boolean {
  if (at + 16 > bytes.length) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 16)
  const [sign, flags] = [view.getUint32(8, true), view.getUint32(12, true)]
  return sign <= 1 && flags < FLAGS_MOST && (flags & SECRET_FLAGS) !== 0
}
