import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ML_KEM, mlKemFromSeed } from '@mintmark/keys/arithmetic/ml_kem'
import {
  mlKemWords,
  mlKemWordsAround0,
  POLY_BYTES,
  Q,
} from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import {
  isSmallPolynomial,
  POLYNOMIAL_BYTES,
  smallPolynomials,
} from '@mintmark/keys/arithmetic/small_polynomials'
import * as fc from 'fast-check'

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 25) }

const [MLKEM512 = assert.fail()] = ML_KEM

/** A secret polynomial as libraries keep it. */
const secret = fc
  .tuple(fc.noBias(fc.uint8Array({ minLength: 64, maxLength: 64 })), fc.boolean())
  .map(([seed, isAround0]) => {
    const packed = mlKemFromSeed(MLKEM512, seed).secret.subarray(0, POLY_BYTES)
    return (isAround0 ? mlKemWordsAround0 : mlKemWords)(packed)
  })
/** What is beside them: numbers of the same range, of others, nothing. */
const beside = fc.oneof(
  fc
    .array(fc.integer({ min: 0, max: Q - 1 }), { maxLength: 900 })
    .map((numbers) => Buffer.from(Uint16Array.from(numbers).buffer)),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.nat({ max: 700 }).map((length) => Buffer.alloc(length)),
)
const memory = fc
  .array(fc.oneof(secret, beside), { minLength: 1, maxLength: 6 })
  .map((parts) => Buffer.concat(parts.map((part) => part.subarray(0, part.length & ~1))))

/** The same, at every even place by the whole transform. */
const reference = (bytes: Uint8Array, from: number, to: number): readonly number[] =>
  Array.from({ length: Math.max(0, (to - from) >> 1) }, (_, i) => from + 2 * i).filter((at) =>
    isSmallPolynomial(bytes, at),
  )

describe('secret polynomials of ML-KEM', () => {
  it('are found where the reference finds them', () => {
    let found = 0
    fc.assert(
      fc.property(memory, fc.nat(600), fc.nat(600), (bytes, before, behind) => {
        const from = Math.min(before & ~1, bytes.length)
        const to = Math.max(from, (bytes.length - behind) & ~1)
        const offsets = smallPolynomials(bytes, from, to, POLYNOMIAL_BYTES, () => true)
        found += offsets.length
        assert.deepEqual(offsets, reference(bytes, from, to))
      }),
      RUNS,
    )
    // A third of the parts are secrets, of which some begin or end outside: some 20 of 25 runs, give or take 6.
    assert.ok(found > RUNS.numRuns / 10, `${found}`)
  })

  it('of runs that are long enough are found by samples far apart', () => {
    // A sample of sixteen numbers is not taken for one in some 10^5 cases.
    let missed = 0
    fc.assert(
      fc.property(fc.array(secret, { minLength: 6, maxLength: 8 }), fc.nat(4000), (all, lead) => {
        const at = lead & ~1
        const bytes = Buffer.concat([Buffer.alloc(at), ...all, Buffer.alloc(5000)])
        const offsets = smallPolynomials(bytes, 0, bytes.length, 6 * POLYNOMIAL_BYTES, () => true)
        if (offsets.length === 0) missed++
        const expected = all.map((_, i) => at + i * POLYNOMIAL_BYTES)
        assert.deepEqual(offsets, offsets.length === 0 ? [] : expected)
      }),
      RUNS,
    )
    assert.ok(missed <= 1 + RUNS.numRuns / 1000, `${missed}`)
  })

  it('are examined no more than is allowed, whatever the bytes', () => {
    // The two sums are those of a secret at many offsets, and the numbers of none.
    const numbers = Uint16Array.from({ length: 40_000 }, (_, i) => {
      const number = 300 + (((i >> 2) * 7919) % 2700)
      return i % 4 < 2 ? number : Q - number
    })
    const bytes = Buffer.from(numbers.buffer)
    let probes = 0
    smallPolynomials(bytes, 0, bytes.length, POLYNOMIAL_BYTES, () => ++probes <= 20)
    assert.ok(probes > 20 && probes <= 40, `${probes}`)
  })
})
