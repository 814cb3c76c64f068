/** Parts of AES key schedules, in little-endian words. */

/** FIPS-197 section 5.1.1: the inverse of each byte in GF(2^8), then an affine map. */
function makeSbox(): Uint8Array {
  const box = new Uint8Array(256).fill(0x63, 0, 1)
  // 3 generates all bytes but 0; its inverse is 0xf6. Both powers go until they meet 1.
  let power = 1
  let inverse = 1
  do {
    power = doubled(power) ^ power
    inverse = divided(inverse)
    const turned = [1, 2, 3, 4].map((bits) => (inverse << bits) | (inverse >> (8 - bits)))
    box[power] = turned.reduce((sum, value) => sum ^ value, inverse) ^ 0x63
  } while (power !== 1)
  return box
}

/** Product with x modulo x^8 + x^4 + x^3 + x + 1. */
const doubled = (byte: number) => (byte << 1) ^ (byte > 127 ? 0x11b : 0)

/** Product with the inverse of 3, which is 0xf6: x^7 + x^6 + x^5 + x^4 + x^2 + x. */
function divided(byte: number): number {
  let product = 0
  let shifted = byte
  for (let bit = 0; bit < 8; bit++) {
    if (((0xf6 >> bit) & 1) !== 0) product ^= shifted
    shifted = doubled(shifted)
  }
  return product
}

export const SBOX: Uint8Array = makeSbox()

const rotated = (word: number, bits: number) => (word >>> bits) | (word << (32 - bits))

export function substituted(word: number): number {
  const at = (shift: number) => (SBOX[(word >>> shift) & 255] ?? 0) << shift
  return (at(0) | at(8) | at(16) | at(24)) >>> 0
}

export function mixed(word: number): number {
  const twice = ((word & 0x7f7f7f7f) << 1) ^ (((word >>> 7) & 0x01010101) * 0x1b)
  return (twice ^ rotated(twice ^ word, 8) ^ rotated(word, 16) ^ rotated(word, 24)) >>> 0
}

export function unmixed(word: number): number {
  return mixed(mixed(mixed(word)))
}

const RCON: readonly number[] = [0, 1, 2, 4, 8, 16, 32, 64, 128, 0x1b, 0x36]

export function step(word: number, i: number, keyWords: number): number {
  const phase = i % keyWords
  if (phase === 0) return (substituted(rotated(word, 8)) ^ (RCON[i / keyWords] ?? 0)) >>> 0
  return keyWords === 8 && phase === 4 ? substituted(word) : word
}

export function expandKey(key: Uint8Array): Uint32Array {
  const keyWords = key.length / 4
  const words = new Uint32Array(4 * (keyWords + 7))
  const view = new DataView(key.buffer, key.byteOffset, key.length)
  for (let i = 0; i < words.length; i++) {
    words[i] =
      i < keyWords
        ? view.getUint32(4 * i, true)
        : (words[i - keyWords] ?? 0) ^ step(words[i - 1] ?? 0, i, keyWords)
  }
  return words
}

/** Of the equivalent inverse cipher: round keys in reverse or in forward order. */
export function decryptionSchedule(words: Uint32Array, isForward: boolean): Uint32Array {
  const rounds = words.length / 4 - 1
  return words.map((_, i) => {
    const round = isForward ? i >> 2 : rounds - (i >> 2)
    const word = words[4 * round + (i & 3)] ?? 0
    return round === 0 || round === rounds ? word : unmixed(word)
  })
}
