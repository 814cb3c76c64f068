/** AES keys by their schedules: 44 to 60 words that obey the whole recurrence prove one. */
import type { KernelMemory } from '../anchors/kernel_memory.ts'
import type { Match } from '../anchors/match.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import {
  keyOfWords,
  SCHEDULE_REACH,
  type ScheduleHit,
  ScheduleKernel,
  type ScheduleLayout,
  scheduleLength,
  scheduleWords,
} from './aes_schedule.ts'
import { DrbgStates, isBoringDrbg } from './drbg.ts'
import { isTestKey } from './test_keys.ts'

const ENCODINGS: Readonly<Record<ScheduleLayout, string>> = {
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
    encoding: `${ENCODINGS[hit.layout]}${hit.isSwapped ? '-swapped' : ''}`,
    key: {
      kind: 'aes',
      bits: hit.keyWords * 32,
      certainty: 'verified',
      verification: hit.isHeadless
        ? 'schedule expands; its first 16 bytes are overwritten'
        : 'schedule expands',
      note,
      material: { type: 'aes', secret, publicKey: undefined },
    },
  }
}
