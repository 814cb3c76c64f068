import assert from 'node:assert/strict'
import { createECDH, generateKeyPairSync, generatePrimeSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { NAMED_CURVES } from '../src/arithmetic/curves.ts'
import { isOnCurve, multiple, publicPoint } from '../src/arithmetic/ec.ts'
import {
  bitLength,
  fromBigEndian,
  fromLittleEndian,
  gcd,
  inverse,
  isProbablePrime,
  power,
  squareRoot,
  toBigEndian,
} from '../src/arithmetic/modular.ts'
import { opensslPower } from '../src/arithmetic/openssl_power.ts'
import {
  completeRsa,
  factorsFromExponent,
  isRsa,
  primesFromCrtExponent,
} from '../src/arithmetic/rsa.ts'
import { keyFromDer } from '../src/der_keys/key_from_der.ts'
import type { RsaMaterial } from '../src/material/key_material.ts'
import { UNLIMITED } from '../src/material/work_budget.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const positive = fc.bigInt({ min: 1n, max: (1n << 600n) - 1n })

describe('whole numbers', () => {
  it('bytes and numbers go both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
        assert.deepEqual([...toBigEndian(fromBigEndian(bytes), bytes.length)], [...bytes])
        assert.equal(fromLittleEndian(bytes), fromBigEndian(bytes.toReversed()))
      }),
      { numRuns },
    )
  })

  it('powers, inverses, roots and lengths are what they are defined to be', () => {
    fc.assert(
      fc.property(positive, positive, fc.nat(200), (a, m, e) => {
        let expected = 1n % m
        for (let i = 0; i < e; i++) expected = (expected * a) % m
        assert.equal(power(a, BigInt(e), m), expected)
        const inverted = inverse(a, m)
        if (inverted === undefined) assert.ok(m === 1n || gcd(a, m) !== 1n)
        else assert.equal((a * inverted) % m, 1n)
        const root = squareRoot(a)
        assert.ok(root * root <= a && (root + 1n) * (root + 1n) > a)
        assert.equal(bitLength(a), a.toString(2).length)
      }),
      { numRuns },
    )
  })

  it('powers by OpenSSL are those of whole numbers, and there are none where it takes no such modulus', () => {
    const base = fc.bigInt({ min: 1n, max: 1n << 64n })
    const modulus = fc.bigInt({ min: 1n << 370n, max: (1n << 1030n) - 1n })
    fc.assert(
      fc.property(base, modulus, positive, (a, half, e) => {
        const m = 2n * half + 1n
        const raise = opensslPower(e % m, m)
        assert.equal(raise === undefined, bitLength(m) <= 380)
        if (raise !== undefined && e % m > 2n) assert.equal(raise(a), power(a, e % m, m))
      }),
      { numRuns },
    )
    assert.equal(opensslPower(3n, (1n << 200n) + 1n), undefined)
    assert.equal(opensslPower(3n, (1n << 4000n) + 1n), undefined)
    assert.equal(opensslPower(3n, 1n << 512n)?.(3n), undefined)
  })

  it('primes of every size are distinguished from products of two, whatever divides them less one', () => {
    for (const bits of [128, 383, 384, 512, 1024]) {
      const [p, q] = [0, 1].map(() => generatePrimeSync(bits, { bigint: true }))
      assert.ok(isProbablePrime(p ?? 0n), `${bits}`)
      assert.ok(!isProbablePrime((p ?? 0n) * (q ?? 0n)), `${bits}`)
    }
    // 2^64 divides it less one: the squares are examined as well.
    assert.ok(isProbablePrime(((1n << 440n) + 0x183n) * (1n << 64n) + 1n))
    assert.ok(!isProbablePrime(2n ** 512n + 1n))
  })

  it('primes are distinguished from products and from pseudoprimes to the base 2', () => {
    for (const prime of [2n, 3n, 53n, 65_537n, (1n << 521n) - 1n]) assert.ok(isProbablePrime(prime))
    // 2047 and 3215031751 pass for the base 2.
    for (const other of [0n, 1n, 9n, 2047n, 3_215_031_751n * 3n, (1n << 521n) + 1n]) {
      assert.ok(!isProbablePrime(other))
    }
  })
})

describe('the parameters of curves are those of OpenSSL', () => {
  for (const curve of NAMED_CURVES) {
    it(curve.curve, () => {
      const pair = createECDH(curve.openssl)
      pair.generateKeys()
      const d = fromBigEndian(pair.getPrivateKey())
      const point = pair.getPublicKey()
      const half = curve.lengthBytes
      const expected = {
        x: fromBigEndian(point.subarray(1, 1 + half)),
        y: fromBigEndian(point.subarray(1 + half)),
      }
      const base = { x: curve.gx, y: curve.gy }
      assert.deepEqual(multiple(curve, base, d), expected)
      assert.deepEqual(publicPoint(curve.curve, d), expected)
      assert.ok(isOnCurve(curve, expected))
      assert.ok(!isOnCurve(curve, { ...expected, x: expected.x + 1n }))
      assert.equal(publicPoint(curve.curve, 0n), undefined)
      assert.equal(publicPoint(curve.curve, curve.n), undefined)
      assert.equal(multiple(curve, base, curve.n), undefined)
    })
  }
})

interface Rsa extends RsaMaterial {
  readonly p: bigint
  readonly q: bigint
  readonly d: bigint
}

function rsa(modulusLength: number, publicExponent = 65_537): Rsa {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength, publicExponent }))
  const material = keyFromDer(privateKey.export({ format: 'der', type: 'pkcs1' }))?.material
  assert.ok(material?.type === 'rsa')
  const { p, q, d } = material
  assert.ok(p !== undefined && q !== undefined && d !== undefined)
  return { ...material, p, q, d }
}

const keys = [rsa(512), rsa(1024), rsa(1024, 3), rsa(2048)]
const { n, e, d, p, q } = rsa(1024)
const [dP, dQ] = [d % (p - 1n), d % (q - 1n)]
const qInv = inverse(q, p)

const complete = { n, e, d, p, q, dP, dQ, qInv }

describe('primes from exponents', () => {
  it('n, e and d give the primes, with d by λ and by φ, and with multiples added', () => {
    for (const key of keys) {
      const phi = (key.p - 1n) * (key.q - 1n)
      const lambda = phi / gcd(key.p - 1n, key.q - 1n)
      const byPhi = inverse(key.e, phi)
      const byLambda = inverse(key.e, lambda)
      assert.ok(byPhi !== undefined && byLambda !== undefined)
      for (const exponent of [byPhi, byLambda, byLambda + lambda]) {
        const found = factorsFromExponent(key.n, key.e, exponent)
        assert.ok(found && found.p * found.q === key.n && found.p > 1n && found.q > 1n)
      }
    }
  })

  it('n, e and d by λ give the primes, also where p − 1 and q − 1 have much in common', () => {
    for (const add of [66n, 256n, 1022n]) {
      const primes = () => generatePrimeSync(512, { add, rem: 1n, bigint: true })
      let [one, two] = [primes(), primes()]
      while (gcd(one - 1n, two - 1n) > 1024n) [one, two] = [two, primes()]
      const lambda = ((one - 1n) * (two - 1n)) / gcd(one - 1n, two - 1n)
      const exponent = inverse(65_537n, lambda) ?? assert.fail()
      // With a multiple added, so that no small k comes of it by chance.
      const found = factorsFromExponent(one * two, 65_537n, exponent + lambda)
      assert.equal(found && [found.p, found.q].includes(one), true)
      assert.equal(factorsFromExponent(one * two, 65_537n, exponent >> 8n), undefined)
    }
  })

  it('a large public exponent takes the slow way, and gives the primes too', () => {
    const found = factorsFromExponent(n, d, e)
    assert.equal(found && [found.p, found.q].includes(p), true)
  })

  it('dP gives p, and p only by chance others', () => {
    assert.ok(primesFromCrtExponent(dP, e).includes(p))
    assert.ok(primesFromCrtExponent(dQ, e).includes(q))
  })
})

describe('an RSA key from some of its parts', () => {
  const sets = [
    { name: 'all', parts: complete },
    { name: 'p and q swapped', parts: { ...complete, p: q, q: p } },
    { name: 'without d', parts: { n, e, p, q } },
    { name: 'n damaged', parts: { ...complete, n: n ^ (1n << 900n) } },
    { name: 'p damaged', parts: { ...complete, p: p ^ 4n } },
    { name: 'q damaged', parts: { ...complete, q: q ^ 4n } },
    { name: 'd damaged', parts: { ...complete, d: d ^ 4n } },
    { name: 'e damaged', parts: { ...complete, e: e ^ 4n } },
    { name: 'p and q damaged', parts: { ...complete, p: p ^ 4n, q: q ^ 4n } },
    { name: 'the CRT values', parts: { dP, dQ, qInv } },
    { name: 'q, dP and qInv', parts: { q, dP, qInv } },
  ]
  for (const { name, parts } of sets) {
    it(`${name}: the same key`, () => {
      const found = completeRsa(parts, UNLIMITED)?.material
      assert.ok(found)
      assert.deepEqual([found.n, found.e, found.p, found.q], [n, e, p, q])
    })
  }
})

describe('numbers that are no RSA key', () => {
  const foreign = rsa(1024)
  const misfits = [
    { name: 'n, p and q of two keys', parts: { n, e, p: foreign.p, q: foreign.q } },
    { name: 'd of another key', parts: { n, e, d: foreign.d } },
    { name: 'primes that are products', parts: { n: n * 9n, e, p: p * 3n, q: q * 3n } },
    { name: 'p = 1', parts: { n, e, p: 1n, q: n } },
    { name: 'p = q', parts: { n: p * p, e, p, q: p } },
    { name: 'an even exponent', parts: { n, e: 4n, p, q } },
    { name: 'all zero', parts: { n: 0n, e: 0n, d: 0n, p: 0n, q: 0n, dP: 0n, dQ: 0n, qInv: 0n } },
    { name: 'all one', parts: { n: 1n, e: 1n, d: 1n, p: 1n, q: 1n, dP: 1n, dQ: 1n, qInv: 1n } },
    { name: 'small primes', parts: { n: 77n, e: 7n, p: 11n, q: 7n } },
  ]
  for (const { name, parts } of misfits) {
    it(`${name}: nothing`, () => assert.equal(completeRsa(parts, UNLIMITED), undefined))
  }
})

it('numbers of any size are checked without an error', () => {
  const part = fc.option(
    fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: 1n << 700n })),
    { nil: undefined },
  )
  const parts = fc.record({
    n: part,
    e: part,
    d: part,
    p: part,
    q: part,
    dP: part,
    dQ: part,
    qInv: part,
  })
  fc.assert(
    fc.property(parts, (any) => {
      const found = completeRsa(any, UNLIMITED)
      assert.ok(found === undefined || isRsa(found.material, UNLIMITED))
    }),
    { numRuns },
  )
})
