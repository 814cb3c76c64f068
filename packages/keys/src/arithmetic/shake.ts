/** Hashes of FIPS 202, by OpenSSL. @module */
import { createHash } from 'node:crypto'

export function shake128(lengthBytes: number, ...parts: readonly Uint8Array[]): Buffer {
  return shake('shake128', lengthBytes, parts)
}

export function shake256(lengthBytes: number, ...parts: readonly Uint8Array[]): Buffer {
  return shake('shake256', lengthBytes, parts)
}

function shake(name: string, outputLength: number, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(name, { outputLength })
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export function sha3(bits: 256 | 512, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(`sha3-${bits}`)
  for (const part of parts) hash.update(part)
  return hash.digest()
}
