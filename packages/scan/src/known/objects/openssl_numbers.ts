/**
 * Numbers of OpenSSL by their address: BIGNUM {limbs*, int top, int dmax, int neg, int flags}, of 64-bit processes whose
 * lowest byte comes first.
 * Source: crypto/bn/bn_local.h of OpenSSL. @module
 */
import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import type { Memory, Pointed } from '../../anchors/detected.ts'

const POINTER = 8
const BIGNUM_BYTES = 24

/** The word at `at`, if it can be an address of a process. */
export function pointerAt(bytes: Uint8Array, at: number): bigint | undefined {
  if (!isPointer(bytes, at)) return undefined
  return new DataView(bytes.buffer, bytes.byteOffset + at, POINTER).getBigUint64(0, true)
}

/** Whether there is one. */
export function isPointer(bytes: Uint8Array, at: number): boolean {
  // These bytes exclude most words that are no address.
  if (at < 0 || bytes[at + 7] !== 0 || bytes[at + 6] !== 0 || ((bytes[at] ?? 1) & 7) !== 0)
    return false
  for (let k = at + 2; k < at + 6; k++) if (bytes[k] !== 0) return true
  return false
}

export interface NumberPointed extends Pointed {
  readonly value: bigint
}

/** The number of the BIGNUM at an address, of at most so many limbs. */
export function numberAt(
  memory: Memory,
  address: bigint | undefined,
  mostLimbs: number,
): NumberPointed | undefined {
  const head = address === undefined ? undefined : memory.at(address, BIGNUM_BYTES)?.bytes
  if (head === undefined) return undefined
  const view = new DataView(head.buffer, head.byteOffset, BIGNUM_BYTES)
  const [top, room] = [view.getUint32(8, true), view.getUint32(12, true)]
  if (top < 1 || top > mostLimbs || room < top || room > 4 * mostLimbs) return undefined
  const limbs = pointerAt(head, 0)
  const pointed = limbs === undefined ? undefined : memory.at(limbs, top * 8)
  return pointed && { ...pointed, value: fromLittleEndian(pointed.bytes) }
}
