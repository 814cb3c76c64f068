/** Keys that are broken on purpose are found, each by its own fault; sound ones are not. */
import assert from 'node:assert/strict'
import { createHash, generatePrimeSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { gcd, inverse, power } from '@mintmark/keys/arithmetic/modular'
import { selfTestOrigin } from '@mintmark/keys/public_half/self_test_keys'
import { readBlocklist, sharedFactors } from '../src/index.ts'
import { readDocument } from '../src/sources/document.ts'
import type { ListedKey } from '../src/sources/key.ts'
import { factorsShared } from '../src/weak/shared_factors.ts'
import { isPrimeModulus, rsaWeaknesses } from '../src/weak/weak_keys.ts'
import { ecKey, type Jwk, jwks, rsaKey, rsaOf } from './made_keys.ts'

const E = 65_537n
const prime = (bits: number) => generatePrimeSync(bits, { bigint: true })

function keyOf(jwk: Jwk): ListedKey {
  const read = readDocument(jwks(jwk))
  const [key] = 'document' in read ? read.document.keys : []
  assert.ok(key !== undefined)
  return key
}

describe('an RSA key', () => {
  it('that is sound has no weakness', () => {
    for (let i = 0; i < 8; i++) {
      const { n, e } = keyOf(rsaKey('k'))
      assert.ok(n !== undefined && e !== undefined)
      assert.deepEqual(rsaWeaknesses(n, e), [])
      assert.equal(isPrimeModulus(n), false)
    }
  })

  it('with a small factor', () => {
    for (const small of [3n, 65_537n])
      assert.deepEqual(rsaWeaknesses(small * prime(1024), E), ['small-factor'])
  })

  it('that is a prime', () => assert.equal(isPrimeModulus(prime(1024)), true))

  it('with primes that are close', () => {
    const p = prime(512)
    let q = p + 2n
    while (!isPrimeModulus(q)) q += 2n
    assert.deepEqual(rsaWeaknesses(p * q, E), ['close-primes'])
    assert.deepEqual(rsaWeaknesses(p * p, E), ['close-primes'])
  })

  it('of the form of ROCA', () => {
    // The generator of CVE-2017-15361: primes k · M + 65537^a mod M, with M the product of the first primes.
    let M = 1n
    for (const each of firstPrimes(39)) M *= BigInt(each)
    const roca = () => {
      for (;;) {
        const rest = power(E, BigInt(Math.floor(Math.random() * 1e9)), M)
        const candidate = prime(40) * M + rest
        if (isPrimeModulus(candidate)) return candidate
      }
    }
    assert.deepEqual(rsaWeaknesses(roca() * roca(), E), ['roca'])
  })

  it('with a small private exponent', () => {
    const [p, q] = [prime(512), prime(512)]
    const phi = (p - 1n) * (q - 1n)
    for (;;) {
      const d = prime(200)
      const e = inverse(d, phi)
      if (e === undefined) continue
      assert.ok(rsaWeaknesses(p * q, e).includes('small-private-exponent'))
      break
    }
    const large = inverse(prime(900), phi)
    assert.ok(large !== undefined)
    assert.ok(!rsaWeaknesses(p * q, large).includes('small-private-exponent'))
  })

  it('with a bad exponent', () => {
    const n = prime(512) * prime(512)
    for (const e of [1n, 2n, 3n, 65_536n, 1n << 257n])
      assert.ok(rsaWeaknesses(n, e).includes('exponent'), String(e))
    assert.deepEqual(rsaWeaknesses(n, 65_539n), [])
  })
})

function firstPrimes(count: number): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n)
  return primes
}

/** Numbers of 128 bits that have primes of their own, but for planted pairs. */
function moduli(count: number, planted: readonly (readonly [number, number])[]): bigint[] {
  const made = Array.from({ length: count }, () => prime(64) * prime(64))
  for (const [first, second] of planted) {
    const shared = prime(64)
    made[first] = shared * prime(64)
    made[second] = shared * prime(64)
  }
  return made
}

describe('a batch gcd', () => {
  it('finds each planted pair, and no other, in numbers of any count', () => {
    for (const count of [2, 3, 7, 64, 257]) {
      const planted = [[0, count - 1] as const, ...(count > 60 ? [[5, 44] as const] : [])]
      const { shared, pairs, isCut } = sharedFactors(moduli(count, planted))
      assert.deepEqual(
        pairs,
        planted.map(([first, second]) => ({ first, second })),
      )
      assert.deepEqual(
        shared,
        planted.flat().toSorted((x, y) => x - y),
      )
      assert.equal(isCut, false)
    }
  })

  it('finds whom each of three keys shares with, where each shares both primes', () => {
    const [p, q, r] = [prime(64), prime(64), prime(64)]
    const { pairs } = sharedFactors([p * q, q * r, r * p])
    assert.deepEqual(
      new Set(pairs.flatMap(({ first, second }) => [first, second])),
      new Set([0, 1, 2]),
    )
  })

  it('finds all where all share: one prime, or each with the next', () => {
    const [p, ...others] = Array.from({ length: 3001 }, () => prime(64))
    const one = others.map((q) => (p ?? 0n) * q)
    const chain = others.map((q, i) => q * (others[(i + 1) % others.length] ?? 0n))
    // A comparison of all pairs takes minutes.
    assert.equal(sharedFactors(one).pairs.length, 2999)
    const { shared, isCut } = sharedFactors(chain)
    assert.deepEqual([shared.length, isCut], [3000, true])
  })

  it('finds nothing in sound numbers, and nothing in none or one', () => {
    assert.deepEqual(sharedFactors(moduli(300, [])).shared, [])
    assert.deepEqual(sharedFactors([]).shared, [])
    assert.deepEqual(sharedFactors([15n]).shared, [])
  })

  it('finds a key both of whose primes others share', () => {
    const [p, q] = [prime(64), prime(64)]
    const { shared, pairs } = sharedFactors([
      p * q,
      p * prime(64),
      q * prime(64),
      prime(64) * prime(64),
    ])
    assert.deepEqual(shared, [0, 1, 2])
    assert.ok(pairs.some(({ first, second }) => first === 0 && second === 1))
    assert.ok(pairs.some(({ first, second }) => first === 0 && second === 2))
  })
})

describe('the trees of a batch gcd', () => {
  it('gives what a comparison of all pairs gives', () => {
    const numbers = moduli(40, [
      [1, 2],
      [10, 30],
      [30, 39],
    ])
    const found = factorsShared(numbers)
    for (const [i, number] of numbers.entries()) {
      const isShared = numbers.some((other, k) => k !== i && gcd(number, other) !== 1n)
      assert.equal(found[i] !== 1n, isShared)
    }
  })
})

describe('a point', () => {
  it('that is not on its curve is seen, one that is is not', () => {
    const good = ecKey('k')
    const y = Buffer.from(String(good['y']), 'base64url')
    y[31] = (y[31] ?? 0) ^ 1
    assert.equal(keyOf(good).isOnCurve, true)
    assert.equal(keyOf({ ...good, y: y.toString('base64url') }).isOnCurve, false)
  })
})

const publisherOf = (jwk: Jwk) => selfTestOrigin(keyOf(jwk).spkiSha256)

describe('a published key', () => {
  it('of RFC 7515, appendix A.3 is known, one that was just made is not', () => {
    const published = {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    }
    assert.equal(publisherOf(published), 'RFC 7515, appendix A.3')
    assert.equal(publisherOf(ecKey('k')), undefined)
  })

  it('of RFC 8032, which scan knows by its SPKI, is known as a JWK of RFC 8037', () => {
    const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
    assert.match(publisherOf({ kty: 'OKP', crv: 'Ed25519', x }) ?? '', /RFC 80/)
  })
})

const block = (value: Buffer, list: number) =>
  Buffer.concat([createHash('sha256').update(value).digest().subarray(0, 15), Buffer.of(list)])
const listOf = (...blocks: readonly Buffer[]) =>
  Buffer.concat(blocks.toSorted((x, y) => x.compare(y)))
const value = (jwk: Jwk, member: string) => Buffer.from(String(jwk[member]), 'base64url')

describe('a blocklist of badkeys', () => {
  const rsa = rsaOf(prime(512) * prime(512), E)
  const ec = ecKey('k')
  const filler = Array.from({ length: 50 }, (_, i) => block(Buffer.of(i), 9))

  it('names the list of an RSA modulus and of an x coordinate, and of no other key', () => {
    const list = readBlocklist(
      listOf(...filler, block(value(rsa, 'n'), 3), block(value(ec, 'x'), 26)),
    )
    assert.equal(list.entries, 52)
    assert.equal(list.listOf(keyOf(rsa)), 3)
    assert.equal(list.listOf(keyOf(ec)), 26)
    assert.equal(list.listOf(keyOf(ecKey('other'))), undefined)
  })

  it('that is none is refused: it would exclude nothing', () => {
    const sorted = listOf(...filler)
    for (const bytes of [Buffer.of(), sorted.subarray(1), Buffer.concat([sorted, sorted])])
      assert.throws(() => readBlocklist(bytes), { code: 'INPUT_INVALID' })
  })
})
