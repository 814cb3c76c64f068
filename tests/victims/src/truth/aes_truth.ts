/** An AES key and its round keys, as FIPS 197 has them. */
import { type Needle, numberOf, spelled } from './encodings.ts'
import type { Truth } from './rsa_truth.ts'

const turned = (byte: number, by: number) => ((byte << by) | (byte >> (8 - by))) & 0xff

const SBOX = sbox()

/** Product in the field of AES. */
function times(a: number, b: number): number {
  let [x, y, sum] = [a, b, 0]
  for (; y > 0; y >>= 1) {
    if ((y & 1) === 1) sum ^= x
    x = (x << 1) ^ ((x & 0x80) === 0 ? 0 : 0x11b)
  }
  return sum
}

function sbox(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    let inverse = 0
    for (let x = 1; x < 256; x++) if (times(byte, x) === 1) inverse = x
    return [0, 1, 2, 3, 4].reduce((sum, by) => sum ^ turned(inverse, by), 0x63)
  })
}

const substituted = (word: Buffer): Buffer => Buffer.from(word.map((byte) => SBOX[byte] ?? 0))

/** All round keys, in the order in which encryption takes them. */
export function schedule(key: Buffer): Buffer {
  const length = key.length / 4
  const words = Array.from({ length }, (_, i) => key.subarray(4 * i, 4 * i + 4))
  let constant = 1
  for (let i = length; i < 4 * (length + 7); i++) {
    let last = words[i - 1] ?? key
    if (i % length === 0) {
      last = substituted(Buffer.from([...last.subarray(1), ...last.subarray(0, 1)]))
      last[0] = (last[0] ?? 0) ^ constant
      constant = times(constant, 2)
    } else if (length > 6 && i % length === 4) last = substituted(last)
    const before = words[i - length] ?? key
    words.push(Buffer.from(last.map((byte, at) => byte ^ (before[at] ?? 0))))
  }
  return Buffer.concat(words)
}

/** Round keys of the equivalent inverse cipher: all but the first and the last through InvMixColumns. */
function inverseSchedule(rounds: Buffer): Buffer {
  const columns = Array.from({ length: rounds.length / 4 }, (_, i) =>
    rounds.subarray(4 * i, 4 * i + 4),
  )
  const isOuter = (i: number) => i < 4 || i >= columns.length - 4
  return Buffer.concat(columns.map((column, i) => (isOuter(i) ? column : unmixed(column))))
}

function unmixed(column: Buffer): Buffer {
  const row = [14, 11, 13, 9]
  return Buffer.from(
    column.map((_, at) =>
      row.reduce((sum, factor, i) => sum ^ times(column[(at + i) % 4] ?? 0, factor), 0),
    ),
  )
}

const reversedRounds = (rounds: Buffer): Buffer =>
  Buffer.concat(
    Array.from({ length: rounds.length / 16 }, (_, i) =>
      rounds.subarray(16 * i, 16 * i + 16),
    ).toReversed(),
  )

const swappedWords = (bytes: Buffer): Buffer => Buffer.from(bytes).swap32()

/**
 * What must be found of a symmetric key, and, with the bare key, what must be gone. It has no
 * public half: its id is empty.
 */
export function aesTruth(key: Buffer): Truth {
  const name = `${key.length * 8}`
  return {
    keyId: '',
    publicKey: '',
    needles: [...schedules(name, key), ...spelled(`${name} raw`, numberOf(key))],
    parts: [],
    publicNeedles: [],
    secrets: [{ name: `${name} key`, value: numberOf(key), bits: key.length * 8 }],
  }
}

/** The round keys in every order; the key by itself is the begin or the end of most. */
function schedules(name: string, key: Buffer): readonly Needle[] {
  const encryption = schedule(key)
  const forward = inverseSchedule(encryption)
  const encodings = [
    { name: 'schedule', bytes: encryption },
    { name: 'decryption schedule', bytes: reversedRounds(forward) },
    { name: 'decryption schedule, forward', bytes: forward },
  ]
  return encodings.flatMap((encoding) => [
    { name: `${name} ${encoding.name}`, bytes: encoding.bytes },
    { name: `${name} ${encoding.name}, swapped`, bytes: swappedWords(encoding.bytes) },
  ])
}
