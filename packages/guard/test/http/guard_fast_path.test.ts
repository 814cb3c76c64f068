/** What is asked most is answered past the routes: with the same answers, whatever is asked. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { type GuardWorld, secretOf, startGuardWorld } from './served_guard.ts'

let world: GuardWorld
let genuine = ''
before(async () => {
  world = await startGuardWorld()
  genuine = await world.mint()
})
after(() => world.stop())

const SECRET = secretOf('dovecot')
const BASIC = `Basic ${Buffer.from(`dovecot:${SECRET}`).toString('base64')}`
const FORM = 'application/x-www-form-urlencoded'

interface Case {
  readonly name: string
  readonly path: string
  readonly method?: string
  readonly headers?: () => Record<string, string>
  readonly body?: () => string
  readonly status: number
}

const asDovecot = () => ({ authorization: BASIC, 'content-type': FORM })
const bearing = (token: () => string) => () => ({
  'x-mintmark-caller': SECRET,
  authorization: `Bearer ${token()}`,
})

const cases: readonly Case[] = [
  { name: 'a genuine token', path: '/introspect', body: () => `token=${genuine}`, status: 200 },
  {
    name: 'with a hint',
    path: '/introspect',
    body: () => `token=${genuine}&token_type_hint=access_token`,
    status: 200,
  },
  { name: 'a forged one', path: '/introspect', body: () => `token=${world.forge()}`, status: 200 },
  { name: 'junk', path: '/introspect', body: () => 'token=a.b.c', status: 200 },
  { name: 'letters beyond ASCII', path: '/introspect', body: () => 'token=ä.ö.ü', status: 200 },
  { name: 'nothing', path: '/introspect', body: () => '', status: 400 },
  { name: 'two tokens', path: '/introspect', body: () => 'token=a&token=b', status: 400 },
  {
    name: 'a long body',
    path: '/introspect',
    body: () => `token=${'a'.repeat(73 << 10)}`,
    status: 413,
  },
  {
    name: 'a stranger',
    path: '/introspect',
    headers: () => ({ authorization: 'Basic eDp5' }),
    body: () => 'token=a',
    status: 401,
  },
  { name: 'nobody', path: '/introspect', headers: () => ({}), body: () => 'token=a', status: 401 },
  { name: 'with a query', path: '/introspect?x=1', body: () => `token=${genuine}`, status: 200 },
  {
    name: 'another method',
    path: '/introspect',
    method: 'PUT',
    body: () => 'token=a',
    status: 404,
  },
  { name: 'genuine', path: '/authz', method: 'GET', headers: bearing(() => genuine), status: 200 },
  {
    name: 'genuine, below',
    path: '/authz/inbox?x=/../',
    method: 'GET',
    headers: bearing(() => genuine),
    status: 200,
  },
  {
    name: 'genuine, to be posted',
    path: '/authz/inbox',
    method: 'POST',
    headers: bearing(() => genuine),
    body: () => 'mail',
    status: 200,
  },
  {
    name: 'genuine, head alone',
    path: '/authz',
    method: 'HEAD',
    headers: bearing(() => genuine),
    status: 200,
  },
  {
    name: 'forged',
    path: '/authz',
    method: 'GET',
    headers: bearing(() => world.forge()),
    status: 401,
  },
  {
    name: 'no token',
    path: '/authz',
    method: 'GET',
    headers: () => ({ 'x-mintmark-caller': SECRET }),
    status: 401,
  },
  {
    name: 'no caller',
    path: '/authz',
    method: 'GET',
    headers: () => ({ authorization: `Bearer ${genuine}` }),
    status: 403,
  },
  { name: 'beside', path: '/authzz', method: 'GET', headers: bearing(() => genuine), status: 404 },
]

const HEADERS = [
  'content-type',
  'cache-control',
  'www-authenticate',
  'x-auth-subject',
  'x-auth-user',
  'x-auth-client',
  'x-mintmark-basis',
]

async function answerOf(response: Response): Promise<readonly unknown[]> {
  const headers = HEADERS.map((name) => response.headers.get(name))
  return [response.status, headers, await response.text()]
}

describe('a guard on a server', () => {
  for (const { name, path, method = 'POST', headers = asDovecot, body, status } of cases)
    it(`answers ${method} ${path}, ${name}, as its routes do`, async () => {
      // Each forgery raises one alarm: the two have to be asked about the same token.
      const init = { method, headers: headers(), ...(body !== undefined && { body: body() }) }
      const routed = await answerOf(await world.ask(new Request(`http://guard${path}`, init)))
      assert.deepEqual(await answerOf(await fetch(`${world.url}${path}`, init)), routed)
      assert.equal(routed[0], status)
    })

  it('admits no token where two are shown', async () => {
    for (const shown of [
      [`Bearer ${genuine}`, `Bearer ${world.forge()}`],
      [`Bearer ${world.forge()}`, `Bearer ${genuine}`],
      [`Bearer ${genuine}`, `Bearer ${genuine}`],
    ]) {
      const each = shown.flatMap((value) => ['Authorization', value])
      const headers = ['Host', 'guard', 'X-Mintmark-Caller', SECRET, ...each]
      const status = await new Promise((resolve, reject) => {
        const asked = request(`${world.url}/authz`, { headers }, ({ statusCode }) =>
          resolve(statusCode),
        )
        asked.on('error', reject).end()
      })
      assert.equal(status, 401)
    }
  })

  it('reads a body that comes in pieces, within a letter too', async () => {
    const body = Buffer.from(`token=${genuine}&note=ä`)
    const headers = { ...asDovecot(), 'content-length': body.length }
    const answer = await new Promise<string>((resolve, reject) => {
      const asked = request(`${world.url}/introspect`, { method: 'POST', headers }, (response) => {
        let text = ''
        response.on('data', (part) => {
          text += part
        })
        response.on('end', () => resolve(text))
      })
      asked.on('error', reject)
      asked.write(body.subarray(0, 9))
      setTimeout(() => asked.write(body.subarray(9, -1)), 20)
      setTimeout(() => asked.end(body.subarray(-1)), 40)
    })
    assert.match(answer, /^\{"active":true/)
  })
})
