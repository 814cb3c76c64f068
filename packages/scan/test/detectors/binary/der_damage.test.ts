import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { hitsIn, idsOf, planted, verifiedIn } from './binary_hits.ts'
import { EC_SAMPLES, elementsOf, nineIntegers, RSA_SAMPLES, sampleOf, spkiOf } from './der_world.ts'

const RSA_2048 = sampleOf(RSA_SAMPLES, 'RSA-2048 in pkcs1')
const P256 = sampleOf(EC_SAMPLES, 'prime256v1 in pkcs8')

describe('damage of one byte', () => {
  const samples = [RSA_2048, P256, sampleOf(EC_SAMPLES, 'secp521r1 in sec1')]
  for (const sample of samples) {
    it(`never proves another key: ${sample.name}`, () => {
      const id = spkiOf(sample)
      // Every 13th byte, and all of the head.
      for (let at = 0; at < sample.der.length; at += at < 48 ? 1 : 13) {
        const damaged = planted(sample.der, 64)
        damaged[64 + at] = (damaged[64 + at] ?? 0) ^ 0x10
        for (const found of idsOf(verifiedIn(damaged))) assert.equal(found, id, `byte ${at}`)
      }
    })
  }

  it('in p and in q: no key is verified from the other parts but n, e and d', () => {
    const parts = elementsOf(RSA_2048.der)
    const damaged = Buffer.from(RSA_2048.der)
    for (const index of [3, 4, 5]) {
      const at = (parts[index]?.to ?? 1) - 9
      damaged[at] = (damaged[at] ?? 0) ^ 0x5a
    }
    for (const hit of hitsIn(planted(damaged, 64))) assert.equal(hit.certainty, 'unverified')
  })
})

it('with no work left to test primes, a row of equal bytes is no key, and a key is one', () => {
  const budget = new WorkBudget(1_000_000)
  assert.deepEqual(
    verifiedIn(
      planted(
        nineIntegers((length) => Buffer.alloc(length, 1)),
        100,
      ),
      budget,
    ),
    [],
  )
  const { der } = sampleOf(RSA_SAMPLES, 'RSA-3072 in pkcs8')
  assert.equal(verifiedIn(planted(der, 100), budget).length, 1)
  assert.ok(budget.end().wasRefused)
})
