/** A guard over HTTP, beside a ledger over HTTP: the answers that a mail server and a proxy get. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { type OutgoingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject } from '@mintmark/core'
import { mintmark } from '@mintmark/testkit'
import { type GuardWorld, jwks, secretOf, startGuardWorld } from './served_guard.ts'

const SECRET = secretOf('dovecot')
let world: GuardWorld

before(async () => {
  world = await startGuardWorld()
})
after(() => world.stop())

async function introspect(token: string, secret = SECRET): Promise<[number, unknown]> {
  const { status, text } = await world.post('/introspect', { token }, { secret })
  return [status, JSON.parse(text)]
}

const authz = (headers: Record<string, string>) =>
  fetch(`${world.url}/authz/some/page?x=1`, { headers })

describe('mintmark guard serve', () => {
  it('answers introspection of a genuine token with its claims', async () => {
    for (let i = 0; i < 20; i++) {
      const [status, answer] = await introspect(await world.mint())
      assert.equal(status, 200)
      assert.ok(isObject(answer))
      assert.deepEqual(
        [answer['active'], answer['sub'], answer['username'], answer['token_type']],
        [true, 'ada', 'ada', 'Bearer'],
      )
      assert.deepEqual(answer['mintmark'], { basis: 'recorded' })
    }
  })

  it('says of a token that is bound to a key that it is no Bearer token', async () => {
    for (const [cnf, expected] of [
      [{ jkt: 'of-the-key-of-its-holder' }, 'DPoP'],
      [{ 'x5t#S256': 'of-the-certificate-of-its-holder' }, 'Bearer'],
      ['what', 'DPoP'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [, answer] = await introspect(await world.mint({ cnf }))
      assert.ok(isObject(answer))
      assert.deepEqual([answer['active'], answer['token_type']], [true, expected])
    }
  })

  it('answers only that a token forged with the real key is inactive, and raises the alarm', async () => {
    const token = world.forge()
    assert.deepEqual(await introspect(token), [200, { active: false }])
    assert.deepEqual(
      world.alarms().map((each) => [each['alarm'], each['severity'], each['caller']]),
      [['unissued', 'critical', 'dovecot']],
    )
    assert.ok(!world.lines.join('\n').includes(token.slice(-40)))
    const response = await authz({ 'x-mintmark-caller': SECRET, authorization: `Bearer ${token}` })
    assert.equal(response.status, 401)
    assert.match(response.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  })

  it('lets a proxy forward a genuine request, with the name of the user', async () => {
    const authorization = `Bearer ${await world.mint()}`
    const response = await authz({ 'x-mintmark-caller': SECRET, authorization })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('x-auth-subject'), 'ada')
    assert.equal(response.headers.get('x-auth-client'), 'wiki')
  })

  it('checks a token in the scheme DPoP as any other', async () => {
    const asked = [
      [`DPoP ${await world.mint()}`, 200],
      [`DPoP ${world.forge()}`, 401],
      [`MAC ${await world.mint()}`, 401],
    ] as const
    for (const [authorization, status] of asked) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const response = await authz({ 'x-mintmark-caller': SECRET, authorization })
      assert.equal(response.status, status)
    }
  })
})

// Of base64url four letters are three bytes.
const long = () => world.forge({ filling: 'x'.repeat(48_300) })

describe('a forged token that is as long as any that is read', () => {
  it('raises its alarm at each door', async () => {
    const told = world.alarms().length
    const [first, second] = [long(), long()]
    assert.ok(first.length > 63 << 10 && first.length <= 64 << 10)
    assert.equal((await world.post('/introspect', { token: first })).status, 200)
    const authorization = `Bearer ${second}`
    assert.equal((await authz({ 'x-mintmark-caller': SECRET, authorization })).status, 401)
    assert.equal(world.alarms().length, told + 2)
  })
})

describe('a proxy that asks the guard', () => {
  it('is given a name that no header takes encoded, and never as another', async () => {
    const authorization = `Bearer ${await world.mint({ sub: 'Ådå Løvelace\n' })}`
    const { status, headers } = await authz({ 'x-mintmark-caller': SECRET, authorization })
    assert.equal(status, 200)
    assert.equal(headers.get('x-auth-subject'), null)
    assert.equal(decodeURIComponent(headers.get('x-auth-subject-encoded') ?? ''), 'Ådå Løvelace\n')
    assert.equal(headers.get('x-auth-client'), 'wiki')
    assert.equal(headers.get('x-auth-client-encoded'), null)
  })

  it('gets a name with a blank at an end encoded', async () => {
    for (const sub of ['ada ', ' ada', '\tada', ' ', 'ada\u007f', 'a\u0000da']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const authorization = `Bearer ${await world.mint({ sub })}`
      // oxlint-disable-next-line no-await-in-loop -- the same
      const { headers } = await authz({ 'x-mintmark-caller': SECRET, authorization })
      const encoded = decodeURIComponent(headers.get('x-auth-user-encoded') ?? '')
      assert.deepEqual([headers.get('x-auth-user'), encoded], [null, sub])
    }
  })

  it('gets 401 for a DPoP-bound token as Bearer, and otherwise the confirmation to check', async () => {
    const jkt = { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }
    const certificate = { cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }
    const asked = [
      [`Bearer ${await world.mint(jkt)}`, 401, null],
      [`DPoP ${await world.mint(jkt)}`, 200, JSON.stringify(jkt.cnf)],
      [`Bearer ${await world.mint(certificate)}`, 200, JSON.stringify(certificate.cnf)],
      [`Bearer ${await world.mint({ cnf: 'what' })}`, 401, null],
      [`DPoP ${await world.mint({ cnf: { kid: 'schlüssel' } })}`, 200, '{"kid":"schl\\u00fcssel"}'],
      [`DPoP ${await world.mint({ cnf: { kid: 'x'.repeat(3000) } })}`, 401, null],
      [`Bearer ${await world.mint()}`, 200, null],
    ] as const
    for (const [authorization, expected, confirmation] of asked) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status, headers } = await authz({ 'x-mintmark-caller': SECRET, authorization })
      assert.deepEqual([status, headers.get('x-auth-confirmation')], [expected, confirmation])
    }
  })
})

describe('mintmark guard serve, asked by whoever', () => {
  it('answers nobody without a secret, and says `error` wherever it gives no verdict', async () => {
    assert.deepEqual(await introspect(await world.mint(), 'guess'), [
      401,
      { error: 'invalid_client' },
    ])
    const authorization = `Bearer ${await world.mint()}`
    assert.equal((await authz({ authorization })).status, 403)
    assert.equal((await authz({ 'x-mintmark-caller': SECRET })).status, 401)
    assert.deepEqual(await introspect('a'.repeat(80_000)), [413, { error: 'invalid_request' }])
    assert.equal((await introspect('a'.repeat(80_000), 'guess')).at(0), 401)
  })
})

/** A GET whose path is sent as it is: `fetch` would resolve the dots itself. */
const rawGet = (
  path: string,
  headers: OutgoingHttpHeaders = { 'x-mintmark-caller': SECRET },
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.url)
    const asked = request({ hostname, port, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.on('error', reject).end()
  })

describe('a proxy that puts the path of a request behind /authz', () => {
  // Envoy's `path_prefix` does. An answer of 200 lets the request through.
  for (const path of [
    '/authz/../healthz',
    '/authz/..',
    '/authz/a/../../metrics',
    '/authz/%2e%2e/healthz',
    '/authz/.%2E/readyz?a=/',
    '/authz//healthz',
  ])
    it(`gets 401 without a token: ${path}`, async () => {
      assert.equal(await rawGet(path), 401)
    })

  it('gets the same answers for a request target in absolute form', async () => {
    assert.equal(await rawGet(`${world.url}/authz/../healthz`), 401)
    assert.equal(await rawGet(`${world.url}/healthz?x=1`, {}), 200)
  })
})

describe('mintmark guard serve, to whoever runs it', () => {
  it('answers a proxy on no other path: one before the guard may resolve dots', async () => {
    const headers = { 'x-mintmark-caller': SECRET }
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (const path of ['/healthz', '/readyz', '/metrics'])
      assert.equal((await fetch(`${world.url}${path}`, { headers })).status, 404)
  })

  it('is ready, healthy and measured', async () => {
    assert.equal((await fetch(`${world.url}/healthz`)).status, 200)
    assert.equal((await fetch(`${world.url}/readyz`)).status, 200)
    const metrics = await (await fetch(`${world.url}/metrics`)).text()
    assert.match(
      metrics,
      /^mintmark_guard_tokens_total\{result="admitted",reason="recorded"\} \d+$/m,
    )
    assert.match(metrics, /^mintmark_guard_alarms_total\{class="unissued"\} 4$/m)
    assert.match(metrics, /^mintmark_guard_head_age_seconds \d/m)
  })

  it('counts a key no more once it is taken out of the file', async () => {
    const token = await world.mint()
    assert.equal((await introspect(token)).at(0), 200)
    writeFileSync(world.keysFile, JSON.stringify({ keys: [] }))
    while (world.lines.every((line) => !line.includes('none that signs for')))
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(await introspect(token), [200, { active: false }])
    const told = world.alarms().length
    assert.deepEqual(await introspect(world.forge()), [200, { active: false }])
    const alarms = world.alarms().slice(told)
    assert.deepEqual(
      alarms.map(({ alarm, refusal }) => [alarm, refusal]),
      [['unissued', 'revoked-key']],
    )
    writeFileSync(world.keysFile, JSON.stringify(jwks))
  })

  it('refuses a configuration with a slip in it, and names the place', async () => {
    const good = world.configuration
    const configFile = join(world.scratch, 'slip.json')
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
      assert.equal(code, 2)
      assert.match(err, message)
      assert.match(err, /\(INPUT_INVALID\)/)
    }
  })
})
