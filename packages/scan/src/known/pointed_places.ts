/**
 * Where secrets lie that something points to: structures of bignum libraries of the right size, and pointers beside a
 * public half. There are few of them where thousands of places look alike.
 *
 * Structures that begin a number: OpenSSL's BIGNUM {limbs*, int top, int dmax, int neg, int flags}; mbedTLS's
 * {limbs*, short sign, unsigned short n}; GMP's {int alloc, int size, limbs*}. Beside a public half: OpenSSL's ECX_KEY
 * {…, byte pubkey[57], byte *privkey}, of processes of 32 bits too. All others of 64-bit processes, lowest byte first.
 *
 * @module
 */
import type { ConjugateKernel, WordTable } from '../conjugate.ts'

const POINTER_BYTES = 8
/** OpenSSL's flags of a number that is to be kept secret: constant time, or from the secure heap. */
const SECRET_FLAGS = 0x4 | 0x8
/** More flags than there are: then it is another structure. */
const FLAGS_MOST = 0x10
/** How far from a public half a pointer is looked for. */
const BESIDE = 64
/** Structures of one size in a window: more is no process, but made. */
const HEADS_MOST = 20_000

/** The words that tell structures of some sizes, entered into a kernel. */
export class NumberHeads {
  readonly #words: WordTable
  readonly #limbs: readonly number[]

  /** @param sizes limbs of 8 bytes that the numbers have */
  constructor(kernel: ConjugateKernel, sizes: ReadonlySet<number>) {
    const told = [...sizes].flatMap((limbs) => headWords(limbs).map((word) => ({ word, limbs })))
    this.#words = kernel.enterWords(told.map(({ word }) => word))
    this.#limbs = told.map(({ limbs }) => limbs)
  }

  /** Where sizes of structures stand in the slice that the kernel holds, and how many limbs they tell. */
  look(kernel: ConjugateKernel, length: number): { readonly at: number; readonly limbs: number }[] {
    const hits = kernel.findWords(this.#words, length, POINTER_BYTES)
    return hits.map(({ at, word }) => ({ at, limbs: this.#limbs[word] ?? 0 }))
  }
}

const pair = (low: number, high: number): bigint => BigInt(low) | (BigInt(high) << 32n)

/** What is in use and what there is room for, or sign and size, as one word. */
function headWords(limbs: number): readonly bigint[] {
  const more = [1, 2].flatMap((room) => [pair(limbs, limbs + room), pair(limbs + room, limbs)])
  return [pair(limbs, limbs), ...more, BigInt(1 | (limbs << 16))]
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

  /**
   * Places in [0, bytes.length) that the structures point to, those of secret numbers first; each once.
   *
   * @param address of the first byte
   */
  places(bytes: Uint8Array, address: bigint): readonly number[] {
    const secret = new Set<number>()
    const others = new Set<number>()
    for (const at of this.#places) {
      const before = pointedAt(bytes, at - POINTER_BYTES, address)
      if (before !== undefined) (isSecret(bytes, at) ? secret : others).add(before)
      const behind = pointedAt(bytes, at + POINTER_BYTES, address)
      if (behind !== undefined) others.add(behind)
    }
    return [...secret, ...[...others].filter((place) => !secret.has(place))]
  }
}

/** Places that are pointed to beside any of `anchors`, which are public halves of `length` bytes. */
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
