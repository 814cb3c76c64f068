/**
 * Merkle trees over SHA-256 as RFC 6962 hashes them, and the proofs over them.
 *
 * Hashes are 32 bytes. Sizes and indexes are numbers up to 2^53 − 1, so halving is done by division, never by
 * 32-bit shifts. Verifying never throws: whatever is handed in, the answer is yes or no.
 *
 * Source: RFC 6962, section 2.1; subtrees: draft-ietf-plants-merkle-tree-certs, section "Subtrees".
 *
 * @module
 */
import { createHash } from 'node:crypto'

export const HASH_BYTES = 32

const LEAF_PREFIX = new Uint8Array([0])
const NODE_PREFIX = new Uint8Array([1])

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Uint8Array = createHash('sha256').digest()

export function hashLeaf(entry: Uint8Array): Uint8Array {
  return createHash('sha256').update(LEAF_PREFIX).update(entry).digest()
}

export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest()
}

export function isEqualHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

/** Largest power of two below `n`; `n` is at least 2. */
export function splitPoint(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

/** Root of a few leaf hashes, straight from the definition: the oracle of the fast ways. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return EMPTY_ROOT
  if (leaves.length === 1) return first
  const at = splitPoint(leaves.length)
  return hashNode(rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)))
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
const isOdd = (value: number) => value % 2 === 1
const half = (value: number) => Math.floor(value / 2)

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES)
}

/** Whether `leaf` is entry number `index` of the tree of `size` entries with this root. */
export function verifyInclusion(claim: {
  readonly index: number
  readonly size: number
  readonly leaf: Uint8Array
  readonly proof: readonly Uint8Array[]
  readonly root: Uint8Array
}): boolean {
  const { index, size, leaf, proof, root } = claim
  if (!isCount(index) || !isCount(size) || index >= size) return false
  if (leaf.length !== HASH_BYTES || !areHashes(proof)) return false
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (isOdd(node) || node === last) {
      hash = hashNode(sibling, hash)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else hash = hashNode(hash, sibling)
    node = half(node)
    last = half(last)
  }
  return last === 0 && isEqualHash(hash, root)
}

/**
 * Whether the tree of `newSize` entries begins with all entries of the tree of `oldSize`, in their order.
 *
 * Of the empty tree nothing can be proven: it is consistent with itself alone.
 */
export function verifyConsistency(claim: {
  readonly oldSize: number
  readonly newSize: number
  readonly oldRoot: Uint8Array
  readonly newRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim
  if (!isCount(oldSize) || !isCount(newSize)) return false
  if (oldSize === 0) {
    const isItself = newSize === 0 && proof.length === 0
    return isItself && isEqualHash(oldRoot, EMPTY_ROOT) && isEqualHash(newRoot, EMPTY_ROOT)
  }
  return verifySubtreeConsistency({
    start: 0,
    end: oldSize,
    size: newSize,
    subtreeRoot: oldRoot,
    root: newRoot,
    proof,
  })
}

/** A part `[start, end)` of a tree whose shape does not depend on its surroundings. */
function isSubtree(start: number, end: number): boolean {
  if (!isCount(start) || !isCount(end) || start >= end) return false
  let width = 1
  while (width < end - start) width *= 2
  return start % width === 0
}

/**
 * Whether the subtree `[start, end)` with its root is part of the tree of `size` entries with its root.
 *
 * A subtree without entries is part of every tree, and its root is that of the empty tree.
 */
export function verifySubtreeConsistency(claim: {
  readonly start: number
  readonly end: number
  readonly size: number
  readonly subtreeRoot: Uint8Array
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}): boolean {
  const { start, end, size, subtreeRoot, root, proof } = claim
  if (!isCount(size) || end > size || !areHashes(proof)) return false
  if (start === end && isCount(start))
    return proof.length === 0 && isEqualHash(subtreeRoot, EMPTY_ROOT)
  if (!isSubtree(start, end)) return false
  return new ConsistencyWalk(start, end, size, subtreeRoot).ends(proof, root)
}

/** From the subtree's last entry up to both roots at once. */
class ConsistencyWalk {
  #first: number
  #node: number
  #last: number
  readonly #subtreeRoot: Uint8Array

  constructor(start: number, end: number, size: number, subtreeRoot: Uint8Array) {
    this.#first = start
    this.#node = end - 1
    this.#last = size - 1
    this.#subtreeRoot = subtreeRoot
    // Up to the lowest node that the smaller and the larger tree have in common.
    if (end === size) while (this.#first !== this.#node) this.#up()
    else while (this.#first !== this.#node && isOdd(this.#node)) this.#up()
  }

  #up(): void {
    this.#first = half(this.#first)
    this.#node = half(this.#node)
    this.#last = half(this.#last)
  }

  ends(proof: readonly Uint8Array[], root: Uint8Array): boolean {
    const isWhole = this.#first === this.#node
    const seed = isWhole ? this.#subtreeRoot : proof[0]
    if (seed === undefined) return false
    let old = seed
    let now = seed
    for (const sibling of isWhole ? proof : proof.slice(1)) {
      if (this.#last === 0) return false
      if (isOdd(this.#node) || this.#node === this.#last) {
        if (this.#first < this.#node) old = hashNode(sibling, old)
        now = hashNode(sibling, now)
        while (!isOdd(this.#node) && this.#node !== 0) this.#up()
      } else now = hashNode(now, sibling)
      this.#up()
    }
    const isDone = this.#last === 0
    return isDone && isEqualHash(old, this.#subtreeRoot) && isEqualHash(now, root)
  }
}
