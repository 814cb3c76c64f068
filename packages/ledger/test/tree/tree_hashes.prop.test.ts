import assert from 'node:assert/strict'
import { it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import * as fc from 'fast-check'
import { type EntryOutline, outlineOf } from '../../src/tree/entry.ts'
import { perfectRoot } from '../../src/tree/growing_tree.ts'
import { readBundle, writeBundle } from '../../src/tree/tiles.ts'
import { hashLeaf } from '../../src/tree/tree.ts'
import { BundleReader, OUTLINE_WORDS } from '../../src/tree/tree_hashes.ts'

/** The oracle of {@link BundleReader}. */
function readBundleReference(
  bundle: Uint8Array,
  count: number,
): { root: Uint8Array; outlines: readonly EntryOutline[] } | undefined {
  const entries = readBundle(bundle)
  if (entries === undefined || entries.length !== count) return undefined
  try {
    const outlines = entries.map(outlineOf).filter((each) => each !== undefined)
    return { root: perfectRoot(entries.map(hashLeaf)), outlines }
  } catch (cause) {
    if (cause instanceof MintmarkError) return undefined
    throw cause
  }
}

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const reader = new BundleReader()

/** Lengths around those at which a message takes another block, and those at which an entry is cut short. */
const length = fc.oneof(
  fc.nat(300),
  fc.tuple(fc.nat(6), fc.integer({ min: 50, max: 66 })).map(([blocks, rest]) => 64 * blocks + rest),
)
const bytes = length.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
/** Version and kind are mostly right: else no bundle would be whole. */
const kind = fc.oneof({ weight: 300, arbitrary: fc.constantFrom(1, 1, 2, 3) }, fc.nat(255))
const version = fc.oneof({ weight: 300, arbitrary: fc.constant(1) }, fc.nat(255))
const expiry = fc.oneof({ weight: 300, arbitrary: fc.maxSafeNat() }, fc.constant(2 ** 53))
const entry = fc.tuple(bytes, version, kind, expiry).map(([own, first, second, expiresMs]) => {
  const made = Buffer.concat([Buffer.of(first, second), own, Buffer.alloc(second === 3 ? 0 : 64)])
  if (second === 1) made.writeBigUInt64BE(BigInt(expiresMs), 58)
  if (second === 2) made.writeBigUInt64BE(BigInt(expiresMs), 50)
  return made
})

interface Read {
  readonly root: string
  readonly outlines: readonly (readonly [boolean, string, number])[]
}

function byKernel(bundle: Uint8Array, count: number): Read | undefined {
  const reading = reader.read(bundle, count)
  if (reading === undefined) return undefined
  const view = Buffer.from(reading.outlines)
  const outlines = Array.from({ length: view.length / (4 * OUTLINE_WORDS) }, (_, i) => {
    const one = view.subarray(4 * OUTLINE_WORDS * i)
    const words = Array.from({ length: 12 }, (_word, at) => one.readUInt32LE(8 + 4 * at))
    const text = words.map((word) => word.toString(16).padStart(8, '0')).join('')
    return [one.readUInt32LE(0) === 1, text, one.readDoubleLE(56)] as const
  })
  return { root: Buffer.from(reading.root).toString('hex'), outlines }
}

function byReference(bundle: Uint8Array, count: number): Read | undefined {
  const reading = readBundleReference(bundle, count)
  if (reading === undefined) return undefined
  const outlines = reading.outlines.map(({ isRevocation, id, inputHash, expiresMs }) => {
    const text = Buffer.concat([id, inputHash]).toString('hex')
    return [isRevocation, text, expiresMs] as const
  })
  return { root: Buffer.from(reading.root).toString('hex'), outlines }
}

it('the kernel reads of a bundle what the reference reads', () => {
  const count = fc.nat(6).map((power) => 2 ** power)
  const bundle = count.chain((many) => fc.array(entry, { minLength: many, maxLength: many }))
  let whole = 0
  fc.assert(
    fc.property(bundle, (entries) => {
      const written = writeBundle(entries)
      const expected = byReference(written, entries.length)
      if (expected !== undefined) whole++
      assert.deepEqual(byKernel(written, entries.length), expected)
    }),
    { numRuns },
  )
  assert.ok(whole > numRuns / 3, `${whole} whole bundles`)
})

it('the kernel takes none that is cut, has more in it, or has another count', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 4, maxLength: 4 }), fc.nat(), (entries, at) => {
      const written = writeBundle(entries)
      const cut = written.subarray(0, at % written.length)
      assert.deepEqual(byKernel(cut, 4), byReference(cut, 4))
      const more = Buffer.concat([written, Buffer.alloc(1 + (at % 3))])
      assert.deepEqual([byKernel(more, 4), byReference(more, 4)], [undefined, undefined])
      assert.equal(reader.read(written, 2), undefined)
      assert.equal(reader.read(written, 8), undefined)
    }),
    { numRuns: Math.ceil(numRuns / 4) },
  )
})

it('the kernel takes any bytes at all for a bundle or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(3), (any, power) => {
      assert.deepEqual(byKernel(any, 2 ** power), byReference(any, 2 ** power))
    }),
    { numRuns },
  )
})

it('the kernel takes a full bundle of the longest entries, beside the shortest', () => {
  const entries = Array.from({ length: 256 }, (_, i) => {
    const made = Buffer.alloc(i % 3 === 0 ? 65_535 : 66 + (i % 7), i)
    made.set([1, 1])
    made.writeBigUInt64BE(BigInt(i), 58)
    return made
  })
  const bundle = writeBundle(entries)
  assert.deepEqual(byKernel(bundle, 256), byReference(bundle, 256))
})
