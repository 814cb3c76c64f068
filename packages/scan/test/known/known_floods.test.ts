import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { rsaGroups } from '../../src/known/rsa/rsa_group.ts'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { ConjugateKernel, ORDERS, SLICE } from '../../src/slices/conjugate.ts'
import { randomFrom, testKey } from './known_plants.ts'

const KEYS = Array.from({ length: 24 }, () => testKey(1024))
const kernel = new ConjugateKernel()
const [group] = rsaGroups(
  kernel,
  KEYS.map(({ n, e }) => ({ type: 'rsa', n, e, p: undefined, q: undefined, d: undefined })),
)
assert.ok(group !== undefined)

/** Bytes that repeat `part` with changes that `change` makes to each copy. */
function flood(part: Uint8Array, change: (copy: Uint8Array, index: number) => void): Uint8Array {
  const bytes = new Uint8Array(SLICE)
  for (let at = 0; at < SLICE; at += part.length) {
    bytes.set(part.subarray(0, SLICE - at), at)
    change(bytes.subarray(at, at + part.length), at / part.length)
  }
  return bytes
}

const next = randomFrom(7)
const random = (length: number): Uint8Array => Uint8Array.from({ length }, () => next() * 256)
const foreign = testKey(1024)
const prime = Uint8Array.from(toBigEndian(foreign.p, 64)).toReversed()
const nothing = (): void => {}

const FLOODS: Readonly<Record<string, Uint8Array>> = {
  'random bytes': random(SLICE),
  zeros: new Uint8Array(SLICE),
  ones: new Uint8Array(SLICE).fill(0xff),
  text: Uint8Array.from({ length: SLICE }, () => 0x41 + next() * 26),
  'a prime over and over': flood(prime, nothing),
  'primes with a size before each': flood(
    Uint8Array.from([...Buffer.alloc(8, 0), ...prime]),
    (copy) => copy.set([0x40], 0),
  ),
  'numbers with small differences': flood(prime, (copy, index) => {
    copy.set([index & 0xff, index >> 8], 4)
  }),
  'one limb over and over': flood(random(8), nothing),
}

/** What a slice may cost in the tests of all windows that something marks, in nanoseconds a byte. */
const BOUND = 40

describe('a flood', () => {
  for (const [name, bytes] of Object.entries(FLOODS)) {
    it(`of ${name} stops the tests of factors at their budget`, () => {
      kernel.load(bytes, 0, SLICE)
      const orders = ORDERS.length
      kernel.candidates(group.shape, SLICE, { beside: 0x0101, orders, isEvery: true, aligned: 0 })
      kernel.reset()
      const budget = BOUND * SLICE
      const sizes = [...kernel.sizes]
      let probed = 0
      for (let list = 0; list < 5; list++) {
        probed += kernel.test(list, group.shape, group.table, budget).next
      }
      // One window more than the budget allows, at most: two divisions and all screens.
      assert.ok(kernel.spent <= budget + 10_000, `${kernel.spent} of ${budget}`)
      const all = sizes.reduce((sum, size) => sum + size, 0)
      assert.ok(probed === all || kernel.spent >= budget, `${probed} of ${all}`)
    })

    it(`of ${name} does not hide a key behind it`, () => {
      const [key] = KEYS
      assert.ok(key !== undefined)
      const tail = new Uint8Array(4096)
      tail.set(toBigEndian(key.p, 64).toReversed(), 2048)
      const joined = Buffer.concat([bytes, tail])
      const search = new KnownKeySearch(
        KEYS.map(({ publicKey }) => publicKey),
        { deep: false },
      )
      const hits = search.search(joined, 0, joined.length)
      assert.ok(hits.some(({ offset }) => offset === SLICE + 2048))
    })
  }
})

it('exponents that are damaged, each in its own way, are examined as far as there is time, which is reported', () => {
  const [key] = KEYS
  assert.ok(key !== undefined)
  const d = toBigEndian(key.d, 128).toReversed()
  const bytes = flood(Uint8Array.from([...d, ...Buffer.alloc(8)]), (copy, index) => {
    if (copy.length > 9) copy.set([1 + (index & 0x7f), index >> 7], 8)
  })
  const search = new KnownKeySearch([key.publicKey], { deep: false })
  const hits = search.search(bytes, 0, bytes.length)
  assert.ok(hits.length > 0 && hits.length < 2000, `${hits.length} hits`)
  assert.ok(search.limits.includes('exponents'), search.limits.join())
})
