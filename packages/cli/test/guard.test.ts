/** A guard over HTTP, beside a ledger over HTTP: what a mail server and a proxy are told. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { EntryRecorder, type GuardService, SigningGate, startGuard } from '@mintmark/guard'
import { SignJWT } from 'jose'
import { type Listening, listen } from '../src/ledger/listen.ts'
import type { Served } from '../src/ledger/serve.ts'
import { mintmark } from './fake_io.ts'
import { claims, frontEndKey, ISSUER, makeLedger, serve } from './ledger_world.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-guard-cli-'))

const SECRET = 'the-secret-of-dovecot'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }] }
const keysFile = join(scratch, 'jwks.json')
const configFile = join(scratch, 'guard.json')

const configuration = (url: string, policy: string): Record<string, unknown> => ({
  schema: 'mintmark-guard/1',
  ledger: { url, policy, heads: join(scratch, 'guard-heads') },
  issuers: [{ issuer: ISSUER, class: 'agency', keys: keysFile }],
  audiences: [{ audience: 'https://wiki.example.org', classes: ['agency'], mode: 'enforce' }],
  callers: [
    {
      name: 'dovecot',
      secretSha256: createHash('sha256').update(SECRET).digest('hex'),
      audiences: ['https://wiki.example.org'],
    },
  ],
})

const lines: string[] = []
let ledger: Served
let service: GuardService
let served: Listening
let gate: SigningGate

before(async () => {
  const made = await makeLedger(scratch, 'ledger')
  ledger = await serve(made.folder)
  writeFileSync(keysFile, JSON.stringify(jwks))
  writeFileSync(configFile, JSON.stringify(configuration(ledger.url, made.policy)))
  service = await startGuard(configFile, { log: (line) => lines.push(line), now: Date.now })
  served = await listen(service.app, '127.0.0.1', 0)
  const recorder = new EntryRecorder({ url: ledger.url, key: frontEndKey(made.folder) })
  const record = (entry: Parameters<EntryRecorder['record']>[0]) => recorder.record(entry)
  gate = new SigningGate({ record, kid: 'key-1', alg: 'ES256', privateKey })
})
after(async () => {
  await served.stop()
  await service.stop()
  await ledger.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const mint = async () => (await gate.mint(claims())).token
const forge = () =>
  new SignJWT(claims())
    .setProtectedHeader({ alg: 'ES256', kid: 'key-1', typ: 'at+jwt' })
    .sign(privateKey)

async function introspect(token: string, secret = SECRET): Promise<[number, unknown]> {
  const response = await fetch(`${served.url}/introspect`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`dovecot:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  })
  return [response.status, await response.json()]
}

const authz = (headers: Record<string, string>) =>
  fetch(`${served.url}/authz/some/page?x=1`, { headers })

describe('mintmark guard serve', () => {
  it('tells introspection of a genuine token', async () => {
    for (let i = 0; i < 20; i++) {
      const [status, answer] = await introspect(await mint())
      assert.equal(status, 200)
      assert.ok(isObject(answer))
      assert.deepEqual(
        [answer['active'], answer['sub'], answer['username'], answer['token_type']],
        [true, 'ada', 'ada', 'Bearer'],
      )
      assert.deepEqual(answer['mintmark'], { basis: 'recorded' })
    }
  })

  it('tells nothing at all of one that was forged with the real key, and raises the alarm', async () => {
    let token = await forge()
    // jose signs as it comes: a forger takes care to spell s as the provider does.
    while (!isLow(token)) token = await forge()
    assert.deepEqual(await introspect(token), [200, { active: false }])
    const alarms = lines.map((line) => parseObject(line)).filter((each) => each?.['alarm'])
    assert.deepEqual(
      alarms.map((each) => [
        each?.['schema'],
        each?.['alarm'],
        each?.['severity'],
        each?.['caller'],
      ]),
      [['mintmark-alarm/1', 'unissued', 'critical', 'dovecot']],
    )
    assert.ok(!lines.join('\n').includes(token.slice(-40)))
    const response = await authz({ 'x-mintmark-caller': SECRET, authorization: `Bearer ${token}` })
    assert.equal(response.status, 401)
    assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  })

  it('lets a proxy forward a genuine request, with the name of the user', async () => {
    const authorization = `Bearer ${await mint()}`
    const response = await authz({ 'x-mintmark-caller': SECRET, authorization })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('x-auth-subject'), 'ada')
    assert.equal(response.headers.get('x-auth-client'), 'wiki')
  })

  it('answers nobody without a secret, and says `error` wherever it gives no verdict', async () => {
    assert.deepEqual(await introspect(await mint(), 'guess'), [401, { error: 'invalid_client' }])
    const authorization = `Bearer ${await mint()}`
    assert.equal((await authz({ authorization })).status, 403)
    assert.equal((await authz({ 'x-mintmark-caller': SECRET })).status, 401)
    const huge = await fetch(`${served.url}/introspect`, {
      method: 'POST',
      body: 'token='.padEnd(40_000, 'a'),
    })
    assert.deepEqual([huge.status, await huge.json()], [413, { error: 'invalid_request' }])
  })
})

describe('mintmark guard serve, to whoever runs it', () => {
  it('is ready, healthy and measured', async () => {
    assert.equal((await fetch(`${served.url}/healthz`)).status, 200)
    assert.equal((await fetch(`${served.url}/readyz`)).status, 200)
    const metrics = await (await fetch(`${served.url}/metrics`)).text()
    assert.match(
      metrics,
      /^mintmark_guard_tokens_total\{result="admitted",reason="recorded"\} \d+$/m,
    )
    assert.match(metrics, /^mintmark_guard_alarms_total\{class="unissued"\} 1$/m)
    assert.match(metrics, /^mintmark_guard_head_age_seconds \d/m)
  })

  it('counts a key no more once it is taken out of the file', async () => {
    const token = await mint()
    assert.equal((await introspect(token)).at(0), 200)
    writeFileSync(keysFile, JSON.stringify({ keys: [] }))
    while (lines.every((line) => !line.includes('"0 keys"')))
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(await introspect(token), [200, { active: false }])
    writeFileSync(keysFile, JSON.stringify(jwks))
  })

  it('refuses a configuration with a slip in it, and names the place', async () => {
    const good = configuration(ledger.url, join(scratch, 'ledger.policy'))
    const slips: readonly [object, RegExp][] = [
      [{ ...good, schema: 'x' }, /schema is to be mintmark-guard\/1/],
      [{ ...good, audience: [] }, /configuration: audience is not known/],
      [
        { ...good, audiences: [{ audience: 'a', classes: ['b'], mode: 'off' }] },
        /audiences\[0\]\.mode is to be one of/,
      ],
      [{ ...good, issuers: [] }, /names no issuer/],
    ]
    for (const [document, message] of slips) {
      writeFileSync(configFile, JSON.stringify(document))
      const { code, err } = await mintmark('guard', 'serve', '--config', configFile)
      assert.equal(code, 3)
      assert.match(err, message)
      assert.match(err, /\(INPUT_INVALID\)/)
    }
  })
})

const HALF = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n

function isLow(token: string): boolean {
  const signature = Buffer.from(token.split('.')[2] ?? '', 'base64url')
  return BigInt(`0x${signature.subarray(32).toString('hex')}`) <= HALF
}
