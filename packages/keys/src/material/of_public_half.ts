/**
 * Caches answers about public halves: a file can contain one key a hundred thousand times.
 *
 * It contains public numbers only. @module
 */
import { randomBytes } from 'node:crypto'
import type { KeyMaterial } from './key_material.ts'

/** Cached answers: more than a window has different keys. */
const MOST_KEPT = 2000

/**
 * Large numbers are keyed by their remainder modulo this, of 64 bits and of this thread. A Map compares their lowest 64
 * bits, which a file can make equal: with 2000 such numbers a lookup took 20 µs.
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

  /** The cached or new result of `make` for this public half; kinds without one are not cached. */
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
