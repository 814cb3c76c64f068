/**
 * Which keys of one list are not in another: the kernel, its memory, and what it is held to.
 *
 * The keys of a bucket are compared side by side, as the tables have them in order. Where many seem missing, or many
 * have the same highest bits, as ids that are no random numbers may, they are looked up in a table of hashes as well.
 *
 * @module
 */
import { keyDifferenceWasm } from '../key_difference.wasm.ts'
import type { NumberRun } from '../native_numbers.ts'

const PAGE = 65_536
/** Comparisons of keys within a group, for each key: with random ids there is one. */
const COMPARISONS_A_KEY = 8
/** Where more than one in so many keys of a bucket seems missing, all are looked up again. */
const SUSPICIOUS_SHARE = 8

type Kernel = Readonly<
  Record<
    'walk' | 'mark' | 'unseen' | 'fill' | 'look' | 'places' | 'keysAt',
    (...args: number[]) => number
  >
>

/** Keys that were made and keys that were used, of which 0 is none: 8 bytes each, with their bucket for a tag. */
export interface KeyLists {
  /** Bytes that each of the lists takes at most. */
  readonly maxBytes: number
  /** Reads them into this memory: the made ones from its start, the used ones from `roomBytes` on. */
  take(memory: Uint8Array, roomBytes: number): readonly (readonly NumberRun[])[]
}

/** Used keys that were not made. Where a list is not in order there may be some more. */
export interface MissingKeys {
  /** How many keys were used. */
  readonly used: number
  /** In the order of the list; a key that follows itself is given once. 0 among them where it was used. */
  readonly keys: BigUint64Array
  /** Places of all of them in the list. */
  readonly places: Uint32Array
  /** Whether the list went over the buckets once, in order: else it comes from several parts of a table. */
  readonly isOnePart: boolean
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

  missing(lists: KeyLists): MissingKeys {
    // The made keys, the used ones, and behind them what is found of these.
    const room = 8 * Math.ceil(lists.maxBytes / 8)
    this.#reserve(2 * room)
    const memory = new Uint8Array(this.#memory.buffer, 0, 2 * room)
    const [made = [], used = []] = lists.take(memory, room)
    const count = used.reduce((sum, run) => sum + run.count, 0)
    const seen = 2 * room
    const free = 8 * Math.ceil((seen + count) / 8)
    this.#reserve(free)
    new Uint8Array(this.#memory.buffer, seen, count).fill(0)
    const madeOf = byTag(made)
    for (const [tag, runs] of byTag(used))
      this.#compare(madeOf.get(tag) ?? [], runs, { room, seen, free })
    return { ...this.#gather(count, { room, seen, free }), isOnePart: isAscending(used) }
  }

  #compare(made: readonly NumberRun[], used: readonly NumberRun[], at: Layout): void {
    const isSure = used.map((run) => this.#walk(made, run, at))
    if (isSure.every(Boolean) || made.length === 0) return
    const bits = this.#table(made, at)
    for (const { from, count } of used)
      this.#kernel.look(at.free, bits, at.room + 8 * from, count, at.seen + from)
  }

  /** Goes over the lists side by side; whether that found what there is to find. */
  #walk(made: readonly NumberRun[], used: NumberRun, { room, seen }: Layout): boolean {
    const [keys, marks] = [room + 8 * used.from, seen + used.from]
    for (const { from, count } of made) this.#kernel.walk(8 * from, count, keys, used.count, marks)
    for (const { from, count } of made) {
      const most = Math.min(2 ** 30, COMPARISONS_A_KEY * (count + used.count))
      if (this.#kernel.mark(8 * from, count, keys, used.count, marks, most) < 0) return false
    }
    return this.#kernel.unseen(used.count, marks) * SUSPICIOUS_SHARE <= used.count
  }

  /** Puts the keys into a table behind everything else; its size, as bits. */
  #table(made: readonly NumberRun[], { free }: Layout): number {
    const keys = made.reduce((sum, { count }) => sum + count, 0)
    const bits = Math.max(4, Math.ceil(Math.log2(1.5 * keys)))
    this.#reserve(free + 8 * 2 ** bits)
    new Uint8Array(this.#memory.buffer, free, 8 * 2 ** bits).fill(0)
    for (const { from, count } of made) this.#kernel.fill(free, bits, 8 * from, count)
    return bits
  }

  #gather(count: number, { room, seen, free }: Layout): Omit<MissingKeys, 'isOnePart'> {
    const missing = this.#kernel.unseen(count, seen)
    const keysAt = free + 8 * (missing + 1)
    this.#reserve(keysAt + 8 * missing)
    this.#kernel.places(count, seen, free)
    const found = this.#kernel.keysAt(room, free, missing, keysAt)
    return {
      used: count,
      keys: new BigUint64Array(this.#memory.buffer, keysAt, found).slice(),
      places: new Uint32Array(this.#memory.buffer, free, missing).slice(),
    }
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
  }
}

/** Offsets: of the used keys, of the marks of these, of what nothing lies in. The made keys are at 0. */
interface Layout {
  readonly room: number
  readonly seen: number
  readonly free: number
}

const isAscending = (runs: readonly NumberRun[]): boolean =>
  runs.every(({ tag }, at) => tag > (runs[at - 1]?.tag ?? -1))

function byTag(runs: readonly NumberRun[]): Map<number, NumberRun[]> {
  const found = new Map<number, NumberRun[]>()
  for (const run of runs) found.set(run.tag, [...(found.get(run.tag) ?? []), run])
  return found
}

/** What {@link KeyDifference} is held to: the keys of one bucket that are missing. */
export function missingReference(made: readonly bigint[], used: readonly bigint[]): Set<bigint> {
  const known = new Set(made.filter((key) => key !== 0n))
  return new Set(used.filter((key) => !known.has(key)))
}
