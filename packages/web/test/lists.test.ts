/** What is read of a case: lists, sorted, filtered and as files; a search; and what is refused. */
import assert from 'node:assert/strict'
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

interface Listed {
  readonly total: number
  readonly rows: readonly Json[]
}

async function listed(path: string): Promise<Listed> {
  const page = await browser.get(path)
  assert.ok(isObject(page))
  const { total, rows } = page
  assert.ok(Array.isArray(rows))
  return { total: Number(total), rows: rows.filter(isObject) }
}

const total = async (query: string) => (await listed(`/api/accesses?${query}`)).total

async function file(path: string): Promise<string> {
  const response = await browser.raw(path)
  assert.equal(response.status, 200)
  return response.text()
}

describe('a list', () => {
  it('is sorted as a whole, not a page at a time', async () => {
    const newest = await listed('/api/accesses?sort=-at&limit=3')
    assert.deepEqual(
      newest.rows.map((row) => row['recordId']),
      [1, 2, 3].map((back) => stolenId(STOLEN - back)),
    )
    const byAddress = await listed('/api/accesses?sort=ip&limit=500')
    const addresses = byAddress.rows.map((row) => String(row['ip']))
    assert.deepEqual(addresses, addresses.toSorted())
  })

  it('is filtered by cells: values of a column are alternatives, columns narrow each other', async () => {
    assert.equal(await total('where=ip:198.51.100.1'), STOLEN / 2)
    assert.equal(await total('where=ip:198.51.100.1&where=ip:198.51.100.0'), STOLEN)
    assert.equal(await total('where=ip:198.51.100.1&where=verdict:issued'), 0)
    assert.equal(await total(`where=recordId:${stolenId(3)}`), 1)
    assert.equal(await total('where=at:2023-05-05T04:00:00.000Z'), 1)
    assert.equal(await total(`where=client:${encodeURIComponent(HOSTILE)}`), STOLEN)
    assert.equal(await total('where=strength:established'), STOLEN)
    assert.equal(await total("where=ip:' OR 1=1 --"), 0)
    assert.equal(await total('where=ip:%00'), 0)
  })

  it('looks in all cells, whatever the case', async () => {
    assert.equal((await listed('/api/accesses?q=ADA@example')).total, STOLEN)
    assert.equal((await listed('/api/accesses?q=bob')).total, 0)
    assert.equal((await listed('/api/tokens?q=ADA@example')).total, STOLEN)
    assert.equal((await listed('/api/rejects?q=UNREADABLE')).total, 1)
  })

  it('of tokens is sorted by its base rate as a number', async () => {
    const shares = (await listed('/api/tokens?sort=baseRate')).rows.map((row) => {
      const rate = row['baseRate']
      return isObject(rate) ? Number(rate['issued']) / Number(rate['of']) : Number.NaN
    })
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    )
  })

  it('of hits is that of one hunt', async () => {
    assert.deepEqual(await listed('/api/hits?id=nothing'), { total: 0, rows: [] })
  })
})

describe('a value of an address', () => {
  const values = [
    '\0',
    'a\0b',
    "' OR 1=1 --",
    '\\',
    "\\'",
    '{where_0:String}',
    '%00',
    '\ud800',
    HOSTILE,
    '-at',
    'at:2023',
    'items:99999999999999999999',
    '__proto__:1',
    'recordId:x',
    '9'.repeat(50),
    '[1,2]',
    'x'.repeat(2500),
    '\r\n',
  ]
  for (const list of ['accesses', 'hits', 'rejects', 'tokens'])
    it(`is text to the list of ${list}: it is found, or refused`, async () => {
      for (const value of values)
        for (const query of [
          { where: value },
          { where: `reason:${value}` },
          { q: value },
          { sort: value },
        ]) {
          // oxlint-disable-next-line no-await-in-loop -- the case answers one at a time
          const response = await browser.raw(
            `/api/${list}?id=x&${new URLSearchParams(query).toString()}`,
          )
          assert.ok([200, 400].includes(response.status), `${response.status} for ${value}`)
          // oxlint-disable-next-line no-await-in-loop -- the same
          await response.body?.cancel()
        }
    })
})

describe('a list as a file', () => {
  it('is the whole list with the columns, the rows and the order that are shown', async () => {
    const query = 'columns=recordId,ip,items&sort=-at&where=ip:198.51.100.1&limit=2&offset=5'
    const lines = (await file(`/api/accesses?${query}&format=csv`)).split('\r\n')
    assert.equal(lines[0], '"recordId","ip","items"')
    assert.equal(lines[1], `"${stolenId(STOLEN - 1)}","198.51.100.1","1"`)
    assert.equal(lines.length, 1 + STOLEN / 2 + 1)
    const json: unknown = JSON.parse(await file(`/api/accesses?${query}&format=json`))
    assert.ok(Array.isArray(json))
    assert.equal(json.length, STOLEN / 2)
    assert.deepEqual(json[0], { recordId: stolenId(STOLEN - 1), ip: '198.51.100.1', items: 1 })
  })

  it('has no control characters, and no formula runs in a spreadsheet', async () => {
    const csv = await file('/api/accesses?columns=client&format=csv')
    assert.doesNotMatch(csv.replaceAll('\r\n', ''), /[\p{Cc}\u202e]/u)
    const formulas = (await listed('/api/accesses?limit=1')).rows.map((row) => row['client'])
    assert.deepEqual(formulas, [HOSTILE])
    const json = await file('/api/accesses?columns=client&format=json')
    assert.doesNotMatch(json, /\u202e/)
    assert.ok(json.includes(String.raw`\u202e`))
  })

  it('is named after the list, and is for saving', async () => {
    const response = await browser.raw('/api/tokens?format=csv')
    assert.equal(response.headers.get('content-disposition'), 'attachment; filename="tokens.csv"')
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    await response.body?.cancel()
  })

  for (const [query, name] of [
    ['format=xml', 'format'],
    ['format=csv&columns=secret', 'columns'],
    ['sort=secret', 'sort'],
    ['where=secret:1', 'where'],
    ['where=nonsense', 'where'],
    ['page=-1', 'page'],
    ['from=garbage&mailbox=a@x', 'from'],
    ['from=2023-05-02&to=2023-05-01', 'to'],
    ['from=2023-05-01&from=2023-05-02', 'from'],
    ['class=evil', 'class'],
    ['token=x', 'token'],
  ] as const)
    it(`is refused with the name of what cannot be read: ${query}`, async () => {
      const response = await browser.raw(`/api/accesses?${query}`)
      assert.equal(response.status, 400)
      const problem: unknown = await response.json()
      assert.ok(isObject(problem))
      assert.equal(problem['parameter'], name)
      assert.match(String(problem['detail']), new RegExp(`^${name}: `))
    })
})

const PERSON = { Accept: 'text/html,application/xhtml+xml' }

describe('a person who is refused', () => {
  for (const [name, path, headers, status, says] of [
    ['a used link', '/enter?token=x', { Cookie: '' }, 401, /works once.*start it again/s],
    ['the page without a cookie', '/timeline', { Cookie: '' }, 401, /works once/],
    ['another host', '/', { Host: 'evil.example' }, 421, /begins with <code>http:\/\/127\.0\.0\.1/],
    ['another site', '/', { 'Sec-Fetch-Site': 'cross-site' }, 403, /into the address bar/],
    ['no page', '/<script>alert(1)</script>', {}, 404, /There is no such page/],
  ] as const)
    it(`reads what to do: ${name}`, async () => {
      const response = await browser.raw(path, { headers: { ...PERSON, ...headers } })
      const text = await response.text()
      assert.equal(response.status, status)
      assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
      const policy = response.headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none'; img-src data:; style-src 'sha256-[^']+';/)
      assert.equal(response.headers.get('x-frame-options'), 'DENY')
      assert.match(text, says)
      assert.doesNotMatch(text, /<script/)
    })

  it('gets JSON from the API, and so does a program everywhere', async () => {
    for (const [path, headers] of [
      ['/api/nothing', PERSON],
      ['/nothing', { Accept: '*/*' }],
    ] as const) {
      const response = await browser.raw(path, { headers })
      assert.equal(response.status, 404)
      assert.equal(response.headers.get('content-type'), 'application/problem+json')
      await response.body?.cancel()
    }
  })
})

describe('the printed address', () => {
  const foreign = { Cookie: '', 'Sec-Fetch-Site': 'cross-site' }

  it('may be followed from a file or a chat, and not be embedded', async () => {
    for (const [dest, status] of [
      ['iframe', 403],
      ['image', 403],
      ['document', 401],
    ] as const) {
      const headers = { ...foreign, 'Sec-Fetch-Dest': dest }
      const { auth } = await world.app()
      const path = auth.entryAddress().slice(ORIGIN.length)
      const response = await browser.raw(path, { headers })
      assert.equal(response.status, status, dest)
    }
  })
})

const found = async (q: string) => {
  const view = await browser.get(`/api/search?q=${encodeURIComponent(q)}`)
  assert.ok(isObject(view))
  const rows = [view['things'], view['accesses']].flat().filter(isObject)
  return rows.map((row: Json) => `${String(row['kind'])} ${String(row['value'])}`)
}

describe('a search', () => {
  const id = stolenToken(3)

  for (const [name, spelled] of [
    ['as it is', id],
    ['in capitals', id.toUpperCase()],
    ['with braces', `{${id}}`],
    ['in pointed brackets', `<${id}>`],
    ['without hyphens', id.replaceAll('-', '')],
    ['as in a link', encodeURIComponent(`{${id}}`)],
    ['with blanks around it', `  ${id}\n`],
  ] as const)
    it(`finds a token by its id ${name}`, async () => {
      assert.deepEqual(await found(spelled), [`token ${id}`])
    })

  it('finds accesses, sessions, people, addresses and messages, with how many are selected', async () => {
    assert.deepEqual(await found(stolenId(2).toUpperCase()), [`access ${stolenId(2)}`])
    assert.deepEqual(
      await found('000000070000400080000000000000'),
      [0, 1, 2, 3].map((n) => `session 00000007-0000-4000-8000-00000000000${n}`),
    )
    assert.deepEqual(await found('mailto:ADA@Example.org'), [
      'mailbox ada@example.org',
      'person ada@example.org',
    ])
    assert.deepEqual(await found('198.51.100.1'), ['address 198.51.100.1'])
    assert.deepEqual(await found('s7@example.org'), ['message <s7@example.org>'])
    assert.deepEqual(await found('%3Cs7%40example.org%3E'), ['message <s7@example.org>'])
    const view = await browser.get('/api/search?q=ada@example.org')
    assert.ok(isObject(view))
    const person = [view['accesses']].flat().find(isObject)
    assert.deepEqual([person?.['accesses'], person?.['selected']], [240 + STOLEN, STOLEN])
  })

  it('finds nothing for nothing, and takes any text as text', async () => {
    for (const q of [
      '',
      ' ',
      'x',
      "' OR 1=1 --",
      '%',
      '%zz',
      '\0\0\0',
      '{name:String}',
      '\u202e'.repeat(400),
    ])
      assert.deepEqual(await found(q), [])
    const long = await browser.raw(`/api/search?q=${'x'.repeat(600)}`)
    assert.equal(long.status, 400)
  })
})
