/** Batches of full bundles: what goes to a thread, and what comes back. */
import { TILE_WIDTH } from './tiles.ts'
import { HASH_BYTES } from './tree.ts'
import { type BundleReader, OUTLINE_WORDS } from './tree_hashes.ts'

export interface BundleBatch {
  /** Shared with the thread that reads it. */
  readonly bytes: Uint8Array<SharedArrayBuffer>
  readonly lengths: readonly number[]
}

export interface BatchReading {
  readonly roots: Uint8Array<ArrayBuffer>
  /** `OUTLINE_WORDS` for each entry of all bundles, without openings. */
  readonly outlines: Uint32Array<ArrayBuffer>
}

/** @param spare memory to reuse if large enough: allocating costs more than a copy */
export function batchOf(bundles: readonly Uint8Array[], spare?: SharedArrayBuffer): BundleBatch {
  const lengths = bundles.map(({ length }) => length)
  const size = lengths.reduce((sum, length) => sum + length, 0)
  const isLarge = spare !== undefined && spare.byteLength >= size
  const bytes = new Uint8Array(isLarge ? spare : new SharedArrayBuffer(size + SPARE), 0, size)
  let at = 0
  for (const bundle of bundles) {
    bytes.set(bundle, at)
    at += bundle.length
  }
  return { bytes, lengths }
}

/** Bundles differ in size: room for the next. */
const SPARE = 1 << 16

/** Undefined if one is no full bundle, or contains what is no entry. */
export function readBatch(
  reader: BundleReader,
  { bytes, lengths }: BundleBatch,
): BatchReading | undefined {
  const roots = new Uint8Array(HASH_BYTES * lengths.length)
  const outlines = new Uint8Array(4 * OUTLINE_WORDS * TILE_WIDTH * lengths.length)
  let at = 0
  let end = 0
  for (const [i, length] of lengths.entries()) {
    const reading = reader.read(bytes.subarray(at, at + length), TILE_WIDTH)
    if (reading === undefined) return undefined
    roots.set(reading.root, HASH_BYTES * i)
    outlines.set(reading.outlines, end)
    at += length
    end += reading.outlines.length
  }
  return { roots, outlines: new Uint32Array(outlines.buffer, 0, end / 4) }
}
