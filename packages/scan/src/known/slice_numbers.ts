/**
 * Reads numbers out of the slice that the kernel holds.
 *
 * @module
 */
import { fromBigEndian, fromLittleEndian } from '../arithmetic/modular.ts'
import { BEFORE, type Candidate, type ConjugateKernel, ORDERS } from '../conjugate.ts'
import type { Spelled } from './rsa_found.ts'

/** Bytes that a number of `length` bytes takes in an order. */
export function spanOf(order: number, length: number): number {
  const word = ORDERS[order]?.word ?? 1
  return Math.ceil(length / word) * word
}

/** Where a candidate of `length` bytes lies and how it is spelled. */
export function spelledAt({ at, order }: Pick<Candidate, 'at' | 'order'>, length: number): Spelled {
  return { at, length: spanOf(order, length), spelling: ORDERS[order]?.form ?? '' }
}

/** The number of a window, as many bytes as it spans in its order. */
export function numberAt(
  kernel: ConjugateKernel,
  { at, order }: Pick<Candidate, 'at' | 'order'>,
  length: number,
): bigint {
  const span = spanOf(order, length)
  const bytes = kernel.slice.subarray(BEFORE + at, BEFORE + at + span)
  if (order === 1) return fromBigEndian(bytes)
  if (order === 0) return fromLittleEndian(bytes)
  const copy = Uint8Array.from(bytes)
  const word = ORDERS[order]?.word ?? 1
  for (let k = 0; k < span; k += word) copy.subarray(k, k + word).reverse()
  const value = order === 2 || order === 3 ? fromBigEndian(copy) : fromLittleEndian(copy)
  copy.fill(0)
  return value
}
