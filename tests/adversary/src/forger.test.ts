/* oxlint-disable no-await-in-loop -- one after the other: an alarm belongs to what was shown last */
/** A forger with the provider's real key, at each door of a house that asks the guard. */
import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { readAgain } from '@mintmark/testkit'
import {
  CONSUMER,
  type GuardedMail,
  IMAP,
  missingServers,
  startGuardedMail,
} from '@mintmark/tests-e2e/guarded-mail'
import { type Loot, VARIANTS, type Variant } from './variants.ts'

const skip = missingServers()
if (process.env['CI'] === 'true' && skip !== false) throw new Error(`missing under CI: ${skip}`)

let mail: GuardedMail
let loot: Loot
before(async () => {
  if (skip !== false) return
  mail = await startGuardedMail()
  const { provider, consumerKey, oldKey } = mail
  const own = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  loot = {
    key: provider.key,
    consumerKey,
    oldKey,
    ownKey: { kid: 'forger-1', privateKey: own.privateKey },
    publicKey: createPublicKey(provider.key.privateKey),
    consumerIssuer: CONSUMER,
    genuine: () => provider.token(IMAP),
  }
})
after(async () => {
  if (skip === false) await mail.stop()
})

/** Alarms of a token that is shown at each door, and let in at none. */
async function shown({ make }: Variant): Promise<readonly Json[]> {
  const token = await make(loot)
  const earlier = mail.alarms().length
  assert.notEqual((await mail.introspect(token))?.['active'], true)
  for (const mechanism of ['OAUTHBEARER', 'XOAUTH2'] as const)
    assert.equal((await mail.login(mechanism, token))[0], 'NO')
  assert.notEqual((await mail.throughNginx(token)).status, 200)
  return mail.alarms().slice(earlier)
}

const signed = VARIANTS.filter(({ alarm }) => alarm === 'raised')
const unsigned = VARIANTS.filter(({ alarm }) => alarm === 'silent')

describe('a token that the provider did not issue', { skip }, () => {
  for (const variant of signed)
    it(`is refused, and raises an alarm: ${variant.name}`, async () => {
      const alarms = await shown(variant)
      assert.ok(alarms.length > 0)
      for (const { isAdmitted } of alarms) assert.equal(isAdmitted, false)
    })

  for (const variant of unsigned)
    it(`is refused, and raises no alarm where no key has signed it: ${variant.name}`, async () => {
      assert.deepEqual(await shown(variant), [])
    })

  it('is one of sixty at least, and a genuine one still opens each door', async () => {
    assert.ok(VARIANTS.length >= 60, String(VARIANTS.length))
    for (const mechanism of ['OAUTHBEARER', 'XOAUTH2'] as const)
      assert.equal((await mail.login(mechanism, await loot.genuine()))[0], 'OK')
    assert.equal((await mail.throughNginx(await loot.genuine())).status, 200)
    assert.equal((await mail.introspect(await loot.genuine()))?.['active'], true)
  })
})
