/**
 * Chunks of glibc's malloc of the size that a secret takes, near a copy of its public half: libraries that keep both apart
 * ask for one after the other. There are few of them, so that copies elsewhere do not take their time.
 *
 * Seen in strongSwan 6.0 (plugin curve25519) and in Samba 4.22 (GnuTLS 3.8), both of Debian 13. @module
 */
import { offsetsBeside } from './offsets_beside.ts'

/** How far from a copy they are searched for. */
const BESIDE = { reach: 512, step: 8 } as const
/** Of 64 bits: the size of a chunk, its own word with it, is before what it holds. */
const WORD = 8
const UNIT = 16
/** In use is the chunk before, as a rule, and it may be of another arena: neither counts. */
const SIZE_BITS = 0xfa

/** Offsets in [from, to) at multiples of 8. */
export function* neighbourChunks(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): Generator<number, void, void> {
  const size = (length + WORD + UNIT - 1) & -UNIT
  const copies = new Set(anchors)
  for (const at of offsetsBeside(anchors, BESIDE, Math.max(from, WORD), to)) {
    if (isChunk(bytes, at - WORD, size) && !copies.has(at)) yield at
  }
}

function isChunk(bytes: Uint8Array, at: number, size: number): boolean {
  if (((bytes[at] ?? 0) & SIZE_BITS) !== (size & 0xff) || bytes[at + 1] !== size >> 8) return false
  for (let k = 2; k < WORD; k++) if (bytes[at + k] !== 0) return false
  return true
}
