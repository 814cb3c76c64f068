/** Reads numbers out of windows, and rebuilds keys from them. */
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { isPrimeFactor } from '@mintmark/keys/arithmetic/modulus_like'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { ofEach } from '@mintmark/keys/material/memo'
import { BEFORE, type Candidate, type ConjugateKernel, ORDERS } from '../../slices/conjugate.ts'
import { type FoundValue, keyOf } from '../values/found_value.ts'
import { fromWhole, isExponentAbove } from '../values/rebuild.ts'

export type Spelled = Pick<FoundValue, 'at' | 'length' | 'spelling'>

/** Whether a taken modulus is only a factor: d mod (p − 1) would be its damaged exponent. */
const isFactor = ofEach(({ n }: RsaMaterial) => isPrimeFactor(n))

/** Nanoseconds of {@link wholeFound}: of most numbers, and of one with an exponent's upper half. */
export const WHOLE_COST = 3000
export const DAMAGED_COST = 80_000

export function wholeFound(location: Spelled, key: RsaMaterial, value: bigint): FoundValue[] {
  const whole = fromWhole(key, value)
  if (whole !== undefined) {
    const verification = `${whole.name === 'd' ? 'e·d − 1' : 'φ(n)'} gives p·q = n`
    return [{ ...location, name: whole.name, key: keyOf(whole.material, verification) }]
  }
  if (!isExponentAbove(key, value) || isFactor(key)) return []
  const verification = 'its upper half is that of d, the rest is damaged'
  return [{ ...location, name: 'd', key: keyOf(key, verification, 'fragment') }]
}

export function spanOf(order: number, length: number): number {
  const word = ORDERS[order]?.word ?? 1
  return Math.ceil(length / word) * word
}

export function spelledAt({ at, order }: Pick<Candidate, 'at' | 'order'>, length: number): Spelled {
  return { at, length: spanOf(order, length), spelling: ORDERS[order]?.encoding ?? '' }
}

export function numberAt(
  kernel: ConjugateKernel,
  { at, order }: Pick<Candidate, 'at' | 'order'>,
  length: number,
): bigint {
  return numberIn(kernel.slice, BEFORE + at, order, length)
}

/** The number of `length` bytes at `at` in an order; zeros behind the last byte. */
export function numberIn(bytes: Uint8Array, at: number, order: number, length: number): bigint {
  const span = spanOf(order, length)
  const copy = new Uint8Array(span)
  copy.set(bytes.subarray(at, at + span))
  const word = ORDERS[order]?.word ?? 1
  if (word > 1) for (let k = 0; k < span; k += word) copy.subarray(k, k + word).reverse()
  const value = ORDERS[order]?.isHighFirst ? fromBigEndian(copy) : fromLittleEndian(copy)
  copy.fill(0)
  return value
}
