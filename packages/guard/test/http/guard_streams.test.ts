/** Streams of security events that a receiver makes, changes, pauses and takes away over HTTP: OpenID SSF 1.0, section 8.1. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { decodeJwt } from 'jose'
import { startGuard } from '../../src/index.ts'
import { callerNamed, type GuardWorld, secretOf, startGuardWorld } from './served_guard.ts'

const ISSUER = 'https://guard.example.org'
const ALARM = 'urn:mintmark:secevent:token-alarm'
const COMPROMISE = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'
const PRESENTED = 'https://schemas.openid.net/secevent/caep/event-type/session-presented'
const PUSH = 'urn:ietf:rfc:8935'
const POLL = 'urn:ietf:rfc:8936'

let world: GuardWorld
let receiver: Server
let base = ''
/** Events that were pushed: path, `Authorization`, and the event. */
const pushed: { readonly path: string; readonly authorization: string; readonly set: string }[] = []

before(async () => {
  receiver = createServer((request, response) => {
    let set = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      set += text
    })
    request.on('end', () => {
      pushed.push({
        path: request.url ?? '',
        authorization: request.headers.authorization ?? '',
        set,
      })
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  world = await startGuardWorld((scratch) => {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeFileSync(join(scratch, 'guard.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const may = { maySubscribe: true, pushTo: [`${base}/soc`] }
    return {
      statements: { issuer: ISSUER, key: join(scratch, 'guard.pem') },
      callers: [callerNamed('dovecot'), { ...callerNamed('soc'), ...may }, callerNamed('siem')],
      streams: [{ id: 'configured', audience: 'https://soc.example.org', caller: 'soc' }],
      subscriptions: { file: join(scratch, 'streams') },
    }
  })
})
after(async () => {
  await world.stop()
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
})

interface Answer {
  readonly status: number
  readonly json: Json
}

async function ask(method: string, path: string, body?: unknown, caller = 'soc'): Promise<Answer> {
  const basic = Buffer.from(`${caller}:${secretOf(caller)}`).toString('base64')
  const response = await fetch(`${world.url}${path}`, {
    method,
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, json: parseObject(text) ?? { list: text } }
}

async function made(body: object): Promise<string> {
  const { status, json } = await ask('POST', '/ssf/stream', body)
  assert.equal(status, 201, JSON.stringify(json))
  return String(json['stream_id'])
}

const forgery = async () => {
  const token = world.forge()
  await world.post('/introspect', { token })
  return token
}

/** Types of the events that wait in a stream, which are taken out of it. */
async function taken(id: string): Promise<string[]> {
  const { json } = await ask('POST', `/ssf/poll/${id}`, { returnImmediately: true })
  const sets = isObject(json['sets']) ? json['sets'] : {}
  await ask('POST', `/ssf/poll/${id}`, { ack: Object.keys(sets), maxEvents: 0 })
  return Object.values(sets).flatMap((set) => Object.keys(decodeJwt(String(set))['events'] ?? {}))
}

async function awaited<T>(find: () => T | undefined): Promise<T> {
  for (;;) {
    const found = find()
    if (found !== undefined) return found
    // oxlint-disable-next-line no-await-in-loop -- until it is there
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('a stream that a receiver makes', () => {
  it('is polled by default, and reports events from its creation on', async () => {
    const { status, json } = await ask('POST', '/ssf/stream', {})
    assert.equal(status, 201)
    const id = String(json['stream_id'])
    assert.deepEqual(json['delivery'], { method: POLL, endpoint_url: `${ISSUER}/ssf/poll/${id}` })
    assert.deepEqual(json['events_delivered'], [ALARM, COMPROMISE, PRESENTED])
    assert.deepEqual((await ask('GET', `/ssf/stream?stream_id=${id}`)).json, json)
    await forgery()
    await ask('POST', `/ssf/poll/${id}`, { maxEvents: 1 })
    assert.ok((await taken(id)).includes(ALARM))
    assert.equal((await ask('DELETE', `/ssf/stream?stream_id=${id}`)).status, 204)
    assert.equal((await ask('GET', `/ssf/stream?stream_id=${id}`)).status, 404)
    assert.equal((await ask('POST', `/ssf/poll/${id}`, {})).status, 404)
  })

  it('is pushed to an address that its caller may name, and to no other', async () => {
    const delivery = {
      method: PUSH,
      endpoint_url: `${base}/soc/a`,
      authorization_header: 'Bearer x',
    }
    const id = await made({ delivery, events_requested: [ALARM, 'urn:unknown'] })
    await forgery()
    const { authorization, set } = await awaited(() => pushed.find(({ path }) => path === '/soc/a'))
    assert.equal(authorization, 'Bearer x')
    assert.deepEqual(Object.keys(decodeJwt(set)['events'] ?? {}), [ALARM])
    for (const endpoint_url of [
      `${base}/elsewhere`,
      `${base}/soc/../elsewhere`,
      `${base}/socket`,
      base.replace('http://', 'http://soc@'),
      'file:///etc/passwd',
      '',
    ]) {
      const other = { method: PUSH, endpoint_url }
      assert.equal(
        (await ask('POST', '/ssf/stream', { delivery: other })).status,
        400,
        endpoint_url,
      )
      const patch = { stream_id: id, delivery: other }
      assert.equal((await ask('PATCH', '/ssf/stream', patch)).status, 400, endpoint_url)
    }
    await ask('DELETE', `/ssf/stream?stream_id=${id}`)
  })
})

describe('a stream that is there', () => {
  it('is changed in part by PATCH, and as a whole by PUT', async () => {
    const id = await made({ events_requested: [ALARM], description: 'alarms' })
    const patched = await ask('PATCH', '/ssf/stream', {
      stream_id: id,
      events_requested: [COMPROMISE],
    })
    assert.deepEqual(
      [patched.status, patched.json['events_delivered'], patched.json['description']],
      [200, [COMPROMISE], 'alarms'],
    )
    const delivery = { method: PUSH, endpoint_url: `${base}/soc/b` }
    const replaced = await ask('PUT', '/ssf/stream', { stream_id: id, delivery })
    assert.deepEqual(
      [replaced.json['events_delivered'], replaced.json['description'], replaced.json['delivery']],
      [[ALARM, COMPROMISE, PRESENTED], undefined, delivery],
    )
    await forgery()
    await awaited(() => pushed.find(({ path }) => path === '/soc/b'))
    await ask('DELETE', `/ssf/stream?stream_id=${id}`)
  })

  it('keeps what happens while it is paused, and nothing while it is disabled', async () => {
    const id = await made({ events_requested: [ALARM] })
    const set = (status: string) =>
      ask('POST', '/ssf/status', { stream_id: id, status, reason: 'work' })
    assert.deepEqual((await set('paused')).json, {
      stream_id: id,
      status: 'paused',
      reason: 'work',
    })
    await forgery()
    assert.deepEqual(await taken(id), [])
    await set('enabled')
    await ask('POST', `/ssf/poll/${id}`, { maxEvents: 1 })
    assert.deepEqual(await taken(id), [ALARM])
    await set('disabled')
    await forgery()
    await set('enabled')
    assert.deepEqual(await taken(id), [])
    assert.equal((await set('asleep')).status, 400)
    await ask('DELETE', `/ssf/stream?stream_id=${id}`)
  })
})

describe('the events of a stream', () => {
  it('leave out a subject that was removed', async () => {
    const id = await made({ events_requested: [PRESENTED] })
    const shown = async (how: string): Promise<string[]> => {
      const token = await world.mint()
      const { iss, jti } = decodeJwt(token)
      // The order of members says nothing.
      const subject =
        how === 'unwanted' ? { jti, iss, format: 'jwt_id' } : { format: 'email', email: 'a@b.c' }
      const removed = await ask('POST', '/ssf/subjects:remove', { stream_id: id, subject })
      assert.equal(removed.status, 204)
      await world.post('/introspect', { token })
      if (how !== 'unwanted') await ask('POST', `/ssf/poll/${id}`, { maxEvents: 1 })
      const added = await ask('POST', '/ssf/subjects:add', { stream_id: id, subject })
      assert.equal(added.status, 200)
      return await taken(id)
    }
    assert.deepEqual(await shown('unwanted'), [])
    assert.deepEqual(await shown('wanted'), [PRESENTED])
    assert.equal((await ask('POST', '/ssf/subjects:add', { stream_id: id })).status, 400)
    await ask('DELETE', `/ssf/stream?stream_id=${id}`)
  })
})

describe('streams of a guard', () => {
  it('are for those who may have them, each for its own', async () => {
    assert.equal((await ask('POST', '/ssf/stream', {}, 'siem')).status, 403)
    const id = await made({})
    assert.equal((await ask('GET', `/ssf/stream?stream_id=${id}`, undefined, 'siem')).status, 404)
    assert.equal(
      (await ask('DELETE', `/ssf/stream?stream_id=${id}`, undefined, 'siem')).status,
      404,
    )
    assert.equal((await ask('PATCH', '/ssf/stream', { stream_id: 'configured' })).status, 403)
    assert.equal((await ask('DELETE', '/ssf/stream')).status, 400)
    assert.equal(
      (await fetch(`${world.url}/ssf/stream`, { method: 'POST', body: '{}' })).status,
      401,
    )
    await ask('DELETE', `/ssf/stream?stream_id=${id}`)
  })

  it('are no more than twenty for each', async () => {
    const ids: string[] = []
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (let i = 1; i < 20; i++) ids.push(await made({}))
    assert.equal((await ask('POST', '/ssf/stream', {})).status, 409)
    await Promise.all(ids.map((id) => ask('DELETE', `/ssf/stream?stream_id=${id}`)))
  })

  it('survive a restart in a file that only the owner can read', async () => {
    const delivery = {
      method: PUSH,
      endpoint_url: `${base}/soc/c`,
      authorization_header: 'Bearer y',
    }
    const id = await made({ delivery, events_requested: [ALARM] })
    await ask('POST', '/ssf/status', { stream_id: id, status: 'paused' })
    const file = join(world.scratch, 'streams')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.ok(readFileSync(file, 'utf8').includes(id))
    const config = join(world.scratch, 'guard.json')
    const again = await startGuard(config, { log: () => undefined, now: Date.now })
    try {
      const basic = Buffer.from(`soc:${secretOf('soc')}`).toString('base64')
      const headers = { authorization: `Basic ${basic}` }
      const status = await again.app.fetch(
        new Request(`http://localhost/ssf/status?stream_id=${id}`, { headers }),
      )
      assert.deepEqual(await status.json(), { stream_id: id, status: 'paused' })
    } finally {
      await again.stop()
    }
  })
})
