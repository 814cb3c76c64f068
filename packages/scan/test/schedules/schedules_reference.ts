/** Says what the kernel of AES schedules means, one offset and one encoding at a time. */
import {
  keyOfWords,
  SCHEDULE_LAYOUTS,
  type ScheduleHit,
  scheduleWords,
} from '../../src/schedules/aes_schedule.ts'
import { expandKey } from '../../src/schedules/aes_words.ts'

export function findSchedulesReference(
  bytes: Uint8Array,
  from: number,
  to: number,
): readonly ScheduleHit[] {
  const found: ScheduleHit[] = []
  for (let at = from; at < to; at += 4) {
    for (const layout of SCHEDULE_LAYOUTS) {
      for (const keyWords of [4, 6, 8] as const) {
        for (const isSwapped of [false, true]) {
          const shape = { at, layout, isSwapped, keyWords }
          const whole = { ...shape, isHeadless: false }
          const rest = { ...shape, isHeadless: true }
          const before = bytes.subarray(Math.max(0, at - 16))
          if (expands(bytes.subarray(at), whole)) found.push(whole)
          else if (expands(bytes.subarray(at), rest) && (at < 16 || !expands(before, whole))) {
            found.push(rest)
          }
        }
      }
    }
  }
  return found
}

/** Whether the key at byte 0 expands to exactly what is there. */
function expands(bytes: Uint8Array, hit: ScheduleHit): boolean {
  const words = scheduleWords(bytes, hit)
  if (words === undefined) return false
  const full = expandKey(keyOfWords(words, hit.keyWords))
  const isLost = (i: number) =>
    hit.isHeadless && (hit.layout === 'decryption' ? i >= full.length - 4 : i < 4)
  return words.every((word, i) => isLost(i) || word === full[i])
}
