import { createHash } from 'node:crypto'

/** Bytes that look random and are the same each time. */
export function noise(length: number, seed = 'noise'): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest()
}
