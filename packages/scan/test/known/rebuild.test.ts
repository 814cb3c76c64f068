import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gcd, inverse } from '@mintmark/keys/arithmetic/modular'
import { fromWhole } from '../../src/known/values/rebuild.ts'

/** Primes of which e · d by n comes out, in 52 bits, right above the fraction that it is below. */
const PRIMES = [
  {
    p: 0xea4641620c5d450b7a13515f98c4aa9c55ed3d39cbabc8e202ce3cf34c43d471n,
    q: 0xcf0471c703e5bfc9002932d79786d337242c218d4c1790d01ef234edc5758951n,
    divisor: 48n,
  },
  {
    p: 0xec50fd2ab71e06ada334368c12b9dc140b2f243ad43c39a6aa0c5bfe3f22afd5n,
    q: 0xd7cf2d24114b8315d85972947fbc06409ba678e03057095eff4895035101738fn,
    divisor: 6n,
  },
]
const e = 65537n
const PUBLIC = { type: 'rsa', p: undefined, q: undefined, d: undefined } as const
const byValue = (a = 0n, b = 0n): number => (a < b ? -1 : 1)

describe('a private exponent alone', () => {
  for (const { p, q, divisor } of PRIMES) {
    const phi = (p - 1n) * (q - 1n)
    for (const [name, modulus] of [
      ['φ(n)', phi],
      ['λ(n)', phi / divisor],
    ] as const) {
      it(`modulo ${name} gives the key, with ${divisor} dividing p − 1 and q − 1`, () => {
        assert.equal(gcd(p - 1n, q - 1n), divisor)
        const d = inverse(e, modulus) ?? assert.fail()
        const found = fromWhole({ ...PUBLIC, n: p * q, e }, d)
        assert.equal(found?.name, 'd')
        assert.deepEqual(
          [found.material.p, found.material.q].toSorted(byValue),
          [p, q].toSorted(byValue),
        )
      })
    }
  }
})
