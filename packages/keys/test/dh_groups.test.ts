/** DH keys without an order and without their public half: what is left to show is that p is prime. */
import assert from 'node:assert/strict'
import { createDiffieHellman, createDiffieHellmanGroup, generatePrimeSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { verifyGroup } from '../src/arithmetic/group.ts'
import { bitLength, fromBigEndian, powerCost } from '../src/arithmetic/modular.ts'
import { WorkBudget } from '../src/material/work_budget.ts'

/** What a probe proves that has time for one power: y, and no test of p. */
function verifiedByOnePower(p: bigint, g: bigint, x: bigint): bigint | undefined {
  const budget = new WorkBudget(powerCost(bitLength(p), bitLength(x)))
  return verifyGroup({ p, g, x, q: undefined, y: undefined }, budget)?.y
}

describe('the prime of a DH key', () => {
  for (const name of ['modp1', 'modp2', 'modp5', 'modp14', 'modp15']) {
    it(`is not tested where it is published: ${name}`, () => {
      const pair = createDiffieHellmanGroup(name)
      pair.generateKeys()
      const [p, g, x] = [pair.getPrime(), pair.getGenerator(), pair.getPrivateKey()].map((bytes) =>
        fromBigEndian(bytes),
      )
      assert.ok(p !== undefined && g !== undefined && x !== undefined)
      assert.equal(verifiedByOnePower(p, g, x), fromBigEndian(pair.getPublicKey()))
    })
  }

  it('is tested where it is not', () => {
    const pair = createDiffieHellman(generatePrimeSync(512), 2)
    pair.generateKeys()
    const [p, x] = [fromBigEndian(pair.getPrime()), fromBigEndian(pair.getPrivateKey())]
    const y = fromBigEndian(pair.getPublicKey())
    assert.equal(verifiedByOnePower(p, 2n, x), undefined)
    assert.equal(verifyGroup({ p, g: 2n, x, q: undefined, y: undefined })?.y, y)
    assert.equal(verifyGroup({ p: 3n * p, g: 2n, x, q: undefined, y: undefined }), undefined)
  })
})
