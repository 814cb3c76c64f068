/** Reads numbers out of the slice that the kernel contains. @module */
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { BEFORE, type Candidate, type ConjugateKernel, ORDERS } from '../../slices/conjugate.ts'
import type { Spelled } from './rsa_found.ts'

/** Bytes that a number of `length` bytes takes in an order. */
export function spanOf(order: number, length: number): number {
  const word = ORDERS[order]?.word ?? 1
  return Math.ceil(length / word) * word
}

/** Where a candidate of `length` bytes is and how it is spelled. */
export function spelledAt({ at, order }: Pick<Candidate, 'at' | 'order'>, length: number): Spelled {
  return { at, length: spanOf(order, length), spelling: ORDERS[order]?.form ?? '' }
}

/** The number of a window of the slice, as many bytes as it spans in its order. */
export function numberAt(
  kernel: ConjugateKernel,
  { at, order }: Pick<Candidate, 'at' | 'order'>,
  length: number,
): bigint {
  return numberIn(kernel.slice, BEFORE + at, order, length)
}

/** The number of `length` bytes at `at` in an order, with zeros behind the last byte that there is. */
export function numberIn(bytes: Uint8Array, at: number, order: number, length: number): bigint {
  const span = spanOf(order, length)
  const copy = new Uint8Array(span)
  copy.set(bytes.subarray(at, at + span))
  const word = ORDERS[order]?.word ?? 1
  if (word > 1) for (let k = 0; k < span; k += word) copy.subarray(k, k + word).reverse()
  const isHighFirst = order === 1 || order === 2 || order === 3
  const value = isHighFirst ? fromBigEndian(copy) : fromLittleEndian(copy)
  copy.fill(0)
  return value
}
