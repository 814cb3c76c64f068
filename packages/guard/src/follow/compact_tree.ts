/** The right edge of a Merkle tree (RFC 6962): enough to check many entries against a head. */
import { EMPTY_ROOT, hashLeaf, hashNode } from '@mintmark/ledger'

export class CompactTree {
  #size: number
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

  /** The size must be a multiple of `width`. */
  appendPerfect(root: Uint8Array, width: number): void {
    if (this.#size % width !== 0) throw new RangeError(`${width} entries after ${this.#size}`)
    let node = root
    // Each bit set at the end of the size is a subtree as large as the carried one.
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
