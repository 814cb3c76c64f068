/** Entries from published tiles: used if they hash to the root of the ledger's own tree. */

import type { TileTree } from '../tree/tile_tree.ts'
import { readBundle, TILE_WIDTH } from '../tree/tiles.ts'
import { hashLeaf } from '../tree/tree.ts'
import { BundleReader } from '../tree/tree_hashes.ts'

const BUNDLES_AT_ONCE = 16

export class CheckedEntries {
  readonly #tree: TileTree
  readonly #first: number
  readonly #end: number
  readonly #bundles = new Map<number, Uint8Array>()
  readonly #leaves = new Map<number, Uint8Array>()
  readonly #kernel = new BundleReader()

  constructor(tree: TileTree, first: number, end: number) {
    this.#tree = tree
    this.#first = first
    this.#end = end
  }

  async *read(): AsyncGenerator<Uint8Array[], void, void> {
    for (let at = Math.floor(this.#first / TILE_WIDTH); at * TILE_WIDTH < this.#end; ) {
      const to = Math.min(at + BUNDLES_AT_ONCE, Math.ceil(this.#end / TILE_WIDTH))
      const indexes = Array.from({ length: to - at }, (_, i) => at + i)
      const bundles = await Promise.all(indexes.map((index) => this.#tree.bundleBytes(index)))
      for (const [i, bytes] of bundles.entries()) yield this.#taken(at + i, bytes)
      at = to
    }
  }

  /** The tree of these entries where they were read. */
  async root(): Promise<Uint8Array> {
    return await this.#tree.rootWith(this.#first, this.#end, (start, end) =>
      end - start === 1 ? this.#leaves.get(start) : this.#bundleAt(start, end),
    )
  }

  #bundleAt(start: number, end: number): Uint8Array | undefined {
    return end - start === TILE_WIDTH ? this.#bundles.get(start) : undefined
  }

  #taken(index: number, bytes: Uint8Array): Uint8Array[] {
    const start = index * TILE_WIDTH
    const [from, to] = [Math.max(start, this.#first), Math.min(start + TILE_WIDTH, this.#end)]
    const entries = (readBundle(bytes) ?? []).slice(from - start, to - start)
    const isWhole = to - from === TILE_WIDTH
    const reading = isWhole ? this.#kernel.read(bytes, TILE_WIDTH) : undefined
    if (reading !== undefined) this.#bundles.set(start, reading.root.slice())
    else for (const [i, entry] of entries.entries()) this.#leaves.set(from + i, hashLeaf(entry))
    return entries
  }
}
