/** The memory that the kernels of `conjugate.ts` share: a slice, tables of keys, lists. */
import { candidatesWasm } from './candidates.wasm.ts'
import { conjugateWasm } from './conjugate.wasm.ts'
import { exponentsWasm } from './exponents.wasm.ts'
import { factorsWasm } from './factors.wasm.ts'
import { numberOffsetsWasm } from './number_offsets.wasm.ts'
import { sliceMapWasm } from './slice_map.wasm.ts'
import { sliceWordsWasm } from './slice_words.wasm.ts'

/** Bytes of one call. A list entry has 21 bits: this and {@link BEHIND} stay below 2 MiB. */
export const SLICE: number = 1 << 19
/** Bytes before a slice: what is before a number shows where it begins. */
export const BEFORE = 64
/** Bytes behind a slice: more than the longest spelling of a number. */
export const BEHIND: number = 1 << 15

export const LIST: number = 1 << 18
export const LISTS = 5
export const HITS: number = 1 << 12
export const PAIRS: number = 1 << 17
/** Blocks of 16 bytes of a slice and what is behind it. */
export const BLOCKS: number = (SLICE + BEHIND) >> 4
/** Of a map of a bit for each eight offsets. */
export const MAP_BYTES: number = SLICE >> 6
export const SIZES_KEPT = 4
/** Of one size: runs of groups of 16 offsets, a group between two runs, and marked groups. */
export const KEPT: Readonly<Record<'records' | 'bytes', number>> = {
  records: (SLICE >> 4) * 4 + 64,
  bytes: (SLICE >> 4) * 20 + 128,
}
const PAGE = 65_536

type Part =
  | 'sizes'
  | 'scratch'
  | 'close'
  | 'hits'
  | 'sums'
  | 'edges'
  | 'maps'
  | 'seen'
  | 'runs'
  | 'digitRuns'
  | 'digitCounts'
  | 'offsets'
  | 'slice'
  | 'lists'
  | 'pairs'
  | 'pairFilter'
  | 'pairSlots'
  | 'end'

/** Where each part is, 64 bytes or more apart; in front of all is what kernels pin. */
export const AT: Readonly<Record<Part, number>> = layout()

type KernelFunction = (...args: readonly (number | bigint)[]) => unknown

export class SliceMemory {
  readonly #memory = new WebAssembly.Memory({ initial: Math.ceil(AT.end / PAGE) + 1 })
  readonly #kernel: ReadonlyMap<string, KernelFunction>
  #end: number = AT.end
  #used = 0
  #kept = 0

  constructor() {
    this.#kernel = new Map(
      [
        sliceMapWasm,
        numberOffsetsWasm,
        candidatesWasm,
        factorsWasm,
        conjugateWasm,
        exponentsWasm,
        sliceWordsWasm,
      ].flatMap((wasm) => functionsOf(wasm, this.#memory)),
    )
  }

  get slice(): Uint8Array {
    return this.bytes(AT.slice - BEFORE, BEFORE + SLICE + BEHIND)
  }

  /** Views are valid until the memory grows. */
  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, at, length)
  }

  words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, at, length)
  }

  view(): DataView {
    return new DataView(this.#memory.buffer)
  }

  call(name: string, ...parts: readonly (readonly (number | bigint)[])[]): number {
    const found = this.#kernel.get(name)
    if (found === undefined) throw new TypeError(`the kernel has no ${name}`)
    const args: (number | bigint)[] = []
    for (const part of parts) for (const arg of part) args.push(arg)
    return Number(found(...args))
  }

  load(bytes: Uint8Array, from: number, to: number): void {
    const slice = this.slice
    const first = Math.max(0, from - BEFORE)
    const last = Math.min(bytes.length, to + BEHIND)
    const lead = BEFORE - (from - first)
    slice.fill(0, 0, lead)
    slice.set(bytes.subarray(first, last), lead)
    const used = BEFORE + to - from + BEHIND
    slice.fill(0, lead + last - first, used)
    this.#used = Math.max(this.#used, used)
  }

  keep(bytes: number): void {
    this.#kept = Math.max(this.#kept, bytes)
  }

  /** Overwrites what was examined, what was found and what was kept of it. */
  wipe(): void {
    this.slice.fill(0, 0, this.#used)
    this.bytes(AT.scratch, AT.close - AT.scratch).fill(0)
    this.bytes(AT.pairs, this.#kept).fill(0)
    this.#used = 0
    this.#kept = 0
  }

  allot(length: number): number {
    const at = this.#end
    this.#end = (at + length + 31) & ~15
    const missing = this.#end + PAGE - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
    return at
  }
}

function functionsOf(
  wasm: string,
  memory: WebAssembly.Memory,
): readonly (readonly [string, KernelFunction])[] {
  const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  return Object.entries(exports).flatMap(([name, found]) =>
    isKernelFunction(found) ? [[name, found] as const] : [],
  )
}

const isKernelFunction = (found: unknown): found is KernelFunction => typeof found === 'function'

function layout(): Readonly<Record<Part, number>> {
  let end = 1024
  const room = (bytes: number, alignment = 64): number => {
    const at = (end + alignment - 1) & -alignment
    end = at + bytes + 64
    return at
  }
  return Object.freeze({
    sizes: room(1024),
    scratch: room(53_184),
    close: room(1 << 16),
    hits: room(HITS * 12),
    sums: room(BLOCKS * 8),
    edges: room(BLOCKS * 2),
    maps: room(MAP_BYTES * 3),
    seen: room(1024),
    runs: room(BLOCKS * 8),
    digitRuns: room(BLOCKS * 8 * 4),
    digitCounts: room(64),
    offsets: room(SIZES_KEPT * KEPT.bytes),
    slice: room(SLICE + BEHIND, 4096),
    lists: room(LISTS * LIST * 4, 4096),
    pairs: room(PAIRS * 16),
    pairFilter: room(1 << 15),
    pairSlots: room(PAIRS * 16),
    end: room(0),
  })
}
