/**
 * A Merkle tree that knows its root and its right edge alone: enough to check many entries against a head.
 *
 * Hashes are latin1 texts, one letter a byte: Node makes one in a third of the time of a buffer.
 *
 * Source: RFC 6962, section 2.1.
 *
 * @module
 */
import { hash } from 'node:crypto'

const HASH_BYTES = 32
const EMPTY = hash('sha256', '', 'binary')

/** Space for a leaf's prefix and the longest entry. Filled and read within one call. */
const leafRoom = Buffer.alloc(1 + 0xffff)
const nodeRoom = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

export class CompactTree {
  #size: number
  /** Roots of the perfect subtrees that the tree is made of, largest first. */
  readonly #subtrees: string[]

  constructor(size = 0, subtrees: readonly string[] = []) {
    this.#size = size
    this.#subtrees = [...subtrees]
  }

  get size(): number {
    return this.#size
  }

  copy(): CompactTree {
    return new CompactTree(this.#size, this.#subtrees)
  }

  append(entry: Uint8Array): void {
    this.#carry(leafOf(entry), 1)
  }

  /** Appends a perfect tree of `width` entries; the size must be a multiple of that. */
  appendPerfect(root: Uint8Array, width: number): void {
    if (this.#size % width !== 0) throw new RangeError(`${width} entries after ${this.#size}`)
    this.#carry(Buffer.from(root).toString('latin1'), width)
  }

  #carry(root: string, width: number): void {
    let node = root
    // Each bit that is set at the end of the size is a subtree as large as the one that is carried.
    for (let rest = this.#size / width; rest % 2 === 1; rest = Math.floor(rest / 2))
      node = nodeOf(this.#subtrees.pop() ?? '', node)
    this.#subtrees.push(node)
    this.#size += width
  }

  root(): Uint8Array {
    const [last, ...larger] = this.#subtrees.toReversed()
    const root = larger.reduce((node, subtree) => nodeOf(subtree, node), last ?? EMPTY)
    return Buffer.from(root, 'latin1')
  }
}

function leafOf(entry: Uint8Array): string {
  leafRoom.set(entry, 1)
  return hash('sha256', leafRoom.subarray(0, 1 + entry.length), 'binary')
}

function nodeOf(left: string, right: string): string {
  nodeRoom.write(left, 1, 'latin1')
  nodeRoom.write(right, 1 + HASH_BYTES, 'latin1')
  return hash('sha256', nodeRoom, 'binary')
}
