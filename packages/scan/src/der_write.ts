/**
 * Writes the few DER shapes that a public key needs.
 *
 * @module
 */
import { TAG } from './der.ts'

/** One element with its content, the parts one after another. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(length)]), ...parts])
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

/** An OBJECT IDENTIFIER from the hex of its content. */
export function derOid(hex: string): Buffer {
  return der(TAG.oid, Buffer.from(hex, 'hex'))
}

/** A BIT STRING of whole bytes. */
export function derBits(bytes: Uint8Array): Buffer {
  return der(TAG.bits, Buffer.from([0]), bytes)
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}
