/** The kernel of `number_products.ts`, held against BigInt. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromBigEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import * as fc from 'fast-check'
import { numberAt } from '../../src/known/rsa/slice_numbers.ts'
import { BEFORE, ConjugateKernel, ORDERS } from '../../src/slices/conjugate.ts'
import { randomFrom } from '../known/known_plants.ts'
import { laid } from './conjugate_world.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 60)
const kernel = new ConjugateKernel()

/** An odd number of exactly so many bits: at random, all ones, or the least. */
function moduliOf(bits: number): fc.Arbitrary<bigint> {
  const top = 1n << BigInt(bits - 1)
  const any = fc.bigInt({ min: 0n, max: top - 1n }).map((rest) => top | rest | 1n)
  return fc.oneof(any, fc.constant(2n * top - 1n), fc.constant(top | 1n))
}

/** Places of a slice in an order, where that order has some. */
const places = fc.array(
  fc
    .record({ at: fc.nat(2000), order: fc.nat(ORDERS.length - 1) })
    .map(({ at, order }) => ({ at: at - (at % (ORDERS[order]?.alignment ?? 1)), order })),
  { maxLength: 6 },
)
/** What a slice is filled with: this byte, or noise. */
const fillings = fc.oneof(
  fc.constantFrom(0, 0xff),
  fc.nat().map((seed) => ({ seed })),
)

function filled(filling: number | { readonly seed: number }): Uint8Array {
  if (typeof filling === 'number') return new Uint8Array(4096).fill(filling)
  const next = randomFrom(filling.seed)
  return Uint8Array.from({ length: 4096 }, () => next() * 256)
}

/** What numbers of so many bytes lack to constants, and each time a limb's power of two less, multiplied modulo n. */
function productReference(
  n: bigint,
  numbers: readonly bigint[],
  {
    constants,
    digits,
    bytes,
  }: { readonly constants: readonly bigint[]; readonly digits: number; readonly bytes: number },
): bigint {
  const shift = inverse(1n << BigInt(28 * digits), n) ?? 0n
  const lacking = numbers.flatMap((number) =>
    constants.map((constant) => constant - BigInt.asUintN(8 * bytes, number)),
  )
  return lacking.reduce((product, each) => (((product * each) % n) * shift) % n, 1n)
}

describe('the kernel of products', () => {
  // Of 4,096 bits and more, columns are carried on the way.
  for (const bits of [512, 1000, 1024, 2047, 2048, 2049, 3072, 4096, 8192, 16_384]) {
    it(`multiplies what numbers lack to constants (${bits} bits)`, () => {
      const length = Math.ceil(bits / 16)
      const constants = [1n << BigInt(bits), 1n << BigInt(2 * bits + 64)]
      fc.assert(
        fc.property(
          fc.array(moduliOf(bits), { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 1, max: 2 }),
          fillings,
          places,
          (moduli, count, filling, numbers) => {
            const content = filled(filling)
            const mark = kernel.mark()
            const table = kernel.products.enter(moduli, bits, constants.slice(0, count))
            kernel.load(content, 0, content.length)
            kernel.products.multiply(table, numbers, length)
            for (const [key, n] of moduli.entries()) {
              const values = numbers.map((number) => numberAt(kernel, number, length))
              const expected = productReference(n, values, {
                constants: constants.slice(0, count),
                digits: table.digits,
                // Of whole words some bytes are none of the number.
                bytes: length,
              })
              const product = kernel.products.take(table, key)
              assert.ok((product - expected) % n === 0n)
              assert.ok(product < 2n * n)
              assert.ok(kernel.products.take(table, key) === 1n, 'it was not forgotten')
            }
            kernel.release(mark)
          },
        ),
        { numRuns: Math.ceil((numRuns * 1024) / Math.max(1024, bits)) },
      )
    })
  }

  it('is a multiple of a factor of n exactly where a number lacks one to a constant', () => {
    const [p, q] = [(1n << 127n) - 1n, (1n << 521n) - 1n]
    const n = p * q
    const bits = 648
    const radix = 1n << BigInt(bits)
    const table = kernel.products.enter([n], bits, [radix])
    const content = new Uint8Array(1024).fill(0x5a)
    const number = { at: 512, order: 1 }
    for (const [x, isThere] of [
      [radix % q, true],
      [(radix % q) + 1n, false],
    ] as const) {
      content.set(laid(x, 66, 1), 512)
      assert.equal(fromBigEndian(content.subarray(512, 512 + 66)), x)
      kernel.load(content, 0, content.length)
      assert.equal(kernel.slice[BEFORE], 0x5a)
      kernel.products.multiply(table, [{ at: 0, order: 0 }, number, { at: 64, order: 0 }], 66)
      assert.equal(kernel.products.take(table, 0) % q === 0n, isThere)
    }
  })
})
