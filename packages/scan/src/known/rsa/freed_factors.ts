/**
 * Prime factors of known keys in freed chunks of glibc's malloc (64 bits), as GnuTLS leaves them.
 * `free` overwrites the first 16 bytes; the rest, over two thirds, gives the factor. Source:
 * malloc/malloc.c of glibc (fd and bk, or next and key, at the begin).
 */
import { fromLowerFactor } from '@mintmark/keys/arithmetic/damaged_factors'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { BEFORE } from '../../slices/conjugate.ts'
import { SIZE_BYTES, sizeAt } from '../objects/chunk_head.ts'
import { type FoundValue, keyOf } from '../values/found_value.ts'
import { fromFactor } from '../values/rebuild.ts'
import type { RsaGroup } from './rsa_group.ts'
import type { SliceContext } from './slice_context.ts'

const OVERWRITTEN = 16
/** Bytes of a chunk that may be more than what was asked for needs: a larger one was free. */
const ROOM = 64
/** Nanoseconds of a test, at most about. */
const TEST_COST = 250_000

export function freedFactors(
  { kernel, length }: SliceContext,
  group: RsaGroup,
): readonly FoundValue[] {
  const { length: bytes } = group.shape
  const least = Math.max(1, (bytes >> 4) - 1)
  const blocks = kernel.randomBlocks(length, least)
  const { slice } = kernel
  const found: FoundValue[] = []
  for (let k = 0; k < blocks.length; k += 2) {
    const begin = blocks[k] ?? 0
    const end = blocks[k + 1] ?? 0
    if (end - begin < least) continue
    const from = begin << 4
    if (from >= length) break
    // What was written may look random as well, and does not where it is an address.
    for (const at of [from, from - OVERWRITTEN]) {
      if (at + bytes > end << 4 || !isChunk(slice, BEFORE + at, bytes)) continue
      found.push(...factorIn(slice, at, group))
    }
  }
  return found
}

/** Whether the word before `at` is the size of a chunk that fits a number of `length` bytes. */
function isChunk(slice: Uint8Array, at: number, length: number): boolean {
  const size = sizeAt(slice, at - SIZE_BYTES)
  return size % 16 === 0 && size >= length + SIZE_BYTES && size <= length + SIZE_BYTES + ROOM
}

/** The number begins the chunk, or a zero before it does, as DER has one. */
function factorIn(slice: Uint8Array, at: number, group: RsaGroup): readonly FoundValue[] {
  const { keys, shape, searchLimits } = group
  const from = at + OVERWRITTEN
  for (const end of [at + 1 + shape.length, at + shape.length]) {
    if (((slice[BEFORE + end - 1] ?? 0) & 1) === 0) continue
    const left = fromBigEndian(slice.subarray(BEFORE + from, BEFORE + end))
    const known = end - from
    const lost = shape.length - known
    for (const key of keys) {
      if (!searchLimits.budgets.freedFactors.take(TEST_COST)) return []
      const factors = fromLowerFactor(key.n, left, 8 * known, 8 * lost)
      const material = factors && fromFactor(key, factors.p)
      if (material === undefined) continue
      const verification = `with the ${lost} bytes before it that are lost it is p: p·q = n`
      const location = { at: from, length: known, spelling: 'limbs-be', name: 'p' }
      return [{ ...location, key: { ...keyOf(material, verification), isRebuilt: true } }]
    }
  }
  return []
}
