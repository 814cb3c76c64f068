/** What a guard signs and records itself: introspection as a JWT, revocations, security events. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { readAgain } from '@mintmark/testkit'
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { callerNamed, type GuardWorld, startGuardWorld } from './served_guard.ts'

const ISSUER = 'https://guard.example.org/mail'
const ALARM = 'urn:mintmark:secevent:token-alarm'
const COMPROMISE = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'

const PRESENTED = 'https://schemas.openid.net/secevent/caep/event-type/session-presented'
const USES = { id: 'uses', presentations: true }

let world: GuardWorld
let receiver: Server
/** Security events that were pushed, as they came. */
const pushed: { readonly type: string; readonly authorization: string; readonly set: string }[] = []
let isReceiving = true

before(async () => {
  receiver = createServer((request, response) => {
    let set = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      set += text
    })
    request.on('end', () => {
      const { 'content-type': type = '', authorization = '' } = request.headers
      if (isReceiving) pushed.push({ type, authorization, set })
      response.writeHead(isReceiving ? 202 : 503).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  const port = typeof address === 'object' ? address?.port : 0
  world = await startGuardWorld((scratch) => {
    const { privateKey } = readAgain(generateKeyPairSync('ed25519'))
    const key = join(scratch, 'guard.pem')
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
    writeFileSync(join(scratch, 'authorization'), 'Bearer of-the-siem\n')
    const push = {
      url: `http://127.0.0.1:${port}/events`,
      authorizationFile: join(scratch, 'authorization'),
    }
    return {
      statements: { issuer: ISSUER, key },
      callers: [
        callerNamed('dovecot'),
        { ...callerNamed('admin'), mayRevoke: true },
        callerNamed('siem'),
      ],
      streams: [
        { id: 'polled', audience: 'https://siem.example.org', caller: 'siem' },
        { ...USES, audience: 'https://siem.example.org', caller: 'siem' },
        { id: 'pushed', audience: 'https://soc.example.org', caller: 'siem', push },
      ],
    }
  })
})
after(async () => {
  await world.stop()
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
})

/** Claims of a JWT that the guard signed, checked with the key that it publishes. */
async function verified(jwt: string, typ: string, audience: string): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${world.url}/jwks`))
  return (await jwtVerify(jwt, keys, { issuer: ISSUER, audience, typ })).payload
}

async function read(path: string): Promise<Json> {
  const document: unknown = await (await fetch(`${world.url}${path}`)).json()
  return isObject(document) ? document : {}
}

const poll = async (body: object, stream = 'polled'): Promise<Json> => {
  const answer = await world.post(`/ssf/poll/${stream}`, JSON.stringify(body), { caller: 'siem' })
  assert.equal(answer.status, 200)
  return parseObject(answer.text) ?? {}
}

const setsOf = (answer: Json): [string, string][] => {
  const sets = isObject(answer['sets']) ? answer['sets'] : {}
  return Object.entries(sets).map(([jti, set]) => [jti, String(set)])
}

const claimOf = (token: string, name: string) =>
  parseObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))?.[name]

describe('introspection as a JWT', () => {
  const accept = 'application/token-introspection+jwt'

  it('is signed for the caller, for active and inactive tokens', async () => {
    for (const [token, isActive] of [
      [await world.mint(), true],
      [world.forge(), false],
    ] as const) {
      const { status, text, type } = await world.post('/introspect', { token }, { accept })
      assert.deepEqual([status, type], [200, accept])
      const { token_introspection: answer } = await verified(
        text,
        'token-introspection+jwt',
        'dovecot',
      )
      assert.ok(isObject(answer))
      assert.equal(answer['active'], isActive)
      if (!isActive) assert.deepEqual(answer, { active: false })
    }
  })

  it('is returned only where the Accept header asks for it', async () => {
    const token = await world.mint()
    const typeFor = async (accepted: string) =>
      (await world.post('/introspect', { token }, { accept: accepted })).type
    for (const accepted of [`${accept};q=0.9, application/json;q=0.5`, `text/html,${accept}`])
      assert.equal(await typeFor(accepted), accept, accepted)
    for (const other of [
      '*/*',
      'application/json',
      `${accept}x`,
      `${accept};q=0`,
      `${accept}; q=0.0`,
    ])
      assert.equal(await typeFor(other), 'application/json', other)
  })

  it('is described, with the ledger beside it', async () => {
    const document = await read('/.well-known/oauth-authorization-server')
    assert.equal(document['issuer'], ISSUER)
    assert.deepEqual(await read('/.well-known/oauth-authorization-server/mail'), document)
    assert.equal((await read('/.well-known/ssf-configuration/mail'))['issuer'], ISSUER)
    assert.equal(document['introspection_endpoint'], `${ISSUER}/introspect`)
    assert.equal(document['revocation_endpoint'], `${ISSUER}/revoke`)
    assert.equal(document['mintmark_ledger_prefix'], world.ledgerUrl)
    assert.match(String(document['mintmark_log_vkeys']), /^ledger\.example\.org\+/)
    assert.ok(!JSON.stringify(await read('/jwks')).includes('"d"'))
  })
})

const isActive = async (token: string) =>
  parseObject((await world.post('/introspect', { token })).text)?.['active']

describe('a revocation', () => {
  it('counts for a token from the moment that it is answered', async () => {
    const [token, other] = [await world.mint(), await world.mint()]
    assert.deepEqual([await isActive(token), await isActive(other)], [true, true])
    assert.equal((await world.post('/revoke', { token }, { caller: 'admin' })).status, 200)
    assert.equal(await isActive(token), false)
    assert.equal(await isActive(other), true)
    const answer = await world.post('/revoke', { token }, { caller: 'admin' })
    assert.equal(answer.status, 200, 'once more')
  })

  it('needs a caller with the right to revoke, and a signed token', async () => {
    const token = await world.mint()
    const refused = await world.post('/revoke', { token })
    assert.deepEqual([refused.status, refused.text], [403, '{"error":"unauthorized_client"}'])
    const opaque = await world.post('/revoke', { token: 'opaque' }, { caller: 'admin' })
    assert.deepEqual([opaque.status, opaque.text], [400, '{"error":"unsupported_token_type"}'])
    assert.equal(await isActive(token), true)
  })
})

describe('security events', () => {
  it('report a forgery, and with the first one the compromised key, polled and pushed', async () => {
    const waiting = poll({
      returnImmediately: false,
      ack: setsOf(await poll({ returnImmediately: true })).map(([jti]) => jti),
    })
    const token = world.forge()
    const earlier = pushed.length
    const answered = world.post('/introspect', { token })
    const isLogged = () => world.alarms().some(({ jti: each }) => each === claimOf(token, 'jti'))
    while (pushed.length === earlier || !isLogged())
      await new Promise((resolve) => setTimeout(resolve, 5))
    await answered
    const sets = setsOf(await waiting)
    assert.ok(sets.length >= 1)
    const [jti, set] = sets[0] ?? ['', '']
    const event = await verified(set, 'secevent+jwt', 'https://siem.example.org')
    assert.equal(event.jti, jti)
    assert.equal(event.exp, undefined)
    assert.equal(event.sub, undefined)
    const [iss, jtiShown] = [claimOf(token, 'iss'), claimOf(token, 'jti')]
    assert.deepEqual(event['sub_id'], { format: 'jwt_id', iss, jti: jtiShown })
    const events = event['events']
    assert.ok(isObject(events) && isObject(events[ALARM]))
    assert.equal(events[ALARM]['alarm'], 'unissued')
    assert.ok(!JSON.stringify(event).includes('"ada"'), 'no person is named')
    while (pushed.length < 3) await new Promise((resolve) => setTimeout(resolve, 20))
    const seen = await Promise.all(
      pushed.map(
        async ({ set: each }) => await verified(each, 'secevent+jwt', 'https://soc.example.org'),
      ),
    )
    const types = seen.flatMap((each) => Object.keys(each['events'] ?? {}))
    assert.equal(types.filter((type) => type === COMPROMISE).length, 1)
    assert.ok(pushed.every(({ type }) => type === 'application/secevent+jwt'))
    assert.ok(pushed.every(({ authorization }) => authorization === 'Bearer of-the-siem'))
  })

  it('stay until they are acknowledged, and come again until they are taken', async () => {
    isReceiving = false
    await poll({
      ack: setsOf(await poll({ returnImmediately: true })).map(([jti]) => jti),
      maxEvents: 0,
    })
    await world.post('/introspect', { token: world.forge() })
    const first = setsOf(await poll({ returnImmediately: false }))
    assert.ok(first.length > 0)
    assert.deepEqual(setsOf(await poll({ returnImmediately: true })), first)
    const ack = first.map(([jti]) => jti)
    assert.deepEqual(await poll({ returnImmediately: true, ack }), {
      sets: {},
      moreAvailable: false,
    })
    const earlier = pushed.length
    isReceiving = true
    while (pushed.length === earlier) await new Promise((resolve) => setTimeout(resolve, 50))
  })
})

describe('a stream of security events', () => {
  it('can be tried out, by whose stream it is', async () => {
    const body = JSON.stringify({ stream_id: 'polled', state: 'hello' })
    assert.equal((await world.post('/ssf/verification', body, { caller: 'siem' })).status, 204)
    const set = setsOf(await poll({ returnImmediately: true }))[0]?.[1] ?? ''
    const { events } = await verified(set, 'secevent+jwt', 'https://siem.example.org')
    assert.match(JSON.stringify(events), /event-type\/verification":\{"state":"hello"\}/)
    assert.equal((await world.post('/ssf/verification', body)).status, 404)
    assert.equal((await world.post('/ssf/poll/polled', '{}')).status, 404)
    assert.equal((await world.post('/ssf/poll/polled', '{}', { secret: 'guess' })).status, 401)
    const configuration = await read('/.well-known/ssf-configuration')
    assert.equal(configuration['spec_version'], '1_0')
  })
})

describe('tokens that are let in', () => {
  it('are reported to a stream that requests them, once and without a name', async () => {
    const ack = setsOf(await poll({ returnImmediately: true }, 'uses')).map(([jti]) => jti)
    await poll({ returnImmediately: true, ack, maxEvents: 0 }, 'uses')
    const token = await world.mint()
    for (let i = 0; i < 3; i++) assert.equal(await isActive(token), true)
    const sets = setsOf(await poll({}, 'uses'))
    assert.equal(sets.length, 1)
    const event = await verified(sets[0]?.[1] ?? '', 'secevent+jwt', 'https://siem.example.org')
    const claims = parseObject(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const subject = { format: 'jwt_id', iss: claims?.['iss'], jti: claims?.['jti'] }
    assert.deepEqual(event['sub_id'], subject)
    const events = event['events']
    assert.ok(isObject(events) && isObject(events[PRESENTED]))
    assert.equal(typeof events[PRESENTED]['event_timestamp'], 'number')
    assert.ok(!JSON.stringify(event).includes('"ada"'), 'no person is named')
    const others = setsOf(await poll({ returnImmediately: true }))
    const told = others.map(([, set]) => Buffer.from(set.split('.')[1] ?? '', 'base64url'))
    assert.ok(told.every((payload) => !payload.includes(PRESENTED)))
  })
})

it('a forgery that is shown to be revoked is answered like a token, and raises its alarm', async () => {
  const earlier = world.alarms().length
  const forged = await world.post('/revoke', { token: world.forge() }, { caller: 'admin' })
  assert.deepEqual([forged.status, forged.text], [200, ''])
  while (world.alarms().length === earlier) await sleep(10)
})
