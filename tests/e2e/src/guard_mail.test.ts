/* oxlint-disable no-await-in-loop -- one login after the other */
/**
 * The chain of 2023 on real parts: oidc-provider issues, Dovecot and nginx ask the guard, imapflow reads mail, and a forger
 * has the provider's real private key.
 */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import {
  claimsOf,
  type ForgerKey,
  forge,
  malleated,
  readAgain,
  respaced,
  respelled,
} from '@mintmark/testkit'
import { ImapFlow } from 'imapflow'
import { ROOT } from './built_command.ts'
import { type RunningProvider, startProvider, USER } from './guard_provider.ts'
import {
  type Dovecot,
  deliver,
  missingServers,
  type Program,
  startDovecot,
  startMintmark,
  startNginx,
} from './guard_servers.ts'

const skip = missingServers()
if (process.env['CI'] === 'true' && skip !== false) throw new Error(`missing under CI: ${skip}`)

const IMAP = 'urn:example:imap'
const SECRET = 'a-secret-of-a-caller'
const CONSUMER = 'https://consumer.example.org'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-mail-'))
let provider: RunningProvider
let ledger: Program
let guard: Program
let dovecot: Dovecot
let nginx: Awaited<ReturnType<typeof startNginx>>

/** Settings as the documentation has them, with an address and a secret put in. */
function documented(language: string, address: string): string {
  const text = readFileSync(`${ROOT}docs/guard-integrations.md`, 'utf8')
  const block = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(text)?.[1] ?? ''
  return block.replaceAll('GUARD', address).replaceAll('SECRET', SECRET)
}

const newKey = (kid: string): ForgerKey & { jwk: object } => {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' } }
}
const consumerKey = newKey('consumer-1')
const oldKey = newKey('provider-0')

function configuration(ledgerUrl: string): object {
  const write = (name: string, keys: readonly object[]) => {
    writeFileSync(join(folder, name), JSON.stringify({ keys }))
    return join(folder, name)
  }
  const ranOut = { ...oldKey.jwk, exp: Math.floor(Date.now() / 1000) - 86_400 }
  const secretSha256 = createHash('sha256').update(SECRET).digest('hex')
  return {
    schema: 'mintmark-guard/1',
    listen: { port: 0 },
    ledger: { url: ledgerUrl, policy: join(folder, 'policy.txt') },
    issuers: [
      { issuer: provider.issuer, class: 'agency', keys: write('own.jwks', [provider.jwk, ranOut]) },
      { issuer: CONSUMER, class: 'consumer', keys: write('consumer.jwks', [consumerKey.jwk]) },
    ],
    audiences: [{ audience: IMAP, classes: ['agency'], mode: 'enforce', username: 'email' }],
    callers: [{ name: 'dovecot', secretSha256, audiences: [IMAP] }],
  }
}

async function startAll(): Promise<void> {
  chmodSync(folder, 0o755)
  provider = await startProvider()
  const place = join(folder, 'ledger')
  const issuers = ['--issuer', `agency=${provider.issuer}`, `consumer=${CONSUMER}`]
  const init = startMintmark('ledger', 'init', place, '--name', 'ledger.example.org', ...issuers)
  const vkey = await init.prints(/^(ledger\.example\.org\+\S+)$/m)
  writeFileSync(join(folder, 'policy.txt'), `log ${vkey}\nquorum none\n`)
  ledger = startMintmark('ledger', 'serve', place, '--port', '0')
  const ledgerUrl = await ledger.prints(/ledger at (\S+)/)
  provider.useLedger(ledgerUrl, readFileSync(join(place, 'private/front-end.key'), 'utf8').trim())
  writeFileSync(join(folder, 'guard.json'), JSON.stringify(configuration(ledgerUrl)))
  guard = startMintmark('guard', 'serve', '--config', join(folder, 'guard.json'))
  const address = (await guard.prints(/guard at (\S+)/)).replace('http://', '')
  dovecot = await startDovecot(join(folder, 'dovecot'), documented('dovecot', address))
  deliver(
    join(folder, 'dovecot'),
    USER,
    'From: a@example.org\nSubject: For the minister\n\nText.\n',
  )
  nginx = await startNginx(folder, documented('nginx', address))
}

before(async () => {
  if (skip === false) await startAll()
})
after(async () => {
  if (skip === false) {
    await Promise.all([nginx.stop(), dovecot.stop()])
    await guard.stop()
    await ledger.stop()
    await provider.stop()
  }
  rmSync(folder, { recursive: true, force: true })
})

/** Subjects of the mailbox that a token opens. */
async function subjectsOf(accessToken: string): Promise<string[]> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: dovecot.port,
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

/** What Dovecot says at last to a client that shows a token: `OK` or `NO`, and what it says before. */
function login(mechanism: 'OAUTHBEARER' | 'XOAUTH2', token: string): Promise<[string, string]> {
  const bearer = `auth=Bearer ${token}\x01\x01`
  const spoken = mechanism === 'XOAUTH2' ? `user=${USER}\x01${bearer}` : `n,a=${USER},\x01${bearer}`
  return new Promise((resolve, reject) => {
    let challenge = ''
    const socket = connect(dovecot.port, '127.0.0.1')
    socket.on('error', reject)
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\r\n')) {
        if (line.startsWith('* OK'))
          socket.write(`a AUTHENTICATE ${mechanism} ${Buffer.from(spoken).toString('base64')}\r\n`)
        if (line.startsWith('+ ')) {
          challenge = Buffer.from(line.slice(2), 'base64').toString('utf8')
          socket.write(mechanism === 'XOAUTH2' ? '\r\n' : 'AQ==\r\n')
        }
        const result = /^a (\w+)/.exec(line)?.[1]
        if (result !== undefined) {
          socket.destroy()
          resolve([result, challenge])
        }
      }
    })
  })
}

function throughNginx(token: string): Promise<{ status: number; user: string; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, host: 'wiki' }
    const sent = request({ socketPath: nginx.socket, path: '/', headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          user: String(response.headers['x-user'] ?? ''),
          body,
        }),
      )
    })
    sent.on('error', reject).end()
  })
}

const genuine = () => provider.token(IMAP)

const fresh = async (jti: string) => ({ ...claimsOf(await genuine()), jti })
const forged = async (more: object) =>
  forge(provider.key, { ...claimsOf(await genuine()), ...more })

const alarms = () =>
  guard
    .printed()
    .split('\n')
    .map(parseObject)
    .filter((each) => each?.['schema'] === 'mintmark-alarm/1')

/** Shows a token, and gives the milliseconds from then until the guard's log has an alarm more. */
async function toldAfter(show: () => Promise<unknown>): Promise<number> {
  const earlier = alarms().length
  const shownMs = performance.now()
  let toldMs = Number.POSITIVE_INFINITY
  const shown = show()
  while (performance.now() - shownMs < 10_000 && toldMs === Number.POSITIVE_INFINITY) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (alarms().length > earlier) toldMs = performance.now() - shownMs
  }
  await shown
  return toldMs
}

describe('a real provider, mail server, mail client and proxy', { skip }, () => {
  it('let a genuine user read mail, as soon as the token is issued', async () => {
    assert.deepEqual(await subjectsOf(await provider.token(IMAP)), ['For the minister'])
    for (const mechanism of ['OAUTHBEARER', 'XOAUTH2'] as const)
      assert.deepEqual(await login(mechanism, await provider.token(IMAP)), ['OK', ''])
    const { status, user, body } = await throughNginx(await provider.token(IMAP))
    assert.deepEqual([status, user, body], [200, USER, 'the wiki\n'])
    assert.deepEqual(alarms(), [])
  })

  const forgeries: readonly [string, string, () => Promise<string>][] = [
    ['unissued', 'the same claims and a new jti', async () => forged({ jti: 'never-issued' })],
    ['mutated', 'a genuine jti and another scope', async () => forged({ scope: 'imap admin' })],
    ['mutated', 'a blank in the JSON', async () => respaced(provider.key, await genuine())],
    ['expired-key', 'a key that ran out', async () => forge(oldKey, await fresh('old'))],
    ['class-mismatch', 'a consumer key', async () => forge(consumerKey, await fresh('consumer'))],
    ['malleable-signature', 'the twin of a signature', async () => malleated(await genuine())],
    ['non-canonical', 'another spelling', async () => respelled(await genuine())],
  ]
  for (const [alarm, name, make] of forgeries)
    it(`refuse ${name}, and the guard tells of it within a second`, async () => {
      const token = await make()
      const earlier = alarms().length
      const toldMs = await toldAfter(() => login('OAUTHBEARER', token))
      assert.ok(toldMs <= 1000, `told after ${toldMs} ms`)
      for (const mechanism of ['OAUTHBEARER', 'XOAUTH2'] as const) {
        const [result, challenge] = await login(mechanism, token)
        assert.equal(result, 'NO', alarm)
        assert.match(challenge, /invalid_token|"401"/)
      }
      assert.equal((await throughNginx(token)).status, 401)
      const told = alarms().slice(earlier)
      assert.deepEqual(
        told.map((each) => [each?.['alarm'], each?.['caller'], each?.['isAdmitted']]),
        [[alarm, 'dovecot', false]],
      )
    })

  it('refuse a forged token to a real mail client', async () => {
    await assert.rejects(subjectsOf(await forged({ jti: 'for-imapflow' })))
  })

  it('write no token into an alarm', async () => {
    const token = await forged({ jti: 'to-be-seen' })
    assert.equal((await login('OAUTHBEARER', token))[0], 'NO')
    assert.ok(alarms().length > 0)
    assert.ok(!guard.printed().includes(token.split('.')[1] ?? ''))
  })
})
