import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import { isObject } from '@mintmark/core'
import * as fc from 'fast-check'
import { formatHead } from '../../src/notes/checkpoint.ts'
import { formatNote, NoteSigner } from '../../src/notes/note.ts'
import { GrowingTree } from '../../src/tree/growing_tree.ts'
import { TileTree } from '../../src/tree/tile_tree.ts'
import {
  EMPTY_ROOT,
  hashLeaf,
  hashNode,
  splitPoint,
  verifyConsistency,
  verifyInclusion,
} from '../../src/tree/tree.ts'

/** Root of a few leaf hashes, straight from the definition. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return EMPTY_ROOT
  if (leaves.length === 1) return first
  const at = splitPoint(leaves.length)
  return hashNode(rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)))
}

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 100)
const entryOf = (i: number) => Buffer.from(`entry ${i}`)
const LEAVES = Array.from({ length: 1200 }, (_, i) => hashLeaf(entryOf(i)))

/** Appends in parts, and keeps what would be published after each. */
function grown(parts: readonly number[]) {
  const tree = new GrowingTree()
  const files = new Map<string, Uint8Array>()
  for (const part of parts) {
    for (let i = 0; i < part; i++) tree.append(entryOf(tree.size))
    for (const { path, bytes } of [...tree.takeFull(), ...tree.partials()]) files.set(path, bytes)
  }
  const read = (path: string) => Promise.resolve(files.get(path))
  return { tree, tiles: new TileTree(tree.size, read) }
}

/** Sizes around those at which tiles fill, and any other. */
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 1200 }),
  fc.constantFrom(255, 256, 257, 511, 512, 513),
)
const flipped = (bytes: Uint8Array, bit: number) => {
  const copy = Uint8Array.from(bytes)
  const at = Math.floor(bit / 8) % copy.length
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8))
  return copy
}

describe('a growing tree', () => {
  it('has the root of the definition, however its entries came', () => {
    const parts = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(parts, (counts) => {
        const { tree } = grown(counts)
        assert.deepEqual(tree.root(), rootOf(LEAVES.slice(0, tree.size)))
        const [one, ...rest] = [grown([tree.size]).tree, new GrowingTree(tree.edge())]
        for (const other of [one, ...rest]) {
          assert.deepEqual(other.root(), tree.root())
          assert.deepEqual(other.partials(), tree.partials())
        }
      }),
      { numRuns },
    )
  })
})

describe('tiles', () => {
  it('give an inclusion proof of every entry in every earlier tree, and none that bends', async () => {
    const cases = fc.tuple(sizes, fc.nat(), fc.nat(), fc.nat(10_000))
    await fc.assert(
      fc.asyncProperty(cases, async ([total, sizeSeed, indexSeed, bit]) => {
        const { tiles } = grown([total])
        const size = 1 + (sizeSeed % total)
        const index = indexSeed % size
        const proof = await tiles.inclusion(index, size)
        const root = rootOf(LEAVES.slice(0, size))
        const leaf = LEAVES[index] ?? new Uint8Array()
        const claim = { index, size, leaf, proof, root }
        assert.ok(verifyInclusion(claim))
        assert.equal(verifyInclusion({ ...claim, leaf: flipped(leaf, bit) }), false)
        assert.equal(verifyInclusion({ ...claim, root: flipped(root, bit) }), false)
        assert.equal(verifyInclusion({ ...claim, proof: [...proof, root] }), false)
        if (proof.length === 0) return
        const at = bit % proof.length
        const bent = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash))
        assert.equal(verifyInclusion({ ...claim, proof: bent }), false)
        assert.equal(verifyInclusion({ ...claim, proof: proof.slice(1) }), false)
      }),
      { numRuns },
    )
  })

  it('give a consistency proof between any two trees, and none that bends', async () => {
    const cases = fc.tuple(sizes, fc.nat(), fc.nat(), fc.nat(10_000))
    await fc.assert(
      fc.asyncProperty(cases, async ([total, newSeed, oldSeed, bit]) => {
        const { tiles } = grown([total])
        const newSize = 1 + (newSeed % total)
        const oldSize = 1 + (oldSeed % newSize)
        const proof = await tiles.consistency(oldSize, newSize)
        const oldRoot = await tiles.root(oldSize)
        const newRoot = await tiles.root(newSize)
        const claim = { oldSize, newSize, oldRoot, newRoot, proof }
        assert.ok(verifyConsistency(claim))
        assert.equal(verifyConsistency({ ...claim, oldRoot: flipped(oldRoot, bit) }), false)
        assert.equal(verifyConsistency({ ...claim, newRoot: flipped(newRoot, bit) }), false)
        if (proof.length === 0) return
        const at = bit % proof.length
        const bent = proof.map((hash, i) => (i === at ? flipped(hash, bit) : hash))
        assert.equal(verifyConsistency({ ...claim, proof: bent }), false)
      }),
      { numRuns },
    )
  })

  it('that are missing fail with LEDGER_DAMAGED', async () => {
    const tiles = new TileTree(300, () => Promise.resolve(undefined))
    await assert.rejects(tiles.root(), { code: 'LEDGER_DAMAGED' })
  })
})

/** A function of the other implementation; these are not among its documented exports. */
function oracle(file: string, name: string): (...args: readonly unknown[]) => unknown {
  const loaded: unknown = createRequire(import.meta.url)(`@sigstore/verify/dist/tlog/${file}.js`)
  const found = isObject(loaded) ? loaded[name] : undefined
  if (typeof found !== 'function') throw new Error(`@sigstore/verify has no ${name} any more`)
  return (...args) => Reflect.apply(found, undefined, args)
}

describe('a second implementation, @sigstore/verify', () => {
  const verifyMerkleInclusion = oracle('merkle', 'verifyMerkleInclusion')
  const verifyCheckpoint = oracle('checkpoint', 'verifyCheckpoint')

  it('takes our checkpoints and inclusion proofs, and refuses them with other bytes', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const signer = new NoteSigner('log.example', 'log', privateKey)
    const logs = [{ logID: Buffer.from(signer.key.id, 'hex'), baseURL: 'log.example', publicKey }]
    for (const size of [1, 2, 7, 255, 256, 257, 700]) {
      const { tiles } = grown([size])
      const text = formatHead({ origin: 'log.example', size, root: await tiles.root() })
      const envelope = formatNote(text, [signer.sign(text)])
      for (const logIndex of new Set([0, size >> 1, size - 1])) {
        const hashes = await tiles.inclusion(logIndex)
        const inclusionProof = { logIndex, hashes, checkpoint: { envelope } }
        const entry = { canonicalizedBody: entryOf(logIndex), inclusionProof }
        const checkpoint = verifyCheckpoint(entry, logs)
        assert.ok(isObject(checkpoint))
        assert.equal(checkpoint['logSize'], BigInt(size))
        verifyMerkleInclusion(entry, checkpoint)
        const other = { ...entry, canonicalizedBody: entryOf(9999) }
        assert.throws(() => verifyMerkleInclusion(other, checkpoint))
      }
      const bent = { inclusionProof: { checkpoint: { envelope: envelope.replace('log', 'lag') } } }
      assert.throws(() => verifyCheckpoint(bent, logs))
    }
  })
})
