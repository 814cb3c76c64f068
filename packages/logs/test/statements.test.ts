import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { type Adapter, adapters, EvidenceReader, type Statement } from '../src/index.ts'
import { collect, collector, keyed } from './collected.ts'
import { MAIL_READ } from './ual/ual_rows.ts'

const AuditData = JSON.stringify(MAIL_READ)

function said(text: string, options: object = {}): [Statement, number][] {
  const statements: [Statement, number][] = []
  const sink = {
    ...collector([]),
    statement: (statement: Statement, line: number) => statements.push([statement, line]),
  }
  const reader = new EvidenceReader(sink, { adapters, ...options })
  reader.push(Buffer.from(text))
  reader.end()
  return statements
}

const cell = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`
const csv = (rows: readonly Json[]) =>
  [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]
    .map((cells) => `${cells.map(cell).join(',')}\n`)
    .join('')
const ndjson = (rows: readonly Json[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

const numbered = (ResultIndex: number, ResultCount: number, more: Json = {}): Json => ({
  AuditData,
  ResultIndex,
  ResultCount,
  ...more,
})
const splunk: Json = { _raw: '', _time: '2023-05-15T08:00:00Z' }

describe('a cmdlet’s numbering that ends before its count is stated,', () => {
  const files: { name: string; short: string; whole: string }[] = [
    {
      name: 'in CSV',
      short: csv([numbered(1, 3), numbered(2, 3)]),
      whole: csv([numbered(3, 3), numbered(1, 3), numbered(2, 3)]),
    },
    {
      name: 'in JSON',
      short: ndjson([numbered(1, 3), numbered(2, 3)]),
      whole: ndjson([numbered(1, 3), numbered(2, 3), numbered(3, 3)]),
    },
    {
      name: 'in CSV that went through Splunk',
      short: csv([numbered(1, 2, splunk)]),
      whole: csv([numbered(2, 2, splunk), numbered(1, 2, splunk)]),
    },
  ]
  for (const { name, short, whole } of files) {
    it(`${name}, once a file`, () => {
      const [first, ...others] = said(short)
      assert.deepEqual(others, [])
      assert.equal(first?.[0].code, 'result-count-short')
      assert.match(first[0].text, /at least 1 rows/)
      assert.equal(first[1], 1)
      assert.deepEqual(said(whole), [])
    })
  }

  it('and not for a slice, which sees a part of the rows only', () => {
    const text = ndjson([numbered(1, 3), numbered(2, 3)])
    assert.deepEqual(said(text, { isSlice: true, isRecognised: true }), [])
  })

  it('and not where the count grew from one page to the next', () => {
    assert.deepEqual(
      said(ndjson([numbered(1, 4), numbered(2, 4), numbered(3, 5), numbered(5, 5)])),
      [],
    )
  })
})

it('each file has a tally of its own', () => {
  let made = 0
  const tallied: Adapter = {
    ...keyed,
    tally: () => {
      let rows = 0
      made++
      return {
        row: () => rows++,
        end: (sink) => sink.statement({ code: 'row-cap', text: String(rows), fromMs: 0, toMs: 0 }),
      }
    },
  }
  for (const rows of [3, 2]) {
    const [only] = said('{"k":"a"}\n'.repeat(rows), { adapters: [tallied] })
    assert.equal(only?.[0].text, String(rows))
  }
  assert.equal(made, 2)
  assert.deepEqual(said('', { adapters: [tallied] }), [])
})

const places = (text: string, options = {}) =>
  said(text, options).map(([{ code }, line]) => `${code} @${line}`)

const gap = (hour: number) =>
  `[ERROR] Max retries reached for window 2023-05-15T0${hour}:00:00Z -> 2023-05-15T0${hour}:30:00Z\n`

describe('a file says each thing once, at the first line that shows it:', () => {
  const cut = AuditData.slice(0, 200)
  const truncated = [
    { AuditData, Identity: '1' },
    { AuditData: cut, Identity: '2' },
    { AuditData: cut, Identity: '3' },
  ]
  it('records that are cut', () => {
    assert.deepEqual(places(csv(truncated)), ['audit-data-truncated @3'])
    assert.deepEqual(places(ndjson(truncated)), ['audit-data-truncated @2'])
    const slice = { isSlice: true, isRecognised: true, startLine: 10 }
    assert.deepEqual(places(ndjson(truncated), slice), ['audit-data-truncated @11'])
  })

  it('pages with a next one', () => {
    const page = '{"value":[{"k":"a"}],"nextLink":"https://example.com/2"}\n'
    const { events } = collect(page.repeat(3))
    assert.deepEqual(
      events.filter((event) => event.startsWith('says')),
      ['says next-link @1'],
    )
  })

  it('but periods with missing records are each stated', () => {
    const codes = said(gap(1) + gap(2) + gap(1)).map(([{ code, fromMs }]) => [code, fromMs])
    assert.deepEqual(codes, [
      ['extractor-gap', Date.UTC(2023, 4, 15, 1)],
      ['extractor-gap', Date.UTC(2023, 4, 15, 2)],
    ])
  })
})
