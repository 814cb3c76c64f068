/**
 * Which keys of one list are not in another: the kernel, its memory, and what it is held to.
 *
 * @module
 */
import { keyDifferenceWasm } from '../key_difference.wasm.ts'

const PAGE = 65_536
/** A u32 for each of 256 parts. */
const PLACES_BYTES = 1024
const MADE_PLACES = 0
const USED_PLACES: number = PLACES_BYTES
const LISTS: number = 2 * PLACES_BYTES

type Kernel = Readonly<
  Record<'count' | 'begin' | 'copy' | 'tableBits' | 'difference', (...args: number[]) => number>
>

/** Keys that were made and keys that were used, wherever they lie: 8 bytes each, little-endian. */
export interface KeyLists {
  /** Memory that reading them takes. */
  readonly maxBytes: number
  /** Reads them into this memory: the made ones, then the used ones, in pieces of it. */
  take(memory: Uint8Array): readonly (readonly Uint8Array[])[]
}

/** Finds the keys of one list that are not in another. Its memory grows with the largest lists that it was given. */
export class KeyDifference {
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  readonly #kernel: Kernel

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(keyDifferenceWasm, 'base64'))
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the kernel's source exports
    this.#kernel = exports as unknown as Kernel
  }

  /**
   * @returns the keys that were used and not made, each once, in no order; 0 among them where it was used. A copy.
   */
  missing(lists: KeyLists): BigUint64Array {
    // What is read lies behind the lists, where the table and the outcome will be.
    const room = wholeKeys(lists.maxBytes)
    const free = LISTS + room
    this.#reserve(free + room)
    const memory = new Uint8Array(this.#memory.buffer)
    const [made = [], used = []] = lists.take(memory.subarray(free, free + lists.maxBytes))
    memory.fill(0, 0, LISTS)
    const madeCount = this.#split(made, LISTS, MADE_PLACES)
    const usedAt = LISTS + 8 * madeCount
    const usedCount = this.#split(used, usedAt, USED_PLACES)
    const out = free + 8 * 2 ** this.#kernel.tableBits(MADE_PLACES, USED_PLACES)
    this.#reserve(out + 8 * usedCount)
    const found = this.#kernel.difference(LISTS, MADE_PLACES, usedAt, USED_PLACES, free, out)
    return new BigUint64Array(this.#memory.buffer, out, found).slice()
  }

  #split(blocks: readonly Uint8Array[], to: number, places: number): number {
    for (const { byteOffset, length } of blocks) this.#kernel.count(byteOffset, length / 8, places)
    const count = this.#kernel.begin(places)
    for (const { byteOffset, length } of blocks)
      this.#kernel.copy(byteOffset, length / 8, to, places)
    return count
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
  }
}

/** Bytes for as many keys as there can be, each where a number may lie. */
function wholeKeys(bytes: number): number {
  return 8 * Math.ceil(bytes / 8)
}

/** What {@link KeyDifference} is held to. */
export function missingReference(made: readonly bigint[], used: readonly bigint[]): Set<bigint> {
  const known = new Set(made.filter((key) => key !== 0n))
  return new Set(used.filter((key) => !known.has(key)))
}
