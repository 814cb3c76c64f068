import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allLeaks, LeakingNumbers } from '../../src/known/rsa/factor_leaks.ts'
import { randomFrom, testKey } from './known_plants.ts'

const BITS = 512
const keys = Array.from({ length: 6 }, () => testKey(2 * BITS))
const leaks = allLeaks(BITS)
const next = randomFrom(11)

/** As many numbers as that which no key has. */
function others(count: number): { readonly x: bigint; readonly leaks: typeof leaks }[] {
  return Array.from({ length: count }, () => {
    const words = Array.from({ length: BITS / 32 }, () => BigInt(Math.floor(next() * 2 ** 32)))
    return { x: words.reduce((number, word) => (number << 32n) | word, 0n), leaks }
  })
}

/** What `x` has to be for a factor leak to hold for p. */
function numberFor(p: bigint, name: string): bigint {
  const radix = 1n << BigInt(BITS)
  if (name === 'montgomery-r2-mod-p') return (radix * radix) % p
  if (name === 'p-minus-1') return p - 1n
  return p
}

describe('numbers compared with moduli', () => {
  it('give the factor of the key whose they are, and its factor leak', () => {
    for (const name of ['p', 'p-minus-1', 'montgomery-r2-mod-p']) {
      for (const [index, { p }] of keys.entries()) {
        const numbers = others(21)
        const x = numberFor(p, name)
        numbers.splice(Math.floor(next() * 21), 0, { x, leaks })
        const leaking = new LeakingNumbers(numbers)
        const hits = keys.map(({ n }) => leaking.first(n))
        const own = hits[index]
        assert.ok(own !== undefined)
        assert.equal(own.factor, p)
        assert.equal(numbers[own.index]?.x, x)
        assert.equal(own.leak.name, name)
        assert.equal(hits.filter((hit) => hit !== undefined).length, 1)
      }
    }
  })

  it('give nothing where there is none, or no number', () => {
    for (const numbers of [others(9), []]) {
      const leaking = new LeakingNumbers(numbers)
      for (const { n } of keys) assert.equal(leaking.first(n), undefined)
    }
  })

  it('give a factor where both factors are among them', () => {
    const [key] = keys
    assert.ok(key !== undefined)
    const numbers = [key.p, key.q].map((x) => ({ x, leaks }))
    const factor = new LeakingNumbers(numbers).first(key.n)?.factor
    assert.ok(factor === key.p || factor === key.q)
  })
})
