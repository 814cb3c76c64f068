import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import {
  type Browser,
  HOSTILE,
  ORIGIN,
  STOLEN,
  stolenId,
  stolenToken,
  type WebWorld,
  webWorld,
} from './web_world.ts'

let world: WebWorld
let browser: Browser
before(async () => {
  world = await webWorld()
  browser = await world.app()
})
after(() => world.close())

const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
const rowsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []
const at = (value: unknown, ...names: string[]): unknown =>
  names.reduce<unknown>((inner, name) => objectOf(inner)[name], value)
const accesses = async (focus = '') =>
  at(await browser.get(`/api/answer?${focus}`), 'scope', 'accesses')

const refusals: readonly [name: string, path: string, init: RequestInit, status: number][] = [
  ['a request without the cookie', '/api/answer', { headers: { Cookie: '' } }, 401],
  ['the page without the cookie', '/', { headers: { Cookie: '' } }, 401],
  ['a cookie of another port', '/', { headers: { Cookie: 'mintmark-4712=x' } }, 401],
  ['a guessed cookie', '/', { headers: { Cookie: 'mintmark-4711=x' } }, 401],
  ['a wrong token', '/enter?token=x', { headers: { Cookie: '' } }, 401],
  ['a name that points at this machine', '/', { headers: { Host: 'evil.example:4711' } }, 421],
  ['another port', '/', { headers: { Host: '127.0.0.1:80' } }, 421],
  ['another origin', '/api/answer', { headers: { Origin: 'https://evil.example' } }, 403],
  [
    'a page of this machine on another port',
    '/api/answer',
    { headers: { Origin: 'http://127.0.0.1:80' } },
    403,
  ],
  ['an origin that is none', '/api/answer', { headers: { Origin: 'null' } }, 403],
  ['what another site embeds', '/api/answer', { headers: { 'Sec-Fetch-Site': 'cross-site' } }, 403],
  ['a path out of the folder', '/assets/..%2f..%2fpackage.json', {}, 404],
  ['a path with dots', '/%2e%2e/%2e%2e/etc/passwd', {}, 404],
  ['an address that is not there', '/api/sql?q=SELECT', {}, 404],
  ['a write where there is none', '/api/answer', { method: 'PUT' }, 405],
  ['a deletion', '/api/marks', { method: 'DELETE' }, 405],
  ['a mark without an origin', '/api/marks', { method: 'POST', body: '{}' }, 403],
  [
    'a mark as a form would send it',
    '/api/marks',
    { method: 'POST', body: '{}', headers: { Origin: ORIGIN, 'Content-Type': 'text/plain' } },
    403,
  ],
  [
    'a body without end',
    '/api/marks',
    {
      method: 'POST',
      body: 'x'.repeat(300_000),
      headers: { Origin: ORIGIN, 'Content-Type': 'application/json' },
    },
    413,
  ],
]

describe('session authentication', () => {
  for (const [name, path, init, status] of refusals)
    it(`refuses ${name} with ${status}`, async () => {
      const response = await browser.raw(path, init)
      assert.equal(response.status, status)
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    })

  it('lets the token in once, with a cookie that no script reads and no other site sends', async () => {
    const fresh = await world.app()
    const path = fresh.auth.entryAddress().slice(ORIGIN.length)
    assert.equal((await fresh.raw(path)).status, 401)
    const cookie = (await browser.raw('/')).status
    assert.equal(cookie, 200)
  })

  it('serves the page at the address of every view', async () => {
    for (const path of ['/', '/timeline?ip=192.0.2.1', '/accounts', '/marks'])
      assert.equal(await (await browser.raw(path)).text(), '<!doctype html>page')
  })
})

describe('a value of an address that is none', () => {
  for (const path of [
    '/api/answer?from=yesterday',
    '/api/answer?from=2023-13-41T00:00:00Z',
    `/api/answer?mailbox=${'x'.repeat(600)}`,
    `/api/answer?${'ip=1.1.1.1&'.repeat(1)}${Array.from({ length: 300 }, (_, i) => `ip=${i}`).join('&')}`,
    '/api/accesses?limit=1000000',
    '/api/accesses?offset=-1',
    '/api/bins?bins=1e9',
    '/api/lineage?id=nothing',
    '/api/hunt?id=../../x',
    '/api/rejects?file=one',
  ])
    it(`${path.slice(0, 60)} is refused`, async () => {
      const response = await browser.raw(path)
      assert.equal(response.status, 400)
      assert.equal(at(await response.json(), 'code'), 'INPUT_INVALID')
    })
})

describe('the answer', () => {
  it('says what the case says', async () => {
    const answer = await browser.get('/api/answer')
    assert.equal(at(answer, 'scope', 'accesses'), STOLEN)
    assert.equal(at(answer, 'tokensTotal'), STOLEN)
    // One line of the access log could not be read.
    assert.equal(at(answer, 'scope', 'messages', 'lower'), STOLEN)
    assert.equal(at(answer, 'scope', 'messages', 'upper'), null)
    assert.equal(at(answer, 'evidence', 'rejected'), 1)
    assert.equal(at(answer, 'isNarrow'), false)
  })

  it('follows the selection in the address', async () => {
    assert.equal(await accesses('ip=198.51.100.1'), STOLEN / 2)
    assert.equal(await accesses('ip=198.51.100.1&ip=198.51.100.0'), STOLEN)
    assert.equal(await accesses('ip=198.51.100.1&session=00000007-0000-4000-8000-000000000000'), 0)
    assert.equal(await accesses('group=East'), STOLEN)
    assert.equal(await accesses('group=West'), 0)
    assert.equal(await accesses(`token=${stolenToken(3)}`), 1)
    assert.equal(await accesses('from=2023-05-05T04:00:00Z&to=2023-05-05T09:00:00Z'), 5)
    assert.equal(await accesses("mailbox=x' OR 1=1 --"), 0)
  })

  it('gives the same to the ninth selection as to the first, when older ones were put away', async () => {
    for (let round = 0; round < 2; round++)
      for (let number = 0; number < 9; number++)
        assert.equal(await accesses(`token=${stolenToken(number)}`), 1)
  })
})

describe('lists', () => {
  it('of accesses come in pages, in the order of time', async () => {
    const first = await browser.get('/api/accesses?limit=30')
    const second = await browser.get('/api/accesses?limit=30&offset=30')
    assert.equal(at(first, 'total'), STOLEN)
    const ids = [...rowsOf(at(first, 'rows')), ...rowsOf(at(second, 'rows'))].map(
      (row) => row['recordId'],
    )
    assert.deepEqual(
      ids,
      Array.from({ length: STOLEN }, (_, number) => stolenId(number)),
    )
  })

  it('of tokens have the verdict, the reason and the base rate', async () => {
    const page = await browser.get(`/api/tokens?q=${stolenToken(7)}`)
    const [token] = rowsOf(at(page, 'rows'))
    assert.equal(at(page, 'total'), 1)
    assert.deepEqual([token?.['verdict'], token?.['reason']], ['unissued', 'never-issued'])
    const issued = Number(at(token?.['baseRate'], 'issued'))
    const of = Number(at(token?.['baseRate'], 'of'))
    assert.ok(issued > 0 && issued <= of, `${issued} of ${of}`)
    assert.equal(at(token?.['baseRate'], 'basis'), 'same-context')
  })

  it('of bins count every access once', async () => {
    const bins = await browser.get('/api/bins?bins=40')
    const [series] = rowsOf(at(bins, 'series'))
    const counts: unknown = series?.['counts']
    assert.ok(Array.isArray(counts))
    assert.equal(
      counts.reduce((sum: number, one: number) => sum + one, 0),
      STOLEN,
    )
    const bands = rowsOf(at(bins, 'bands'))
    assert.deepEqual(
      bands.map((band) => [band['side'], band['category']]),
      [
        ['access', 'Exchange'],
        ['issuance', 'token'],
      ],
    )
  })

  it('of rejects name file, line and reason', async () => {
    const rejects = await browser.get('/api/rejects')
    const [row] = rowsOf(at(rejects, 'rows'))
    assert.equal(row?.['reason'], 'time-unreadable')
    assert.equal(row['line'], STOLEN + 240 * 8 + 1)
  })
})

describe('a part', () => {
  it('narrows tokens and sessions without tokens, and counts the hits of each hunt in it', async () => {
    const within = async (focus: string) => {
      const hunts = rowsOf(at(await browser.get(`/api/answer?${focus}`), 'hunts'))
      return hunts.map((hunt) => [hunt['hits'], hunt['within']])
    }
    assert.ok((await within('')).every(([hits, held]) => hits === held))
    assert.ok((await within(`token=${stolenToken(7)}`)).every(([, held]) => Number(held) <= 1))
    assert.ok((await within('group=West')).every(([, held]) => held === 0))
    assert.equal(at(await browser.get(`/api/tokens?token=${stolenToken(7)}`), 'total'), 1)
    for (const list of ['tokens', 'sessions'])
      assert.deepEqual(await browser.get(`/api/${list}?group=West`), { total: 0, rows: [] })
  })
})

describe('one access', () => {
  it('is shown as logged, with its location in the evidence', async () => {
    const [detail] = rowsOf(await browser.get(`/api/access?id=${stolenId(2)}`))
    const [item] = rowsOf(detail?.['items'])
    assert.equal(item?.['subject'], HOSTILE)
    assert.match(String(at(detail, 'evidence', 'path')), /plain\.ndjson$/)
  })

  it('says why it has its verdict, with its record in the file', async () => {
    const explained = await browser.get(`/api/why?id=${stolenId(2)}`)
    const [why] = rowsOf(at(explained, 'whys'))
    assert.equal(at(why, 'access', 'verdict'), 'unissued')
    assert.match(String(at(why, 'raw', 'text')), /^\{.*mintmark-access\/1/)
    assert.deepEqual(at(why, 'ofTokenId'), [])
    assert.equal(at(await browser.get('/api/why?id=nothing'), 'kind'), 'unknown')
  })

  it('has a lineage that shows no issuance for an unissued token', async () => {
    const lineage = await browser.get(`/api/lineage?id=${stolenToken(2)}`)
    assert.deepEqual(at(lineage, 'issuances'), [])
    assert.equal(rowsOf(at(lineage, 'uses')).length, 1)
    assert.equal(rowsOf(at(lineage, 'siblings')).length, STOLEN / 4)
  })
})

describe('hunts', () => {
  const HEADER = `-- title: T\n-- means: M\n-- cannot-mean: C\n-- attack: T1606\n-- class: replayed\n-- references: R\n`
  const SELECT = `SELECT at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app_id AS app, '${HOSTILE.replaceAll("'", '')}' AS why FROM access WHERE ip = '192.0.2.2'`
  const hunt = (id: string, strength: string, sql = SELECT) =>
    `-- id: ${id}\n-- strength: ${strength}\n${HEADER}${sql}\n`

  it('can be read, with what each can and cannot mean', async () => {
    const view = await browser.get('/api/hunt?id=id_used_by_two_principals')
    assert.match(String(at(view, 'source')), /^-- id: id_used_by_two_principals/)
    assert.match(String(at(view, 'cannotMean')), /\w/)
  })

  it('can be tried, and nothing is kept', async () => {
    const response = await browser.post('/api/hunts/try', { source: hunt('mine', 'established') })
    assert.equal(at(await response.json(), 'hits'), 240)
    assert.equal(await accesses(), STOLEN)
  })

  it('cannot write, reach out, or be two', async () => {
    for (const sql of [
      'DROP TABLE access',
      `${SELECT}; ${SELECT}`,
      "SELECT * FROM file('/etc/passwd')",
      'SELECT 1',
    ])
      for (const path of ['/api/hunts/try', '/api/hunts/save']) {
        const response = await browser.post(path, { source: hunt('mine', 'lead', sql) })
        assert.equal(response.status, 400)
        assert.equal(at(await response.json(), 'code'), 'HUNT_INVALID')
      }
  })

  it('are kept under an id of their own alone, and join the selection when they are established', async () => {
    const taken = await browser.post('/api/hunts/save', {
      source: hunt('id_structure', 'established'),
    })
    assert.equal(taken.status, 400)
    const away = await browser.post('/api/hunts/save', { source: hunt('../../x', 'established') })
    assert.equal(away.status, 400)
    const saved = await browser.post('/api/hunts/save', { source: hunt('my_hunt', 'established') })
    assert.equal(saved.status, 200)
    assert.ok(existsSync(join(world.folder, 'case', 'hunts', 'my_hunt.sql')))
    assert.equal(await accesses(), STOLEN + 240)
  })
})
