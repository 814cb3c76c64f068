/** What symmetric keys become in use: schedules and padded blocks. */
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { decryptionSchedule, expandKey } from '@mintmark/scan/schedules/aes_words'

export interface SymmetricValue {
  readonly value: string
  readonly form: string
  readonly bytes: Uint8Array
  /** So many in a row are too many to leave. */
  readonly least: number
}

/** A round key of AES-128 gives the key, and 12 bytes of it do with 2^32 steps. */
const ROUND_KEY_PART = 12

/** What a key expands to. None for keys of other kinds: numbers are all that they are. */
export function symmetricValues({ type, ...rest }: KeyMaterial): SymmetricValue[] {
  if (!('secret' in rest) || rest.secret === undefined) return []
  if (type === 'aes') return aesSchedules(rest.secret)
  if (type === 'hmac') return pads(rest.secret)
  return []
}

function aesSchedules(key: Uint8Array): SymmetricValue[] {
  const words = expandKey(key)
  const encodings = [
    { form: 'aes-schedule-enc', words },
    { form: 'aes-schedule-dec', words: decryptionSchedule(words, false) },
    { form: 'aes-schedule-dec-forward', words: decryptionSchedule(words, true) },
  ]
  return encodings.flatMap((each) => bothOrders('schedule', each.form, each.words))
}

/** Words as little-endian numbers, and with their bytes turned. */
function bothOrders(value: string, form: string, words: Uint32Array): SymmetricValue[] {
  const spelled = [true, false].map((isLittleEndian) => {
    const bytes = new Uint8Array(words.length * 4)
    const view = new DataView(bytes.buffer)
    for (const [i, word] of words.entries()) view.setUint32(i * 4, word, isLittleEndian)
    return bytes
  })
  words.fill(0)
  return spelled.map((bytes, i) => ({
    value,
    form: i === 0 ? form : `${form}-swapped`,
    bytes,
    least: ROUND_KEY_PART,
  }))
}

/** RFC 2104: XOR ipad, XOR opad; and from one to the other, where it was not reported which was which. */
const PADS = [
  { form: 'hmac-ipad', pad: 0x36 },
  { form: 'hmac-opad', pad: 0x5c },
  { form: 'hmac-between', pad: 0x36 ^ 0x5c },
] as const
/** Short keys are searched for with some of the filling behind them, so that chance does not meet them. */
const LEAST_PAD_BYTES = 24

function pads(key: Uint8Array): SymmetricValue[] {
  return PADS.map(({ form, pad }) => {
    const bytes = new Uint8Array(Math.max(key.length, LEAST_PAD_BYTES)).fill(pad)
    for (const [i, byte] of key.entries()) bytes[i] = byte ^ pad
    return { value: 'padded key', form, bytes, least: Math.max(16, LEAST_PAD_BYTES - 8) }
  })
}
