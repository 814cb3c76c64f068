/**
 * The right edge of a tree: enough to append, to know the root, and to write tiles.
 * Memory: at most 255 hashes a level and 255 entries.
 */
import { TILE_WIDTH, tilePath, writeBundle } from './tiles.ts'
import { EMPTY_ROOT, hashLeaf, hashNode } from './tree.ts'

export interface Resource {
  readonly path: string
  readonly bytes: Uint8Array
}

export interface Edge {
  readonly size: number
  /** Of the partial tile of each level, lowest first. */
  readonly levels: readonly (readonly Uint8Array[])[]
  readonly entries: readonly Uint8Array[]
}

const EMPTY_EDGE: Edge = { size: 0, levels: [], entries: [] }

export class GrowingTree {
  #size: number
  readonly #levels: Uint8Array[][]
  #entries: Uint8Array[]
  #full: Resource[] = []

  constructor(edge: Edge = EMPTY_EDGE) {
    this.#size = edge.size
    this.#levels = edge.levels.map((hashes) => [...hashes])
    this.#entries = [...edge.entries]
  }

  get size(): number {
    return this.#size
  }

  append(entry: Uint8Array): Uint8Array {
    const hash = hashLeaf(entry)
    const bundle = Math.floor(this.#size / TILE_WIDTH)
    this.#entries.push(entry)
    this.#push(0, hash, bundle)
    this.#size++
    if (this.#entries.length === TILE_WIDTH) {
      const path = tilePath({ level: 'entries', index: bundle, width: TILE_WIDTH })
      this.#full.push({ path, bytes: writeBundle(this.#entries) })
      this.#entries = []
    }
    return hash
  }

  /** A full tile goes into the level above as one hash. */
  #push(level: number, hash: Uint8Array, index: number): void {
    const hashes = this.#levels[level] ?? []
    this.#levels[level] = hashes
    hashes.push(hash)
    if (hashes.length < TILE_WIDTH) return
    const path = tilePath({ level, index, width: TILE_WIDTH })
    this.#full.push({ path, bytes: Buffer.concat(hashes) })
    this.#levels[level] = []
    this.#push(level + 1, perfectRoot(hashes), Math.floor(index / TILE_WIDTH))
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined
    for (const hashes of this.#levels) {
      let end = hashes.length
      for (let width = 1; end > 0; width *= 2) {
        if (end % (width * 2) === 0) continue
        const subtree = perfectRoot(hashes.slice(end - width, end))
        root = root === undefined ? subtree : hashNode(subtree, root)
        end -= width
      }
    }
    return root ?? EMPTY_ROOT
  }

  takeFull(): readonly Resource[] {
    const full = this.#full
    this.#full = []
    return full
  }

  partials(): readonly Resource[] {
    const partials: Resource[] = []
    let count = this.#size
    for (const [level, hashes] of this.#levels.entries()) {
      const index = Math.floor(count / TILE_WIDTH)
      count = index
      if (hashes.length === 0) continue
      const path = tilePath({ level, index, width: hashes.length })
      partials.push({ path, bytes: Buffer.concat(hashes) })
    }
    if (this.#entries.length > 0) {
      const index = Math.floor(this.#size / TILE_WIDTH)
      const path = tilePath({ level: 'entries', index, width: this.#entries.length })
      partials.push({ path, bytes: writeBundle(this.#entries) })
    }
    return partials
  }

  edge(): Edge {
    const levels = this.#levels.map((hashes) => [...hashes])
    return { size: this.#size, levels, entries: [...this.#entries] }
  }
}

/** Takes a power of two of hashes. */
export function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes
  while (row.length > 1) {
    const above: Uint8Array[] = []
    for (let at = 0; at + 1 < row.length; at += 2)
      above.push(hashNode(row[at] ?? EMPTY_ROOT, row[at + 1] ?? EMPTY_ROOT))
    row = above
  }
  return row[0] ?? EMPTY_ROOT
}
