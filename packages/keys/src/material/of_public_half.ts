/**
 * Answers about the public half of a key, which are asked for again with each copy of it: a file can hold one a hundred
 * thousand times.
 *
 * Holds public numbers alone.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import type { KeyMaterial } from './key_material.ts'

/** Cached answers: more than a window has different keys. */
const MOST_KEPT = 2000

/**
 * Large numbers are kept under what they leave modulo this, of 64 bits and of this thread alone. A Map distinguishes them
 * by their lowest 64 bits, which a file can have in common: of 2000 such numbers a probe took 20 µs.
 */
const MODULUS = randomBytes(8).readBigUInt64LE() | (1n << 63n) | 1n

/** What distinguishes one public half from any other. */
interface Half {
  readonly kind: string
  readonly first: bigint | string
  readonly second: bigint | undefined
}

interface Kept<T> extends Half {
  readonly answer: T
}

export class OfPublicHalf<T> {
  readonly #kept = new Map<bigint | string, Kept<T>>()

  /** What `make` gives or gave for this public half; keys of kinds that have none are asked about each time. */
  answer(material: KeyMaterial, make: () => T): T {
    const half = halfOf(material)
    if (half === undefined) return make()
    const { first } = half
    const place = typeof first === 'bigint' ? first % MODULUS : first
    const existing = this.#kept.get(place)
    if (existing !== undefined && isSame(existing, half)) return existing.answer
    const answer = make()
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    this.#kept.set(place, { ...half, answer })
    return answer
  }
}

function halfOf(material: KeyMaterial): Half | undefined {
  if (material.type === 'rsa') return { kind: 'rsa', first: material.n, second: material.e }
  if (material.type === 'ec') {
    return { kind: material.curve, first: material.x, second: material.y }
  }
  if (material.type !== 'okp') return undefined
  const { publicKey, curve } = material
  const bytes = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length)
  return { kind: curve, first: bytes.toString('hex'), second: undefined }
}

function isSame(a: Half, b: Half): boolean {
  return a.kind === b.kind && a.first === b.first && a.second === b.second
}
