/**
 * Finds expanded AES keys (FIPS-197, 5.2, 5.3.5). Kernel: `assembly/aes_schedule.ts`; a property
 * test compares it with a reference.
 */
import { type KernelMemory, kernelFunction, LAYOUT } from '../anchors/kernel_memory.ts'
import { aesScheduleWasm } from './aes_schedule.wasm.ts'
import { mixed, SBOX, step } from './aes_words.ts'

export type ScheduleLayout = 'encryption' | 'decryption' | 'decryption-forward'

export interface ScheduleHit {
  /** Of its first byte; of a headless one, of the first byte that is left. */
  readonly at: number
  readonly layout: ScheduleLayout
  readonly isSwapped: boolean
  readonly keyWords: 4 | 6 | 8
  /** The first 16 bytes are overwritten, as free() does. */
  readonly isHeadless: boolean
}

export const SCHEDULE_LAYOUTS: readonly ScheduleLayout[] = [
  'encryption',
  'decryption',
  'decryption-forward',
]

export const SCHEDULE_REACH = 240

/** Hits that the table contains; the kernel needs room for what four offsets can have. */
const CAPACITY = LAYOUT.hitBytes / 8

export function scheduleHit(at: number, code: number): ScheduleHit {
  const words = (code >> 4) & 15
  return {
    at,
    layout: SCHEDULE_LAYOUTS[code & 3] ?? 'encryption',
    isSwapped: (code & 4) !== 0,
    keyWords: words === 4 ? 4 : words === 6 ? 6 : 8,
    isHeadless: (code & 256) !== 0,
  }
}

export function scheduleLength(hit: ScheduleHit): number {
  return (hit.keyWords + 7) * 16 - (hit.isHeadless ? 16 : 0)
}

export class ScheduleKernel {
  readonly #memory: KernelMemory
  readonly #find: (...args: readonly number[]) => number

  constructor(memory: KernelMemory) {
    this.#memory = memory
    this.#find = kernelFunction(memory.start(aesScheduleWasm), 'find_schedules')
    memory.bytes.set(SBOX, LAYOUT.sbox)
  }

  /** In `[from, to)`, at `from` plus multiples of 4, whole; unordered. A hit costs 1 µs. */
  find(bytes: Uint8Array, from: number, to: number): readonly ScheduleHit[] {
    const base = this.#memory.put(bytes)
    const found: ScheduleHit[] = []
    const { hits } = this.#memory
    let at = base + from
    do {
      const count = this.#find(
        at,
        base + from,
        base + to,
        base,
        base + bytes.length,
        LAYOUT.sbox,
        LAYOUT.hits,
        CAPACITY,
        LAYOUT.resume,
      )
      for (let i = 0; i < count; i++) {
        found.push(scheduleHit((hits[2 * i] ?? 0) - base, hits[2 * i + 1] ?? 0))
      }
      at = this.#memory.resume
    } while (at !== 0)
    return found
  }
}

/** Undefined if cut. With `isHeadless` the first 16 bytes are derived from the rest. */
export function scheduleWords(
  bytes: Uint8Array,
  hit: Omit<ScheduleHit, 'at'>,
): Uint32Array | undefined {
  const rounds = hit.keyWords + 6
  const length = scheduleLength({ ...hit, at: 0 })
  if (bytes.length < length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const words = new Uint32Array(4 * (rounds + 1))
  for (let offset = 0; offset < length / 4; offset++) {
    const block = (offset >> 2) + (hit.isHeadless ? 1 : 0)
    const round = hit.layout === 'decryption' ? rounds - block : block
    const word = view.getUint32(4 * offset, !hit.isSwapped)
    const isPlain = hit.layout === 'encryption' || round === 0 || round === rounds
    words[4 * round + (offset & 3)] = isPlain ? word : mixed(word)
  }
  if (hit.isHeadless && hit.layout !== 'decryption') undoHead(words, hit.keyWords)
  return words
}

function undoHead(words: Uint32Array, keyWords: number): void {
  for (let i = keyWords + 3; i >= keyWords; i--) {
    words[i - keyWords] = (words[i] ?? 0) ^ step(words[i - 1] ?? 0, i, keyWords)
  }
}

export function keyOfWords(words: Uint32Array, keyWords: number): Uint8Array {
  const key = new Uint8Array(4 * keyWords)
  const view = new DataView(key.buffer)
  for (let i = 0; i < keyWords; i++) view.setUint32(4 * i, words[i] ?? 0, true)
  return key
}
