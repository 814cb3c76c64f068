import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { ConjugateKernel } from '../../src/slices/conjugate.ts'
import { javaArraysReference, javaNumbersReference } from './reference/java_objects.ts'

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) }
const LENGTH = 1024
const kernel = new ConjugateKernel()

/** Words of four bytes as heads of objects have them, and others. */
const word = fc.oneof(
  fc.constantFrom(0, 1, 3, 5, 9, 0x2318, 32, 34, 241, 242, 250, 256, 257, 258),
  fc.nat(0xffff_ffff),
)
/** Heads of arrays and the begins of numbers, whole or nearly so, and words, one behind the other from a multiple of 4 on. */
const head = fc.oneof(
  fc.tuple(fc.constantFrom(1, 5, 4), fc.nat(1), fc.constantFrom(0, 7), fc.constantFrom(31, 32, 34)),
  fc.tuple(
    fc.constantFrom(1, 9, 2),
    fc.nat(1),
    fc.constantFrom(0, 7, 0xffff_ffff),
    fc.constantFrom(0, 1, 2),
    fc.constantFrom(0, 0, 0, 3),
    fc.integer({ min: 240, max: 258 }),
  ),
  fc.array(word, { maxLength: 5 }),
)
const memory = fc.array(head, { maxLength: 60 }).map((heads) => {
  const bytes = Buffer.alloc(LENGTH)
  for (const [k, value] of heads
    .flat()
    .slice(0, LENGTH / 4)
    .entries()) {
    bytes.writeUInt32LE(value, 4 * k)
  }
  return new Uint8Array(bytes)
})

describe('the kernel of objects of the JVM', () => {
  it('finds the arrays that the reference finds', () => {
    const length = fc.constantFrom(31, 32, 34, 48)
    let found = 0
    fc.assert(
      fc.property(memory, length, length, fc.nat(LENGTH), (bytes, one, other, to) => {
        kernel.load(bytes, 0, LENGTH)
        const places = [...kernel.javaObjects('arrays', [one, other], to)]
        found += places.length
        assert.deepEqual(places, javaArraysReference(bytes, [one, other], to))
      }),
      RUNS,
    )
    assert.ok(found > 0, 'no array was ever found: the test says nothing')
  })

  it('finds the numbers that the reference finds', () => {
    const bits = fc.tuple(fc.integer({ min: 238, max: 252 }), fc.integer({ min: 249, max: 260 }))
    let found = 0
    fc.assert(
      fc.property(memory, bits, fc.nat(LENGTH), (bytes, sizes, to) => {
        kernel.load(bytes, 0, LENGTH)
        const places = [...kernel.javaObjects('numbers', sizes, to)]
        found += places.length
        assert.deepEqual(places, javaNumbersReference(bytes, sizes, to))
      }),
      RUNS,
    )
    assert.ok(found > 0, 'no number was ever found: the test says nothing')
  })
})
