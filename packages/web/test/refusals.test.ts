/** What a person and a program get where something is refused; and what a search finds. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import {
  type Browser,
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
