/**
 * Contents of floating-point and vector registers: they go as a whole, whatever they hold.
 *
 * Copies of secrets are there that no search knows by a value: 28 of the 32 bytes of a scalar, which a moving of 64
 * bytes at a time left in a register that nothing used since. With its public half the rest is a second's work. No
 * unwinder reads them. @module
 */
import type { ByteSource, Dump, Range } from '@mintmark/dump'
import { commonRanges } from './copy/erased_ranges.ts'

/** Bytes that are read at a time. */
const BLOCK = 1 << 16

/** Where such registers hold anything. What a damaged table says of memory is none of it. */
export function filledRegisters(
  { wideRegisters, structure }: Pick<Dump, 'wideRegisters' | 'structure'>,
  source: ByteSource,
): readonly Range[] {
  const buffer = Buffer.alloc(BLOCK)
  try {
    return commonRanges(wideRegisters, structure).filter((range) => isFilled(range, source, buffer))
  } finally {
    buffer.fill(0)
  }
}

function isFilled({ offset, length }: Range, source: ByteSource, buffer: Buffer): boolean {
  for (let done = 0; done < length; done += BLOCK) {
    const part = buffer.subarray(0, Math.min(BLOCK, length - done))
    const present = part.subarray(0, source.read(offset + done, part))
    if (present.some((byte) => byte !== 0)) return true
  }
  return false
}
