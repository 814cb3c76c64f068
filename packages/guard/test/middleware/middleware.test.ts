/** What a service behind the guard answers, in each framework: to genuine tokens, to forged ones, and to none. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { forge } from '@mintmark/testkit'
import { tokenCheck } from '../../src/middleware/bearer.ts'
import { claims, MAIL, mailPolicy, newWorld, type World } from '../guard_world.ts'
import { FRAMEWORKS, SCOPE, type Served } from './frameworks.ts'

interface Answered {
  readonly status: number
  readonly challenge: string | undefined
  readonly cache: string | undefined
  readonly body: unknown
}

/** Node's own client, since `fetch` sends no header twice. */
function get(authorization: string | readonly string[], url: string): Promise<Answered> {
  const values = [authorization].flat()
  const headers = values.flatMap((value) => ['Authorization', value])
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: ['Host', 'localhost', ...headers] }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part
      })
      response.on('end', () => {
        const { 'www-authenticate': challenge, 'cache-control': cache } = response.headers
        resolve({ status: response.statusCode ?? 0, challenge, cache, body: JSON.parse(body) })
      })
    })
    asked.on('error', reject).end()
  })
}

const challenge = (error: string) => `Bearer realm="mintmark", error="${error}"`
const errorOf = (error: string) => ({ cache: 'no-store', body: { error } })
const INVALID: Answered = {
  status: 401,
  challenge: challenge('invalid_token'),
  ...errorOf('invalid_token'),
}
const MALFORMED: Answered = {
  status: 400,
  challenge: challenge('invalid_request'),
  ...errorOf('invalid_request'),
}
const NONE: Answered = { ...INVALID, challenge: 'Bearer realm="mintmark"' }

/** Starts the service before the tests of a suite, and stops it after them. */
function serviceOf(start: (typeof FRAMEWORKS)[string]): {
  readonly world: () => World
  readonly ask: typeof get
  /** The answer, from which no route learned. */
  readonly refused: typeof get
} {
  let world: World
  let served: Served
  const seen: string[] = []
  before(async () => {
    world = await newWorld()
    const tokenGuard = { guard: world.guard, config: { audiences: new Map([[MAIL, mailPolicy]]) } }
    served = await start(tokenGuard, MAIL, (path) => seen.push(path))
  })
  after(async () => {
    await served.stop()
    await world.close()
  })
  const ask: typeof get = (authorization, path) => get(authorization, `${served.url}${path}`)
  const refused: typeof get = async (authorization, path) => {
    seen.length = 0
    const answered = await ask(authorization, path)
    assert.deepEqual(seen, [])
    return answered
  }
  return { world: () => world, ask, refused }
}

for (const [name, start] of Object.entries(FRAMEWORKS)) {
  describe(`a service of ${name} behind the guard`, () => {
    const { world, ask, refused } = serviceOf(start)

    it('sees the claims of a recorded token, and no other request', async () => {
      const { status, body } = await ask(`Bearer ${await world().mint()}`, '/mail')
      const token = { sub: 'ada', user: 'ada', audience: MAIL, basis: 'recorded' }
      assert.deepEqual([status, body], [200, token])
      const forged = forge(world().keys.own, claims())
      assert.deepEqual(await refused(`Bearer ${forged}`, '/mail'), INVALID)
      assert.equal(world().alarms.at(-1)?.alarm, 'unissued')
      assert.equal(world().alarms.at(-1)?.caller, MAIL)
      const elsewhere = await world().mint({ aud: 'https://other.example.org' })
      assert.deepEqual(await refused(`Bearer ${elsewhere}`, '/mail'), INVALID)
      const bound = await world().mint({ cnf: { jkt: 'of-the-key-of-its-holder' } })
      assert.deepEqual(await refused(`Bearer ${bound}`, '/mail'), INVALID)
    })

    it('asks for a bearer token where there is none, and takes one alone', async () => {
      const token = await world().mint()
      for (const none of [[], 'Basic YTpi', `DPoP ${token}`])
        assert.deepEqual(await refused(none, '/mail'), NONE)
      const twice = [`Bearer ${token}`, `Bearer ${token}`]
      for (const wrong of ['Bearer', `Bearer ${token} ${token}`, `Bearer  ${token}`, twice])
        assert.deepEqual(await refused(wrong, '/mail'), MALFORMED)
      assert.deepEqual(await refused([`Bearer ${token}`, 'Basic YTpi'], '/mail'), MALFORMED)
      assert.deepEqual(await refused([], `/mail?access_token=${token}`), NONE)
    })

    it('asks for all of a scope', async () => {
      const few = await refused(`Bearer ${await world().mint({ scope: 'mail.read' })}`, '/scoped')
      const needed = `${challenge('insufficient_scope')}, scope="${SCOPE.join(' ')}"`
      assert.deepEqual(few, { status: 403, challenge: needed, ...errorOf('insufficient_scope') })
      const whole = await world().mint({ scope: `openid ${SCOPE.toReversed().join(' ')}` })
      assert.equal((await ask(`Bearer ${whole}`, '/scoped')).status, 200)
    })

    it('lets nobody new in while the ledger cannot be read', async () => {
      const token = await world().mint()
      world().line.isCut = true
      try {
        const { status, body } = await refused(`Bearer ${token}`, '/mail')
        assert.deepEqual([status, body], [503, { error: 'temporarily_unavailable' }])
      } finally {
        world().line.isCut = false
      }
    })
  })
}

describe('the check behind all of them', () => {
  const audiences = new Map([[MAIL, mailPolicy]])
  const failing = { assignVerdict: () => Promise.reject(new Error('out of memory')) }

  it('refuses where the guard fails', async () => {
    const check = tokenCheck({ guard: failing, config: { audiences } }, { audience: MAIL })
    const checked = await check('Bearer a.b.c')
    assert.equal('refusal' in checked && checked.refusal.status, 503)
  })

  it('takes no audience without a written policy, and no scope that is none', () => {
    const tokenGuard = { guard: failing, config: { audiences } }
    for (const options of [{ audience: 'other' }, { audience: MAIL, scope: ['mail read'] }])
      assert.throws(() => tokenCheck(tokenGuard, options), { code: 'INPUT_INVALID' })
  })
})
