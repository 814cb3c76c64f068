/** What symmetric keys become in use: schedules and padded blocks. */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { decryptionSchedule, expandKey } from '@mintmark/scan/schedules/aes_words'

interface SymmetricValue {
  readonly value: string
  readonly encoding: string
  readonly bytes: Uint8Array
  readonly least: number
}

/** A round key of AES-128 gives the key, and 12 bytes of it do with 2^32 steps. */
const ROUND_KEY_PART = 12

/** What a key expands to. None for keys of other kinds: numbers are all that they are. */
export function symmetricValues({ type, ...rest }: KeyMaterial): SymmetricValue[] {
  if (!('secret' in rest) || rest.secret === undefined) return []
  if (type === 'aes') return aesSchedules(rest.secret)
  return type === 'hmac' ? pads(rest.secret) : []
}

function aesSchedules(key: Uint8Array): SymmetricValue[] {
  const words = expandKey(key)
  const schedules = {
    'aes-schedule-enc': words,
    'aes-schedule-dec': decryptionSchedule(words, false),
    'aes-schedule-dec-forward': decryptionSchedule(words, true),
  }
  return Object.entries(schedules).flatMap(([encoding, schedule]) => {
    const little = new Uint8Array(schedule.length * 4)
    const swapped = new Uint8Array(schedule.length * 4)
    for (const [i, word] of schedule.entries()) {
      new DataView(little.buffer).setUint32(i * 4, word, true)
      new DataView(swapped.buffer).setUint32(i * 4, word)
    }
    schedule.fill(0)
    const common = { value: 'schedule', least: ROUND_KEY_PART }
    return [
      { ...common, encoding, bytes: little },
      { ...common, encoding: `${encoding}-swapped`, bytes: swapped },
    ]
  })
}

/** RFC 2104: XOR ipad, XOR opad; and both, where it is open which was which. */
const PADS = { 'hmac-ipad': 0x36, 'hmac-opad': 0x5c, 'hmac-between': 0x36 ^ 0x5c }
/** Short keys are searched for with some padding, so that chance does not meet them. */
const LEAST_PAD_BYTES = 24

function pads(key: Uint8Array): SymmetricValue[] {
  return Object.entries(PADS).map(([encoding, pad]) => {
    const bytes = new Uint8Array(Math.max(key.length, LEAST_PAD_BYTES)).fill(pad)
    for (const [i, byte] of key.entries()) bytes[i] = byte ^ pad
    return { value: 'padded key', encoding, bytes, least: LEAST_PAD_BYTES - 8 }
  })
}
