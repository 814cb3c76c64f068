/**
 * Merkle trees over SHA-256, and their proofs. Verifying never throws, whatever it is given.
 * Sizes and indexes are numbers up to 2^53 − 1: halve by division, never by 32-bit shifts.
 * Source: RFC 6962, section 2.1; RFC 9162, section 2.1.4.2.
 */
import { createHash } from 'node:crypto'

export const HASH_BYTES = 32

const LEAF_PREFIX = new Uint8Array([0])
const NODE_PREFIX = new Uint8Array([1])

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
  const made = climbed({ node: index, last: size - 1, seed: leaf, siblings: proof })
  return made !== undefined && isEqualHash(made.now, root)
}

/**
 * Whether the newer tree begins with all entries of the older, in order.
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
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize || !areHashes(proof)) return false
  if (oldSize === 0) {
    const isItself = newSize === 0 && proof.length === 0
    return isItself && isEqualHash(oldRoot, EMPTY_ROOT) && isEqualHash(newRoot, EMPTY_ROOT)
  }
  let [node, last] = [oldSize - 1, newSize - 1]
  while (oldSize === newSize ? node > 0 : isOdd(node)) [node, last] = [half(node), half(last)]
  const [seed, ...siblings] = node === 0 ? [oldRoot, ...proof] : proof
  const made = seed && climbed({ node, last, seed, siblings })
  return made !== undefined && isEqualHash(made.old, oldRoot) && isEqualHash(made.now, newRoot)
}

/**
 * Roots above number `node` of a level: of the tree that ends with it, and of the one that ends
 * with number `last`. Undefined for a wrong number of siblings.
 */
function climbed(from: {
  readonly node: number
  readonly last: number
  readonly seed: Uint8Array
  readonly siblings: readonly Uint8Array[]
}): { readonly old: Uint8Array; readonly now: Uint8Array } | undefined {
  let { node, last, seed: old, seed: now } = from
  for (const sibling of from.siblings) {
    if (last === 0) return undefined
    if (isOdd(node) || node === last) {
      if (node > 0) old = hashNode(sibling, old)
      now = hashNode(sibling, now)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else now = hashNode(now, sibling)
    node = half(node)
    last = half(last)
  }
  return last === 0 ? { old, now } : undefined
}
