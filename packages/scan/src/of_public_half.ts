/**
 * Answers about the public half of a key, which are asked for again with each copy of it: a file can hold one a hundred
 * thousand times.
 *
 * Holds public numbers alone.
 *
 * @module
 */
import type { KeyMaterial } from './key_material.ts'

/** Answers that are kept: more than a window has different keys. */
const MOST_KEPT = 2000

interface Kept<T> {
  /** What tells keys apart whose first number is the same. */
  readonly rest: string
  readonly answer: T
}

export class OfPublicHalf<T> {
  readonly #kept = new Map<bigint | string, Kept<T>>()

  /** What `make` gives or gave for this public half; keys of kinds that have none are asked about each time. */
  answer(material: KeyMaterial, make: () => T): T {
    const half = halfOf(material)
    if (half === undefined) return make()
    const { first, rest } = half
    const held = this.#kept.get(first)
    if (held !== undefined && held.rest === rest) return held.answer
    const answer = make()
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    this.#kept.set(first, { rest, answer })
    return answer
  }
}

function halfOf(
  material: KeyMaterial,
): { readonly first: bigint | string; readonly rest: string } | undefined {
  if (material.type === 'rsa') return { first: material.n, rest: `rsa ${material.e}` }
  if (material.type === 'ec') {
    return { first: material.x, rest: `${material.curve} ${material.y}` }
  }
  if (material.type !== 'okp') return undefined
  const { publicKey, curve } = material
  const bytes = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length)
  return { first: bytes.toString('hex'), rest: curve }
}
