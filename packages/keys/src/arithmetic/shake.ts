import { createHash } from 'node:crypto'

export function shake256(lengthBytes: number, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('shake256', { outputLength: lengthBytes })
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export function sha3(bits: 256 | 512, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(`sha3-${bits}`)
  for (const part of parts) hash.update(part)
  return hash.digest()
}
