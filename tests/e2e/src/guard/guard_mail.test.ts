/* oxlint-disable no-await-in-loop -- one login after the other */
/**
 * The chain of 2023 on real parts: oidc-provider issues, Dovecot and nginx ask the guard, imapflow
 * reads mail, and a forger has the provider's real private key.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { claimsOf, forge, malleated, respaced, respelled } from '@mintmark/testkit'
import { ImapFlow } from 'imapflow'
import { USER } from './guard_provider.ts'
import { missingServers } from './guard_servers.ts'
import { type GuardedMail, IMAP, startGuardedMail } from './guarded_mail.ts'

const skip = missingServers()
if (process.env['CI'] === 'true' && skip !== false) throw new Error(`missing under CI: ${skip}`)

let mail: GuardedMail
before(async () => {
  if (skip === false) mail = await startGuardedMail()
})
after(async () => {
  if (skip === false) await mail.stop()
})

/** Subjects of the mailbox that a token opens. */
async function subjectsOf(accessToken: string): Promise<string[]> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: mail.imapPort,
    secure: false,
    doSTARTTLS: false,
    auth: { user: USER, accessToken },
    logger: false,
  })
  await client.connect()
  await client.mailboxOpen('INBOX')
  const subjects: string[] = []
  for await (const { envelope } of client.fetch('1:*', { envelope: true }))
    subjects.push(envelope?.subject ?? '')
  await client.logout()
  return subjects
}

const genuine = () => mail.provider.token(IMAP)

const fresh = async (jti: string) => ({ ...claimsOf(await genuine()), jti })
const forged = async (more: object) =>
  forge(mail.provider.key, { ...claimsOf(await genuine()), ...more })

/** Shows a token until the guard's log has an alarm more. */
async function alarmAt(show: () => Promise<unknown>): Promise<void> {
  const earlier = mail.alarms().length
  const shown = show()
  while (mail.alarms().length === earlier) await new Promise((resolve) => setTimeout(resolve, 5))
  await shown
}

describe('a real provider, mail server, mail client and proxy', { skip }, () => {
  it('let a genuine user read mail, as soon as the token is issued', async () => {
    assert.deepEqual(await subjectsOf(await mail.provider.token(IMAP)), ['For the minister'])
    for (const mechanism of ['OAUTHBEARER', 'XOAUTH2'] as const)
      assert.deepEqual(await mail.login(mechanism, await mail.provider.token(IMAP)), ['OK', ''])
    const { status, user, body } = await mail.throughNginx(await mail.provider.token(IMAP))
    assert.deepEqual([status, user, body], [200, USER, 'the wiki\n'])
    assert.deepEqual(mail.alarms(), [])
  })

  const forgeries: readonly [string, string, () => Promise<string>][] = [
    ['unissued', 'the same claims and a new jti', async () => forged({ jti: 'never-issued' })],
    ['mutated', 'a genuine jti and another scope', async () => forged({ scope: 'imap admin' })],
    ['mutated', 'a blank in the JSON', async () => respaced(mail.provider.key, await genuine())],
    ['expired-key', 'an expired key', async () => forge(mail.oldKey, await fresh('old'))],
    [
      'class-mismatch',
      'a consumer key',
      async () => forge(mail.consumerKey, await fresh('consumer')),
    ],
    ['malleable-signature', 'the twin of a signature', async () => malleated(await genuine())],
    ['non-canonical', 'another spelling', async () => respelled(await genuine())],
  ]
  for (const [alarm, name, make] of forgeries)
    it(`refuse ${name}, and the guard raises the alarm`, async () => {
      const token = await make()
      const earlier = mail.alarms().length
      await alarmAt(() => mail.login('OAUTHBEARER', token))
      for (const mechanism of ['OAUTHBEARER', 'XOAUTH2'] as const) {
        const [result, challenge] = await mail.login(mechanism, token)
        assert.equal(result, 'NO', alarm)
        assert.match(challenge, /invalid_token|"401"/)
      }
      assert.equal((await mail.throughNginx(token)).status, 401)
      const told = mail.alarms().slice(earlier)
      assert.deepEqual(
        told.map((each) => [each['alarm'], each['caller'], each['isAdmitted']]),
        [[alarm, 'dovecot', false]],
      )
    })

  it('refuse a forged token to a real mail client', async () => {
    await assert.rejects(subjectsOf(await forged({ jti: 'for-imapflow' })))
  })

  it('write no token into an alarm', async () => {
    const token = await forged({ jti: 'to-be-seen' })
    assert.equal((await mail.login('OAUTHBEARER', token))[0], 'NO')
    assert.ok(mail.alarms().length > 0)
    assert.ok(!mail.printed().includes(token.split('.')[1] ?? ''))
  })
})
