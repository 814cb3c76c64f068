import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { fromBigEndian } from '../src/arithmetic/modular.ts'
import { BEFORE, type Candidate, ConjugateKernel, ORDERS } from '../src/conjugate.ts'
import {
  candidatesReference,
  gatherReference,
  spanOf,
  testReference,
} from '../src/conjugate_reference.ts'
import { rsaGroups } from '../src/known/rsa_group.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200)
/** A budget that is never spent. */
const ENDLESS = 2 ** 60

const number = (text: string | undefined): bigint =>
  fromBigEndian(Buffer.from(text ?? '', 'base64url'))

function rsa(bits: number): { n: bigint; e: bigint; p: bigint; q: bigint } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const { n, e, p, q } = privateKey.export({ format: 'jwk' })
  return { n: number(n), e: number(e), p: number(p), q: number(q) }
}

const KEYS = [rsa(512), rsa(512), rsa(1024)]
const kernel = new ConjugateKernel()
const groups = rsaGroups(
  kernel,
  KEYS.map(({ n, e }) => ({ type: 'rsa', n, e, p: undefined, q: undefined, d: undefined })),
)

const byPlace = (a: Candidate, b: Candidate): number =>
  a.at - b.at || a.order - b.order || a.kind.localeCompare(b.kind)

/** The number's bytes as an order lays them. */
function laid(value: bigint, length: number, order: number): Uint8Array {
  const span = spanOf(order, length)
  const little = Buffer.from(value.toString(16).padStart(span * 2, '0'), 'hex').toReversed()
  // Every order is its own inverse on whole words.
  return order === 2 || order === 3
    ? gatherReference(gatherReference(little, order === 2 ? 5 : 4), 1)
    : gatherReference(little, order)
}

const LENGTHS = [
  '0220',
  '022100',
  '0240',
  '024100',
  '0440',
  '00000020',
  '0000004100',
  '012000',
  '01210000',
  '01410000',
  '2100000000000000',
  '5100000000000000',
  '08000000',
  '00000010',
  '40000000',
]

/** Bytes of which many look like parts of numbers: a value now and then between random bytes, zeros and text. */
const pieces = fc.array(
  fc.oneof(
    fc.uint8Array({ minLength: 0, maxLength: 90 }),
    fc.constant(new Uint8Array(16)),
    fc.constant(new Uint8Array(24).fill(0x41)),
    fc.constant(new Uint8Array(8).fill(0xff)),
    // Lengths as DER, SSH, libgcrypt, allocators and arrays write them.
    fc.constantFrom(...LENGTHS).map((hex) => Buffer.from(hex, 'hex')),
    fc
      .record({
        key: fc.constantFrom(...KEYS),
        order: fc.nat(5),
        add: fc.constantFrom(0n, 1n, -1n, 5n),
        isNegated: fc.boolean(),
      })
      .map(({ key, order, add, isNegated }) => {
        const length = key.n >> 600n === 0n ? 32 : 64
        const value = key.p + add
        return laid(isNegated ? (1n << BigInt(length * 8)) - value : value, length, order)
      }),
  ),
  { maxLength: 12 },
)

const joined = pieces.map((parts) => new Uint8Array(Buffer.concat(parts)))

describe('the conjugate kernel', () => {
  for (const group of groups) {
    it(`lists the candidates that the reference lists (${group.bits} bits)`, () => {
      fc.assert(
        fc.property(joined, fc.constantFrom(0xffff, 0x0101), (bytes, beside) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice().subarray(BEFORE)
          const lost = kernel.candidates(group.shape, bytes.length, beside, ORDERS.length)
          assert.equal(lost, 0)
          const found = [0, 1, 2, 3].map((list) => kernel.listed(list).toSorted(byPlace))
          const expected = candidatesReference(slice, group.shape, bytes.length, beside)
          assert.deepEqual(
            found,
            expected.map((list) => list.toSorted(byPlace)),
          )
        }),
        { numRuns: RUNS },
      )
    })

    it(`finds the factors that the reference finds (${group.bits} bits)`, () => {
      let hits = 0
      fc.assert(
        fc.property(joined, (bytes) => {
          kernel.load(bytes, 0, bytes.length)
          const slice = kernel.slice.slice(BEFORE)
          kernel.candidates(group.shape, bytes.length, 0xffff, ORDERS.length)
          kernel.reset()
          const moduli = group.keys.map(({ n }) => n)
          for (const list of [0, 1, 2, 3]) {
            const found = kernel.test(list, 0, group.shape, group.table, ENDLESS).hits
            const expected = kernel
              .listed(list)
              .flatMap((candidate) =>
                testReference(slice, candidate, group.shape, moduli).map((hit) =>
                  Object.assign({}, candidate, hit),
                ),
              )
            hits += expected.length
            assert.deepEqual(found, expected)
          }
        }),
        { numRuns: RUNS },
      )
      assert.ok(hits > RUNS / 20, `only ${hits} factors were planted`)
    })
  }
})

describe('the conjugate kernel alone', () => {
  it('finds p in every order at every alignment that the order has', () => {
    const group = groups[1]
    const key = KEYS[2]
    assert.ok(group !== undefined && key !== undefined)
    for (const [order, { alignment }] of ORDERS.entries()) {
      for (let at = 0; at < 48; at += alignment) {
        const bytes = new Uint8Array(256)
        bytes.set(laid(key.p, 64, order), at)
        kernel.load(bytes, 0, bytes.length)
        kernel.candidates(group.shape, bytes.length, 0x0101, ORDERS.length)
        kernel.reset()
        const { hits } = kernel.test(0, 0, group.shape, group.table, ENDLESS)
        assert.ok(
          hits.some((hit) => hit.at === at && hit.order === order && hit.kind === 'factor'),
          `order ${order} at ${at}`,
        )
      }
    }
  })
})
