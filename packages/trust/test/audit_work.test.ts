/** What an audit leaves out where arithmetic on keys takes too long, and that it says so. */
import assert from 'node:assert/strict'
import { generatePrimeSync, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { AUDIT_WORK, type AuditWork } from '../src/audit/audit.ts'
import { type AuditAnswer, findingsOf, isWhole } from '../src/index.ts'
import { isPrimeModulus, weaknessCost } from '../src/weak/weak_keys.ts'
import { audited } from './audited.ts'
import { type Jwk, jwks, rsaKey, rsaOf } from './made_keys.ts'

/** A modulus that only a test of the whole number shows to be no prime, mostly. */
function oddNumber(bits: number): bigint {
  const bytes = randomBytes(bits / 8)
  bytes[0] = (bytes[0] ?? 0) | 0x80
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 1
  return fromBigEndian(bytes)
}

const keyOf = (kid: string, n: bigint): Jwk => rsaOf(n, 65_537n, kid)
const prime = generatePrimeSync(1024, { bigint: true })

async function within(work: Partial<AuditWork>, ...keys: readonly Jwk[]): Promise<AuditAnswer> {
  return await audited([{ body: jwks(...keys) }], { work: { ...AUDIT_WORK, ...work } })
}

const isPrimeFound = (answer: AuditAnswer) =>
  findingsOf(answer).some(({ rule }) => rule === 'rsa-prime-modulus')

describe('the work of an audit', () => {
  it('is enough for hundreds of ordinary keys', () => {
    for (const bits of [2048, 3072, 4096]) {
      const n = oddNumber(bits)
      const budget = new WorkBudget(AUDIT_WORK.primes)
      assert.equal(isPrimeModulus(n, budget), false)
      assert.ok((AUDIT_WORK.primes - budget.left) * 900 < AUDIT_WORK.primes, String(bits))
      assert.ok(weaknessCost(n, 65_537n) * 900 < AUDIT_WORK.weaknesses, String(bits))
    }
  })

  it('tests smaller keys first for being primes, and counts the others', async () => {
    const huge = ['a', 'b'].map((kid) => keyOf(kid, oddNumber(16_384)))
    const answer = await within({ primes: 1e9 }, ...huge, keyOf('p', prime), rsaKey('k'))
    assert.equal(isPrimeFound(answer), true)
    assert.deepEqual(answer.audit.unjudged, [
      'whether a modulus is a prime: the test takes too long for 2 of 4 keys',
    ])
    assert.equal(isWhole(answer), false)
  })

  it('counts what it takes to be sure of primes', async () => {
    const primes = [1, 2, 3].map((i) => keyOf(String(i), generatePrimeSync(1024, { bigint: true })))
    const answer = await within({ primes: 100e6 }, ...primes)
    assert.match(answer.audit.unjudged.join(), /for [12] of 3 keys$/)
  })

  it('takes one modulus under several exponents for one', async () => {
    const again = { ...keyOf('q', prime), e: 'AQAD' }
    const answer = await within({ primes: 1e6 }, keyOf('p', prime), again)
    assert.equal(findingsOf(answer).filter(({ rule }) => rule === 'rsa-prime-modulus').length, 2)
    assert.deepEqual(answer.audit.unjudged, [])
  })

  it('says that no arithmetic was tried where even that takes too long', async () => {
    const answer = await within({ weaknesses: 100 }, rsaKey('k'))
    assert.deepEqual(answer.audit.unjudged, [
      'whether arithmetic breaks each key: it takes too long for so many',
    ])
    assert.equal(isWhole(answer), false)
  })

  it('compares no moduli where there are too many', async () => {
    const answer = await within({ sharedBits: 4000 }, rsaKey('a'), rsaKey('b'))
    assert.deepEqual(answer.audit.unjudged, ['whether keys share a prime: they are too many'])
  })

  it('is not short for a key set of each day', async () => {
    assert.deepEqual((await within({}, rsaKey('a'), rsaKey('b', {}, 4096))).audit.unjudged, [])
  })

  it('tests a modulus above 4,096 bits once', () => {
    const mersenne = (1n << 4423n) - 1n
    assert.equal(isPrimeModulus(mersenne), true)
    assert.equal(isPrimeModulus(mersenne - 2n), false)
  })
})
