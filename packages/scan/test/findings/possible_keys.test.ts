import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { unverified } from '@mintmark/keys/material/key'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { publicHalf } from '@mintmark/keys/public_half/public_half'
import { readAgain } from '@mintmark/testkit'
import { NO_MODULUS, PublicHalves } from '../../src/findings/possible_keys.ts'

it('tests the primes of a key once, however many copies of one of them a dump has', () => {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const jwk = privateKey.export({ format: 'jwk' })
  const [n = 0n, p = 0n] = [jwk.n, jwk.p].map((text = '') =>
    fromBigEndian(Buffer.from(text, 'base64url')),
  )
  const bare = { type: 'rsa', e: 65_537n, q: undefined, d: undefined } as const
  const known = publicHalf({ ...bare, n, p: undefined })
  assert.ok(known)
  const budget = new WorkBudget()
  const halves = new PublicHalves([known], (id) => id === known.keyId.spkiSha256, budget)
  const material: RsaMaterial = { ...bare, n: NO_MODULUS, p }
  const costOf = () => {
    budget.start(Number.POSITIVE_INFINITY)
    const key = { ...unverified('rsa', 2048, ''), material }
    const found = halves.shown({ offset: 0, length: 128, form: 'limbs-le64', key })
    assert.equal(found?.key.certainty, 'proven')
    return budget.end().cost
  }
  const [first, second] = [costOf(), costOf()]
  assert.ok(second < first / 10, `${first}, then ${second}`)
})
