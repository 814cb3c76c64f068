/** Writes the few DER shapes that a public key needs. */
import { TAG } from './der.ts'

export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0
  for (const part of parts) length += part.length
  const lengthOfLength = length < 0x80 ? 1 : 1 + bytesOf(length)
  const written = Buffer.allocUnsafe(1 + lengthOfLength + length)
  written[0] = tag
  written[1] = length < 0x80 ? length : 0x7f + lengthOfLength
  if (lengthOfLength > 1) written.writeUIntBE(length, 2, lengthOfLength - 1)
  let at = 1 + lengthOfLength
  for (const part of parts) {
    written.set(part, at)
    at += part.length
  }
  return written
}

function bytesOf(length: number): number {
  return Math.ceil((32 - Math.clz32(length)) / 8)
}

export function derSequence(...parts: readonly Uint8Array[]): Buffer {
  return der(TAG.sequence, ...parts)
}

/** A non-negative INTEGER. */
export function derInteger(value: bigint): Buffer {
  const hex = value.toString(16)
  // A digit of eight and more in the highest place would be a sign.
  const isHigh = hex.length % 2 === 0 && hex >= '8'
  const zeros = isHigh ? '00' : hex.length % 2 === 0 ? '' : '0'
  return der(TAG.integer, Buffer.from(zeros + hex, 'hex'))
}

export function derOid(hex: string): Buffer {
  return der(TAG.oid, Buffer.from(hex, 'hex'))
}

export function derBits(bytes: Uint8Array): Buffer {
  return der(TAG.bits, Buffer.from([0]), bytes)
}
