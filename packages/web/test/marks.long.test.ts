/** What people say of a case on the page: marks, one or many, what is like them, and notes. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isObject, type Json } from '@mintmark/core'
import { type Browser, HOSTILE, STOLEN, stolenId, type WebWorld, webWorld } from './web_world.ts'

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
const scopeOf = async (from = browser) => objectOf(objectOf(await from.get('/api/answer'))['scope'])
const accesses = async (from = browser) => (await scopeOf(from))['accesses']

/** Posts a mark; its time. */
async function mark(body: object, from = browser): Promise<string> {
  const response = await from.post('/api/marks', body)
  const made: unknown = await response.json()
  assert.equal(response.status, 200, JSON.stringify(made))
  return String(objectOf(made)['at'])
}
const takeBack = (at: string) => mark({ party: null, at, by: 'ann', reason: 'taken back' })
const OURS = { party: 'legitimate', reason: HOSTILE }

describe('marks', () => {
  it('change the scope at once, carry who and why, and can be taken back', async () => {
    const one = { ...OURS, kind: 'address', values: ['198.51.100.1'] }
    const at = await mark({ ...one, who: 'mallory' })
    assert.equal(await accesses(), STOLEN / 2)
    const [held] = rowsOf(await browser.get('/api/marks'))
    assert.deepEqual([held?.['who'], held?.['party'], held?.['counting']], ['ann', 'legitimate', 1])
    await takeBack(at)
    assert.equal(await accesses(), STOLEN)
    const [back, made] = rowsOf(await browser.get('/api/marks'))
    assert.deepEqual([back?.['party'], made?.['counting']], [null, 0])
  })

  it('come to the same as an answer that is made anew', async () => {
    const at = await mark({ ...OURS, kind: 'access', values: [stolenId(0), stolenId(3)] })
    assert.equal(await accesses(), STOLEN - 2)
    assert.deepEqual(await browser.get('/api/upper-bounds'), {})
    const answer = objectOf(await browser.get('/api/answer'))
    const anew = objectOf(await (await world.app()).get('/api/answer'))
    assert.equal(answer['isRefreshing'], false)
    for (const part of ['scope', 'timeline', 'unknowns', 'conclusion', 'marksTotal'])
      assert.deepEqual(answer[part], anew[part], part)
    await takeBack(at)
  })

  it('are made of all accesses of a selection at once, and taken back at once', async () => {
    const at = await mark({ ...OURS, selection: 'ip=198.51.100.1' })
    assert.equal(await accesses(), STOLEN / 2)
    const [action] = rowsOf(await browser.get('/api/marks'))
    assert.deepEqual([action?.['marks'], action?.['counting']], [STOLEN / 2, STOLEN / 2])
    await takeBack(at)
    assert.equal(await accesses(), STOLEN)
  })

  it('of one window are seen in another', async () => {
    const other = await world.app()
    const both = await Promise.all([
      mark({ ...OURS, kind: 'access', values: [stolenId(1)] }),
      mark({ ...OURS, kind: 'access', values: [stolenId(2)] }, other),
    ])
    assert.equal(new Set(both).size, 2)
    assert.deepEqual([await accesses(), await accesses(other)], [STOLEN - 2, STOLEN - 2])
    for (const at of both) await takeBack(at)
    assert.equal(await accesses(other), STOLEN)
  })
})

describe('a mark that is none', () => {
  for (const body of [
    undefined,
    [],
    { ...OURS, kind: 'tenant', values: ['x'] },
    { ...OURS, kind: 'address', values: ['x'] },
    { ...OURS, kind: 'access', values: [] },
    { ...OURS, kind: 'access', values: [stolenId(0), 'x'] },
    { ...OURS, kind: 'access', values: [1] },
    { ...OURS, kind: 'access', values: Array.from({ length: 5001 }, (_, n) => stolenId(n)) },
    { ...OURS, selection: 'from=yesterday' },
    { ...OURS, at: 'now', trait: 'address' },
    { ...OURS, at: '2023-05-01T00:00:00Z', trait: 'tenant' },
    { party: 'mine', reason: 'y', kind: 'address', values: ['192.0.2.1'] },
    { party: null, at: 'now', by: 'ann', reason: 'y' },
    { ...OURS, reason: '', kind: 'address', values: ['192.0.2.1'] },
  ])
    it(`is refused: ${JSON.stringify({ body }).replace(JSON.stringify(HOSTILE), '…').slice(0, 90)}`, async () => {
      assert.equal((await browser.post('/api/marks', body)).status, 400)
      assert.equal(await accesses(), STOLEN)
    })
})

describe('similar accesses', () => {
  it('are those that a like mark would change, with their principals; suggesting marks nothing', async () => {
    const at = await mark({ ...OURS, kind: 'access', values: [stolenId(0)] })
    const found = rowsOf(await browser.get(`/api/similar?at=${at}&party=legitimate`))
    assert.deepEqual(
      found.map((one) => [one['trait'], one['accesses'], one['principals']]),
      [
        ['session', STOLEN / 4 - 1, 1],
        ['address', STOLEN / 2 - 1, 1],
        ['client', STOLEN - 1, 1],
        ['application', STOLEN - 1, 1],
      ],
    )
    // Those who have an issued token use the application too.
    assert.equal(found[3]?.['principalsInAll'], 4)
    assert.equal(await accesses(), STOLEN - 1)

    const like = await mark({ ...OURS, at, trait: 'address' })
    assert.equal(await accesses(), STOLEN / 2)
    for (const made of [like, at]) await takeBack(made)
    assert.equal(await accesses(), STOLEN)
  })

  for (const query of ['at=now&party=legitimate', 'at=2023-05-01T00:00:00Z&party=mine', ''])
    it(`are refused of ${query === '' ? 'nothing' : query}`, async () => {
      assert.equal((await browser.raw(`/api/similar?${query}`)).status, 400)
    })
})

const note = (body: object) => browser.post('/api/notes', body)
const allNotes = async () => rowsOf(await browser.get('/api/notes'))

describe('notes', () => {
  it('are kept with author and time, the newest of each; they change no number', async () => {
    await note({ kind: 'mailbox', value: 'Ada@Example.org', text: 'first' })
    await note({ kind: 'mailbox', value: 'ada@example.org', text: `${HOSTILE}\n\n${HOSTILE}` })
    await note({ kind: 'view', value: '/timeline?ip=198.51.100.1', text: 'his second address' })
    const [mailbox, view] = await allNotes()
    assert.deepEqual(
      [mailbox?.['kind'], mailbox?.['value'], mailbox?.['who']],
      ['mailbox', 'ada@example.org', 'ann'],
    )
    // One line; the page writes out what misleads the eye.
    assert.match(String(mailbox?.['text']), /<\/script>.*<\/script>/)
    assert.equal(view?.['value'], '/timeline?ip=198.51.100.1')
    assert.equal(await accesses(), STOLEN)
    await note({ kind: 'mailbox', value: 'ada@example.org', text: null })
    assert.deepEqual(
      (await allNotes()).map((one) => one['kind']),
      ['view'],
    )
  })

  for (const [name, body] of [
    ['nothing', undefined],
    ['another site', { kind: 'view', value: '//evil.example/', text: 'x' }],
    ['another site as browsers read it', { kind: 'view', value: '/\\evil.example/', text: 'x' }],
    ['a script', { kind: 'view', value: 'javascript:alert(1)', text: 'x' }],
    ['an address with a control', { kind: 'view', value: '/a\u202eb', text: 'x' }],
    ['an address without end', { kind: 'view', value: `/?${'x'.repeat(5000)}`, text: 'x' }],
    ['an access that is none', { kind: 'access', value: 'x', text: 'x' }],
    ['a token that is none', { kind: 'token', value: '', text: 'x' }],
    ['no text', { kind: 'mailbox', value: 'ada@example.org', text: ' \n' }],
    ['a book', { kind: 'mailbox', value: 'ada@example.org', text: 'x'.repeat(2001) }],
    ['a tenant', { kind: 'tenant', value: 'agency', text: 'x' }],
  ] as const)
    it(`are refused of ${name}`, async () => {
      assert.equal((await note(body ?? {})).status, 400)
    })
})

it('marks and notes are refused where the case is served for reading', async () => {
  const reader = await world.app({ canWrite: false })
  for (const [path, body] of [
    ['/api/marks', { ...OURS, kind: 'address', values: ['198.51.100.1'] }],
    ['/api/notes', { kind: 'mailbox', value: 'ada@example.org', text: 'x' }],
    ['/api/hunts/save', { source: '' }],
  ] as const)
    assert.equal((await reader.post(path, body)).status, 403)
  assert.equal(await accesses(), STOLEN)
})

describe('time', () => {
  it('of nothing selected has what the logs covered in it, by tenant', async () => {
    const empty = '/api/covered?from=2023-05-03T10:00:00Z&to=2023-05-03T12:00:00Z'
    const rows = rowsOf(await browser.get(empty))
    assert.deepEqual(
      rows.map((row) => [row['tenant'], row['side'], row['hoursPresent'], row['hours']]),
      [
        ['agency', 'access', 2, 2],
        ['agency', 'issuance', 2, 2],
      ],
    )
    const early = rowsOf(await browser.get('/api/covered?to=2023-04-01T00:00:00Z'))
    assert.deepEqual(
      early.map((row) => row['hoursPresent']),
      [0, 0],
    )
  })
})
