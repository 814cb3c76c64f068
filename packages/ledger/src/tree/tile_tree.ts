/**
 * A tree read from its tiles: roots of earlier sizes, proofs, entries.
 * Trust: tiles may come from anywhere. Compare {@link TileTree.root} with a verified head before
 * using anything else; proofs made of wrong tiles do not verify.
 */
import { MintmarkError } from '@mintmark/core'
import { perfectRoot } from './growing_tree.ts'
import { readBundle, readTile, TILE_WIDTH, tilePath, tileWidth } from './tiles.ts'
import { EMPTY_ROOT, hashNode, splitPoint } from './tree.ts'

export type ReadResource = (path: string) => Promise<Uint8Array | undefined>

const CACHED_TILES = 1024

export class TileTree {
  readonly size: number
  readonly #read: ReadResource
  readonly #tiles = new Map<string, readonly Uint8Array[]>()

  /** @param size of a known head: determines which partial tiles exist */
  constructor(size: number, read: ReadResource) {
    this.size = size
    this.#read = read
  }

  async root(size: number = this.size): Promise<Uint8Array> {
    if (size > this.size) throw new RangeError(`root of ${size} entries in a tree of ${this.size}`)
    return size === 0 ? EMPTY_ROOT : await this.#range(0, size)
  }

  /** @param known hashes of subtrees `[start, end)` that cover `[first, last)` */
  async rootWith(
    first: number,
    last: number,
    known: (start: number, end: number) => Uint8Array | undefined,
  ): Promise<Uint8Array> {
    const hashOf = async (start: number, end: number): Promise<Uint8Array> => {
      if (end <= first || start >= last) return await this.#range(start, end)
      const hash = known(start, end)
      if (hash !== undefined) return hash
      if (end - start === 1) throw damaged('entries', Math.floor(start / TILE_WIDTH))
      const middle = start + splitPoint(end - start)
      return hashNode(await hashOf(start, middle), await hashOf(middle, end))
    }
    return await hashOf(0, this.size)
  }

  /** Proof that entry `index` is in the tree of the first `size` entries. */
  async inclusion(index: number, size: number = this.size): Promise<Uint8Array[]> {
    if (!(index >= 0 && index < size && size <= this.size))
      throw new RangeError(`entry ${index} of ${size} in a tree of ${this.size}`)
    return (await this.#siblings(size, index + 1, (start, end) => end - start === 1)).proof
  }

  /** Proof that the first `oldSize` entries are a prefix of `size`; empty for no entries. */
  async consistency(oldSize: number, size: number = this.size): Promise<Uint8Array[]> {
    if (!(oldSize <= size && size <= this.size))
      throw new RangeError(`${oldSize} to ${size} in a tree of ${this.size}`)
    if (oldSize === 0 || oldSize === size) return []
    const { proof, start, end } = await this.#siblings(size, oldSize, (_, at) => at === oldSize)
    return start === 0 ? proof : [await this.#range(start, end), ...proof]
  }

  /** Path from the root of `size` entries to the subtree `[start, end)`, `start < at <= end`. */
  async #siblings(size: number, at: number, isReached: (start: number, end: number) => boolean) {
    const proof: Uint8Array[] = []
    let [start, end] = [0, size]
    while (!isReached(start, end)) {
      const middle = start + splitPoint(end - start)
      const isLeft = at <= middle
      proof.unshift(await (isLeft ? this.#range(middle, end) : this.#range(start, middle)))
      if (isLeft) end = middle
      else start = middle
    }
    return { proof, start, end }
  }

  async bundleBytes(index: number): Promise<Uint8Array> {
    return await this.#resource('entries', index, tileWidth('entries', index, this.size))
  }

  async bundle(index: number): Promise<Uint8Array[]> {
    const width = tileWidth('entries', index, this.size)
    const entries = readBundle(await this.bundleBytes(index))
    if (entries === undefined || entries.length < width) throw damaged('entries', index)
    return entries.slice(0, width)
  }

  async *entries(first = 0): AsyncGenerator<{ index: number; entries: Uint8Array[] }, void, void> {
    for (let index = first; index < this.size; ) {
      const bundle = await this.bundle(Math.floor(index / TILE_WIDTH))
      const entries = bundle.slice(index % TILE_WIDTH)
      yield { index, entries }
      index += entries.length
    }
  }

  /** `start` is a multiple of the power of two that is at least the width. */
  async #range(start: number, end: number): Promise<Uint8Array> {
    const width = end - start
    const level = levelOf(width)
    const unit = TILE_WIDTH ** level
    if (width % unit === 0 && isPowerOfTwo(width)) {
      const first = start / unit
      const hashes = await this.#tile(level, Math.floor(first / TILE_WIDTH))
      const at = first % TILE_WIDTH
      const part = hashes.slice(at, at + width / unit)
      if (part.length < width / unit) throw damaged(level, Math.floor(first / TILE_WIDTH))
      return perfectRoot(part)
    }
    const middle = start + splitPoint(width)
    return hashNode(await this.#range(start, middle), await this.#range(middle, end))
  }

  async #tile(level: number, index: number): Promise<readonly Uint8Array[]> {
    const key = `${level}/${index}`
    const known = this.#tiles.get(key)
    if (known !== undefined) return known
    const width = tileWidth(level, index, this.size)
    const bytes = await this.#resource(level, index, width)
    const hashes = readTile(bytes.subarray(0, width * 32), width)
    if (hashes === undefined) throw damaged(level, index)
    if (this.#tiles.size >= CACHED_TILES) this.#tiles.clear()
    this.#tiles.set(key, hashes)
    return hashes
  }

  /** A partial tile may be gone once the full one exists. */
  async #resource(level: number | 'entries', index: number, width: number): Promise<Uint8Array> {
    const exact = await this.#read(tilePath({ level, index, width }))
    if (exact !== undefined) return exact
    const full =
      width === TILE_WIDTH ? undefined : await this.#read(tilePath({ level, index, width: 256 }))
    if (full !== undefined) return full
    const path = tilePath({ level, index, width })
    throw new MintmarkError('LEDGER_DAMAGED', `${path} is not there`, { path })
  }
}

function levelOf(width: number): number {
  let level = 0
  while (TILE_WIDTH ** (level + 1) <= width) level++
  return level
}

function isPowerOfTwo(width: number): boolean {
  let power = 1
  while (power < width) power *= 2
  return power === width
}

function damaged(level: number | 'entries', index: number): MintmarkError {
  const message = `tile ${level}, number ${index}, holds less than the checkpoint says`
  return new MintmarkError('LEDGER_DAMAGED', message, { level, index })
}
