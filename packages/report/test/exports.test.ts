import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Answer, Case, HuntResult } from '@mintmark/case'
import { isObject, type Json } from '@mintmark/core'
import { type Report, SECTION_IDS, writeReport } from '@mintmark/report'
import {
  HOSTILE_ADDRESSES as ADDRESSES,
  HOSTILE,
  HOSTILE_MESSAGES as MESSAGES,
  HOSTILE_PEOPLE as PEOPLE,
} from '@mintmark/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { incidentEvent } from '../src/exports/events.ts'
import { plainText } from '../src/model/markdown.ts'
import { bundleText } from '../src/stix/bundle.ts'
import { hostileCase } from './hostile_case.ts'
import { checkedEvents } from './ocsf_check.ts'
import { checkedBundle } from './stix_check.ts'
import { schemaErrors } from './stix_schemas.ts'

const SCHEMA = new URL('../../../docs/schema/report-1.schema.json', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'mintmark-report-'))
const place = join(folder, 'report')
let opened: Case
let answered: Answer
let report: Report

before(async () => {
  const made = await hostileCase(folder)
  opened = made.opened
  answered = made.answered
  report = (await writeReport(opened, answered, { out: place })).report
})
after(async () => {
  await opened.close()
  rmSync(folder, { recursive: true, force: true })
})

const textOf = (name: string, dir = place) => readFileSync(join(dir, name), 'utf8')
const partsOf = ({ sections }: Report) =>
  sections.flatMap(({ statements, figures, tables }) => [statements, figures, tables].flat())

/** What a terminal obeys, and what turns the direction of reading; a line break is an end of a line. */
const DANGEROUS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

function assertHarmless(text: string): void {
  for (const line of text.split(/\r?\n/)) assert.ok(!DANGEROUS.test(line), JSON.stringify(line))
}

const cells = (line: string) =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map((match) =>
    (match[1] ?? match[2] ?? '').replaceAll('""', '"'),
  )

function csv(text: string): Map<string, string>[] {
  const lines = text.split('\r\n')
  assert.equal(lines.pop(), '')
  const [head = '', ...rows] = lines
  const columns = head.split(',')
  return rows.map((row) => {
    const own = cells(row)
    assert.equal(own.length, columns.length)
    return new Map(columns.map((name, i) => [name, own[i] ?? '']))
  })
}

function assertNoFormula(rows: readonly Map<string, string>[]): void {
  for (const row of rows)
    for (const cell of row.values()) {
      assert.doesNotMatch(cell, /^\s*[=+\-@\t\r]/, cell.slice(0, 80))
      assert.ok(cell.length <= 32_767)
    }
}

describe('the case of these tests', () => {
  it('has hostile text, and what is expected of it', () => {
    assert.equal(answered.verdicts.unissued, 7)
    // Its mail log has lines that cannot be read, of the days in question.
    const because = 'records of the access log lost at 1 time'
    assert.deepEqual(answered.scope.messages, { lower: MESSAGES, upper: null, because })
    assert.ok(answered.scope.accounts[0]?.organisation.includes('<script>'))
  })
})

describe('report.json', () => {
  it('is a document of the schema, and the model itself', () => {
    const read: unknown = JSON.parse(textOf('report.json'))
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
      JSON.parse(readFileSync(SCHEMA, 'utf8')),
    )
    assert.ok(validate(read), JSON.stringify(validate.errors?.slice(0, 5), null, 1))
    assert.deepEqual(read, JSON.parse(JSON.stringify(report)))
    assertHarmless(textOf('report.json'))
  })

  it('has every section, once, in order', () => {
    assert.deepEqual(
      report.sections.map(({ id }) => id),
      [...SECTION_IDS],
    )
  })

  it('has no id twice, and no reference to a table or finding that is not there', () => {
    const parts = partsOf(report)
    const ids = parts.map(({ id }) => id)
    assert.equal(new Set(ids).size, ids.length, ids.join(' '))
    const tables = new Set(report.sections.flatMap((section) => section.tables.map(({ id }) => id)))
    const findings = new Set(
      report.sections.flatMap(({ statements }) => statements.map(({ id }) => id)),
    )
    for (const { id, evidence } of parts)
      for (const one of evidence) {
        if (one.kind === 'table') assert.ok(tables.has(one.table), `${id} -> ${one.table}`)
        if (one.kind === 'finding')
          assert.ok(findings.has(one.statement), `${id} -> ${one.statement}`)
      }
  })

  it('names files that are there, queries that the case answers, and headings of the documents', async () => {
    const files = readdirSync(place)
    for (const { evidence } of partsOf(report))
      for (const one of evidence) {
        if (one.kind === 'export') assert.ok(files.includes(one.file), one.file)
        if (one.kind === 'query') for await (const rows of opened.session.ask(one.sql)) void rows
        if (one.kind === 'rule') {
          const url = new URL(`../../../${one.document}`, import.meta.url)
          const headings = [...readFileSync(url, 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) =>
            (match[1] ?? '').replaceAll('`', ''),
          )
          assert.ok(headings.includes(one.heading), `${one.document}: ${one.heading}`)
        }
      }
  })
})

describe('report.md', () => {
  it('is text to Markdown, whatever the log holds', () => {
    const text = textOf('report.md')
    assertHarmless(text)
    assert.ok(text.includes('&lt;script&gt;'))
    const outside = text.replaceAll(/`[^`\n]*`/g, '')
    assert.doesNotMatch(outside, /<[a-z!/]|(?<!\\)\]\(|(?<!\\)!\[|:\/\/|\bwww\./i)
    for (const block of text.split('\n\n').filter((part) => part.startsWith('|'))) {
      const widths = block
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/(?<!\\)\|/).length)
      assert.equal(new Set(widths).size, 1, block.slice(0, 300))
    }
    assert.ok(text.split('\n').every((line) => line.length < 8_000))
  })

  it('has every table under its number and title', () => {
    const tables = report.sections.flatMap((section) => section.tables)
    assert.ok(tables.length > 5)
    assert.deepEqual(
      textOf('report.md').match(/^### .*$/gm),
      tables.map(({ title }, i) => `### Table ${i + 1}: ${plainText(title)}`),
    )
  })
})

describe('accounts.csv and messages.csv', () => {
  it('are rows that a spreadsheet reads and does not run', () => {
    for (const name of ['accounts.csv', 'messages.csv']) {
      assertHarmless(textOf(name))
      assertNoFormula(csv(textOf(name)))
    }
  })

  it('have one row an account, and one a message, as the scope counts them', () => {
    const accounts = csv(textOf('accounts.csv'))
    assert.deepEqual(
      accounts.map((row) => row.get('mailbox')),
      PEOPLE.map(({ principal }) => principal),
    )
    assert.deepEqual(
      accounts.map((row) => row.get('messages_lower')),
      ['3', '3'],
    )
    const messages = csv(textOf('messages.csv'))
    assert.equal(messages.length, MESSAGES)
    assert.ok(messages.every((row) => row.get('strength') === 'established'))
    // A subject of ten megabytes is cut to what a cell holds.
    assert.ok(messages.some((row) => (row.get('subject') ?? '').length > 30_000))
  })
})

describe('tables that paper shows in part', () => {
  it('are files with all their rows, safe to open, each named with its hash', () => {
    const tables = report.sections.flatMap((section) => section.tables)
    const cut = tables.filter(({ paper }) => paper?.file.startsWith('table-'))
    assert.ok(cut.length > 3)
    for (const { paper, rows } of cut) {
      const text = textOf(paper?.file ?? '')
      assertHarmless(text)
      assertNoFormula(csv(text))
      assert.equal(csv(text).length, rows.length)
    }
    const named = new Map(
      tables.find(({ id }) => id === 'files')?.rows.map(([name, , , sha256]) => [name, sha256]),
    )
    const written = readdirSync(place).filter((name) => !/^(?:report|MANIFEST)/.test(name))
    assert.deepEqual(new Set(named.keys()), new Set(written))
    for (const name of written)
      assert.equal(named.get(name), createHash('sha256').update(textOf(name)).digest('hex'))
  })
})

const TIME = '2023-06-07T02:20:00.000Z'

const textsOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])

/** A bundle of one unissued token, one hit of an established hunt, and a lead, each of accounts of its own. */
function sightedBundle(one: string, other: string): Json[] {
  const hunt = answered.hunts.find(({ strength }) => strength !== 'lead')
  assert.ok(hunt !== undefined)
  const hit = { hits: 3, first: TIME, last: TIME, accounts: 1 }
  const hunts: HuntResult[] = [
    { ...hunt, ...hit, id: 'sure', attack: ['T1550.001'] },
    { ...hunt, ...hit, id: 'odd', title: 'Odd', strength: 'lead', attack: ['T1114.003'] },
  ]
  const seen = { accesses: 3, first: TIME, last: TIME }
  const sighted = [
    { ...seen, by: 'unissued', isHunt: false, account: one, addresses: ['203.0.113.7'] },
    { ...seen, by: 'sure', isHunt: true, account: other, addresses: ['203.0.113.8'] },
  ]
  const answer = { ...answered, hunts }
  const redactor = { text: (text: string) => text, messageId: (id: string) => id }
  return checkedBundle(
    [...bundleText({ answer, report, addresses: [], sighted, redactor })].join(''),
  )
}

function jsonLines(text: string): Json[] {
  const lines = text.split('\n')
  assert.equal(lines.pop(), '')
  return lines.map((line) => {
    const row: unknown = JSON.parse(line)
    assert.ok(isObject(row))
    return row
  })
}

describe('timeline.jsonl', () => {
  it('has the three members that Timesketch asks for, on every line, in the order of time', () => {
    assertHarmless(textOf('timeline.jsonl'))
    const rows = jsonLines(textOf('timeline.jsonl'))
    assert.equal(rows.length, 7)
    for (const row of rows) {
      assert.ok(typeof row['message'] === 'string' && row['message'] !== '')
      assert.match(String(row['datetime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      assert.equal(row['timestamp_desc'], 'Access Time')
      assert.equal(Number(row['timestamp']), Date.parse(String(row['datetime'])) * 1000)
    }
    const times = rows.map((row) => Number(row['timestamp']))
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    // Half a letter is none to the engine; all else is as it was logged.
    const logged = HOSTILE.replace('\ud800', '\ufffd')
    assert.ok(rows.some((row) => String(row['client']).endsWith(logged)))
  })
})

describe('events.ocsf.ndjson', () => {
  it('holds events of the schema, of the classes that their accesses are', () => {
    assertHarmless(textOf('events.ocsf.ndjson'))
    const events = checkedEvents(textOf('events.ocsf.ndjson'))
    const of = (uid: number) => events.filter((event) => event['class_uid'] === uid)
    assert.equal(of(6003).length, 6)
    assert.equal(of(6006).length, 1)
    assert.equal(of(2005).length, 1)
    assert.equal(of(6006)[0]?.['activity_name'], 'Download')
  })

  it('counts no accesses that marks alone name as established', () => {
    const firstAccess = '2023-05-01T00:00:00.000Z'
    const conclusion = {
      ...answered.conclusion,
      established: { ...answered.conclusion.established, firstAccess },
    }
    const scope = { ...answered.scope, accesses: 5, marked: 2 }
    const event = incidentEvent({ ...answered, conclusion, scope }, report)
    assert.equal(event?.['confidence_id'], 3)
    assert.equal(event['count'], 3)
    assert.equal(event['start_time'], Date.parse(firstAccess))
  })
})

describe('bundle.stix.json', () => {
  it('is a bundle of STIX 2.1, with the accounts and addresses of the scope', () => {
    assertHarmless(textOf('bundle.stix.json'))
    const objects = checkedBundle(textOf('bundle.stix.json'))
    const values = (type: string, name: string) =>
      objects.filter((object) => object['type'] === type).map((object) => object[name])
    const principals = PEOPLE.map(({ principal }) => principal)
    assert.deepEqual(values('user-account', 'user_id'), principals)
    assert.deepEqual(values('email-addr', 'value'), principals)
    assert.deepEqual(values('ipv4-addr', 'value'), [ADDRESSES[0]])
    assert.deepEqual(values('ipv6-addr', 'value'), [ADDRESSES[1]])
    assert.ok(values('attack-pattern', 'name').includes('Forge Web Credentials'))
    assert.equal(values('report', 'name').length, 1)
    assert.ok(values('note', 'content').length >= answered.unknowns.length)
  })

  it('sights each technique by observations of its own, at its own victims, and asserts nothing of leads', () => {
    const [one = '', other = ''] = PEOPLE.map(({ principal }) => principal)
    const objects = sightedBundle(one, other)
    const byId = new Map(objects.map((object) => [String(object['id']), object]))
    const of = (type: string) => objects.filter((object) => object['type'] === type)
    assert.deepEqual(
      of('attack-pattern').map(({ name }) => name),
      ['Forge Web Credentials', 'Application Access Token'],
    )
    const cited = of('sighting').map(({ observed_data_refs: refs, confidence }) => {
      const seen = textsOf(refs).flatMap((ref) => textsOf(byId.get(ref)?.['object_refs']))
      const users = seen.flatMap((ref) => byId.get(ref)?.['user_id'] ?? [])
      const ips = seen
        .filter((ref) => ref.startsWith('ipv4'))
        .map((ref) => byId.get(ref)?.['value'])
      return { users, ips, confidence }
    })
    assert.deepEqual(cited, [
      { users: [one], ips: ['203.0.113.7'], confidence: 85 },
      { users: [other], ips: ['203.0.113.8'], confidence: 85 },
    ])
    const leads = of('note').filter(({ confidence }) => confidence === 30)
    assert.ok(leads.some(({ content }) => String(content).startsWith('Odd: 3 accesses.')))
  })

  it('is valid by the schemas of OASIS, which refuse what is not', () => {
    const objects = checkedBundle(textOf('bundle.stix.json'))
    assert.deepEqual(objects.flatMap(schemaErrors), [])
    for (const object of objects)
      assert.notDeepEqual(schemaErrors({ ...object, id: 'by hand' }), [], String(object['type']))
    assert.notDeepEqual(schemaErrors({ type: 'tlp' }), [])
  })
})

describe('the folder', () => {
  it('has a MANIFEST with the hash of every other file', () => {
    const listed = textOf('MANIFEST').trimEnd().split('\n')
    const names = readdirSync(place).filter((name) => name !== 'MANIFEST')
    assert.deepEqual(
      listed,
      names
        .toSorted((a, b) => (a < b ? -1 : 1))
        .map((name) => {
          const bytes = readFileSync(join(place, name))
          return `${createHash('sha256').update(bytes).digest('hex')}  ${name}`
        }),
    )
  })

  it('is the same bytes whenever it is written, wherever', async () => {
    const again = join(folder, 'elsewhere', 'again')
    await writeReport(opened, answered, { out: again })
    assert.deepEqual(readdirSync(again), readdirSync(place))
    for (const name of readdirSync(place)) assert.equal(textOf(name, again), textOf(name), name)
  })

  it('has the page that a renderer makes of the model, and says why it has no print of it', async () => {
    const paged = join(folder, 'paged')
    const { noPdf, files } = await writeReport(opened, answered, {
      out: paged,
      renderHtml: ({ title }) => `<!doctype html><title>${title}</title>`,
      chromium: '/bin/false',
    })
    assert.equal(noPdf, 'it ended with 1')
    assert.equal(textOf('report.html', paged), '<!doctype html><title>Case</title>')
    assert.ok(textOf('MANIFEST', paged).includes('  report.html\n'))
    assert.ok(!files.some(({ name }) => name === 'report.pdf'))
  })

  it('replaces a report when forced to, and never replaces anything else', async () => {
    const once = join(folder, 'once')
    await writeReport(opened, answered, { out: once, title: 'One' })
    await assert.rejects(writeReport(opened, answered, { out: once }), { code: 'OUTPUT_EXISTS' })
    await writeReport(opened, answered, { out: once, title: 'Two', isForced: true })
    assert.ok(textOf('report.json', once).includes('"title": "Two"'))
    await assert.rejects(writeReport(opened, answered, { out: folder, isForced: true }), {
      code: 'OUTPUT_EXISTS',
    })
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    )
  })
})

describe('pseudonyms', () => {
  it('replace every name and address in every file, each always by the same one', async () => {
    const redacted = join(folder, 'redacted')
    await writeReport(opened, answered, {
      out: redacted,
      redacted: ['names', 'addresses'],
      title: `What befell ${PEOPLE[0]?.name ?? ''}`,
    })
    for (const name of readdirSync(redacted)) {
      const text = textOf(name, redacted).toLowerCase()
      for (const { principal, name: person } of PEOPLE)
        for (const spelled of [principal, person, principal.replaceAll(/[^a-z]/g, '_')])
          assert.ok(!text.includes(spelled.toLowerCase()), `${name} holds ${spelled}`)
      assert.ok(!text.includes('ada.lovelace'), name)
      for (const address of ADDRESSES)
        assert.ok(!text.includes(address), `${name} holds ${address}`)
    }
    const accounts = csv(textOf('accounts.csv', redacted))
    const messages = csv(textOf('messages.csv', redacted))
    assert.deepEqual(
      new Set(messages.map((row) => row.get('mailbox'))),
      new Set(accounts.map((row) => row.get('mailbox'))),
    )
    assert.match(accounts[0]?.get('mailbox') ?? '', /^account-[0-9a-f]{12}$/)
    // A version is no address, and a message id is none either.
    assert.ok(textOf('timeline.jsonl', redacted).includes('Chrome/106.0.0.0'))
    assert.ok(messages.some((row) => row.get('message_id') === '<secret-31-0@mail.example.gov>'))
    checkedBundle(textOf('bundle.stix.json', redacted))
    checkedEvents(textOf('events.ocsf.ndjson', redacted))
  })
})
