/**
 * Finds expanded AES keys (FIPS-197, 5.2, 5.3.5). Kernel: `assembly/aes_schedule.ts`; a property
 * test compares it with a reference.
 */
import { type KernelMemory, kernelFunction, LAYOUT } from '../anchors/kernel_memory.ts'
import type { Match } from '../anchors/match.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { aesScheduleWasm } from './aes_schedule.wasm.ts'
import { mixed, SBOX, step } from './aes_words.ts'
import { DrbgStates, isBoringDrbg, isTestKey } from './drbg.ts'

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
    const base = this.#memory.place(bytes)
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

const FORMS: Readonly<Record<ScheduleLayout, string>> = {
  encryption: 'aes-schedule-enc',
  decryption: 'aes-schedule-dec',
  'decryption-forward': 'aes-schedule-dec-forward',
}

const LEAST_SCHEDULE = 160

export class AesSearch implements WindowSearch {
  readonly name = 'aes'
  readonly reach: number = SCHEDULE_REACH
  readonly least: number = LEAST_SCHEDULE
  readonly #kernel: ScheduleKernel
  readonly #isEveryByte: boolean
  readonly #states = new DrbgStates()

  /** @param isEveryByte at every byte, not every fourth */
  constructor(memory: KernelMemory, isEveryByte: boolean) {
    this.#kernel = new ScheduleKernel(memory)
    this.#isEveryByte = isEveryByte
  }

  search(bytes: Uint8Array, from: number, to: number): readonly Match[] {
    const found: Match[] = []
    for (let shift = 0; shift < 4; shift++) {
      // Words are aligned within the segment, which begins with the first byte here.
      const first = from + ((shift + 4 - (from % 4)) % 4)
      if (first >= to || (shift > 0 && !this.#isEveryByte)) continue
      for (const hit of this.#kernel.find(bytes, first, to))
        found.push(matchOf(bytes, hit, this.#states))
    }
    return found
  }
}

function matchOf(bytes: Uint8Array, hit: ScheduleHit, states: DrbgStates): Match {
  const length = scheduleLength(hit)
  const words = scheduleWords(bytes.subarray(hit.at, hit.at + length), hit) ?? new Uint32Array()
  const secret = keyOfWords(words, hit.keyWords)
  words.fill(0)
  const isDrbg =
    states.contain(bytes, secret) || (hit.keyWords === 8 && isBoringDrbg(bytes, hit.at))
  const note = isTestKey(secret) ? 'self-test' : isDrbg ? 'drbg' : undefined
  return {
    offset: hit.at,
    length,
    form: `${FORMS[hit.layout]}${hit.isSwapped ? '-swapped' : ''}`,
    key: {
      kind: 'aes',
      bits: hit.keyWords * 32,
      certainty: 'proven',
      proof: hit.isHeadless
        ? 'schedule expands; its first 16 bytes are overwritten'
        : 'schedule expands',
      note,
      material: { type: 'aes', secret, publicKey: undefined },
    },
  }
}
