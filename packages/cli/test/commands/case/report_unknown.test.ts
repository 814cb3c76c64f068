/** The report of four accesses without a verdict: it shows no zero as if records had established it. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Json } from '@mintmark/core'
import { mintmark } from '../../fake_io.ts'
import { member, objects, parsed } from '../../printed.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-unknown-'))
after(() => rmSync(root, { recursive: true, force: true }))

const LINES = [1, 2, 3, 4].map((n) =>
  JSON.stringify({
    schema: 'mintmark-access/1',
    at: `2023-05-15T08:0${n}:00Z`,
    operation: 'PageRead',
    service: 'wiki',
    outcome: 'succeeded',
    principal: 'ada@example.org',
    tenant: 'agency',
    ip: '192.0.2.7',
  }),
)

let report: Json
let markdown: string

before(async () => {
  mkdirSync(join(root, 'in'))
  writeFileSync(join(root, 'in', 'log.ndjson'), `${LINES.join('\n')}\n`)
  const inCase = ['--case', join(root, 'case')]
  await mintmark('investigate', join(root, 'in'), ...inCase)
  await mintmark('report', ...inCase, '--out', join(root, 'report'), '--no-pdf')
  report = parsed(readFileSync(join(root, 'report', 'report.json'), 'utf8'))
  markdown = readFileSync(join(root, 'report', 'report.md'), 'utf8')
})

const answerOf = () => objects(report['sections']).find(({ id }) => id === 'answer')

describe('a report on accesses without a verdict', () => {
  it('gives no number of what nobody knows or searched', () => {
    const figures = objects(member(answerOf(), 'figures'))
    const values = new Map(figures.map(({ id, value, strength }) => [id, [value, strength]]))
    for (const what of ['unissued', 'mismatched', 'tokens', 'mailboxes', 'messages', 'bytes'])
      assert.deepEqual(values.get(`count-${what}`), [null, 'unknown'], what)
    assert.deepEqual(values.get('count-keys-found'), [null, 'not-searched'])
  })

  it('begins with CANNOT TELL, and names the log that would settle it', () => {
    const [first] = objects(member(answerOf(), 'statements'))
    assert.match(
      String(member(first, 'text')),
      /^CANNOT TELL\. None of 4 accesses could be judged\./,
    )
    assert.equal(member(first, 'strength'), 'not-excluded')
    assert.match(String(member(first, 'settledBy')), /^Sign-in logs of these tenants/)
  })

  it('calls no empty list established, but where it counts the evidence itself', () => {
    const counted = new Set(['completeness', 'rejects'])
    const empty = objects(report['sections'])
      .flatMap(({ tables }) => objects(tables))
      .filter(({ total, strength }) => total === 0 && strength === 'established')
    assert.deepEqual(
      empty.map(({ id }) => id).filter((id) => !counted.has(String(id))),
      [],
    )
    assert.doesNotMatch(markdown, /\| 0 \| established/)
    assert.match(markdown, /private keys in memory dumps \| not searched/)
  })
})
