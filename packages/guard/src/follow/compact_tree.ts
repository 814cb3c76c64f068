/** A Merkle tree (RFC 6962) that knows its right edge alone: enough to check many entries against a head. */
import { EMPTY_ROOT, hashLeaf, hashNode } from '@mintmark/ledger'

export class CompactTree {
  #size: number
  /** Roots of the perfect subtrees that the tree is made of, largest first. */
  readonly #subtrees: Uint8Array[]

  constructor(size = 0, subtrees: readonly Uint8Array[] = []) {
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
    this.appendPerfect(hashLeaf(entry), 1)
  }

  /** Appends a perfect tree of `width` entries; the size must be a multiple of that. */
  appendPerfect(root: Uint8Array, width: number): void {
    if (this.#size % width !== 0) throw new RangeError(`${width} entries after ${this.#size}`)
    let node = root
    // Each bit that is set at the end of the size is a subtree as large as the one that is carried.
    for (let rest = this.#size / width; rest % 2 === 1; rest = Math.floor(rest / 2))
      node = hashNode(this.#subtrees.pop() ?? EMPTY_ROOT, node)
    this.#subtrees.push(node)
    this.#size += width
  }

  root(): Uint8Array {
    return (
      this.#subtrees.reduceRight(
        (node: Uint8Array | undefined, subtree) =>
          node === undefined ? subtree : hashNode(subtree, node),
        undefined,
      ) ?? EMPTY_ROOT
    )
  }
}
