/** What every command prints fits its terminal, and keeps its words. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { table } from '../src/render/table.ts'
import { fitted, shortened, wrapped } from '../src/render/wrapped.ts'
import { writeEvidence } from './evidence_folder.ts'
import { run as runWith } from './fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-terminal-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const logs = join(folder, 'in')
const inCase = ['--case', join(folder, 'case')]

const run = async (width: number | undefined, ...args: readonly string[]): Promise<string> =>
  (await runWith(args, width === undefined ? {} : { width })).out

before(async () => {
  writeEvidence(logs)
  writeFileSync(join(folder, 'none.core'), Buffer.alloc(4096))
  await run(80, 'investigate', logs, ...inCase)
})

const COMMANDS: readonly (readonly string[])[] = [
  ['investigate', logs, ...inCase],
  ['investigate', logs, ...inCase, '--all'],
  ['investigate', logs, ...inCase, '--mailbox', 'nobody@example.org'],
  ['doctor', logs],
  ['ingest', logs, ...inCase],
  ['evidence', ...inCase],
  ['coverage', ...inCase],
  ['verdicts', ...inCase],
  ['scope', ...inCase],
  ['scope', ...inCase, '--all'],
  ['timeline', ...inCase],
  ['timeline', ...inCase, '--all'],
  ['custody', ...inCase],
  ['hunt', ...inCase],
  ['hunt', '--list'],
  ['scan', join(folder, 'none.core')],
  ['report', ...inCase, '--out', join(folder, 'report'), '--no-pdf', '--force'],
  ['report', 'verify', join(folder, 'report')],
  ...[
    '',
    'investigate',
    'report',
    'report diff',
    'scan',
    'scrub',
    'gate install',
    'gate watch',
    'ledger serve',
    'guard serve',
    'trust probe',
    'replay',
  ].map((name) => `${name} --help`.trim().split(' ')),
]

/** A line may be wider only where one word is: paths, addresses and hashes are copied. */
function tooWide(text: string, width: number): string[] {
  return text.split('\n').filter((line) => line.length > width && /\S\s+\S/.test(line.trim()))
}

describe('what a command prints', () => {
  for (const command of COMMANDS)
    it(`fits 80, 60 and 120 columns: ${command.map((word) => word.replace(folder, '')).join(' ')}`, async () => {
      for (const width of [undefined, 60, 120]) {
        // oxlint-disable-next-line no-await-in-loop -- one case, one process
        const out = await run(width, ...command)
        assert.ok(out.length > 0)
        assert.deepEqual(tooWide(out, width ?? 80), [])
      }
    })

  it('explains an access within its columns, whatever its record holds', async () => {
    const csv = await run(80, 'verdicts', ...inCase, '--csv')
    const id = /^"([^"]+)","unissued"/m.exec(csv)?.[1]
    assert.ok(id !== undefined)
    const out = await run(80, 'why', id, ...inCase)
    assert.deepEqual(tooWide(out, 80), [])
    assert.match(out, /^RECORD {2}/m)
  })

  it('is as wide as its tables where that is asked for', async () => {
    const narrow = await run(80, 'verdicts', ...inCase)
    const wide = await run(80, 'verdicts', ...inCase, '--wide')
    assert.match(narrow, /^Not shown: .*base rate.* All columns: --wide$/m)
    assert.match(wide, /^token id +verdict +strength +base rate +accesses +principals +first$/m)
  })

  it('is not wrapped where programs read it', async () => {
    const csv = await run(60, 'scope', ...inCase, '--csv')
    assert.match(csv, /^mailbox,organisation,group,messages_lower,messages_upper,copies_lower,/)
    assert.match(await run(60, 'completion', 'bash'), /.{61}/)
  })
})

describe('a table without room', () => {
  const columns = [
    { title: 'mailbox', least: 12 },
    { title: 'path', least: 10, shows: 'end' as const, drop: 1 },
    { title: 'messages', align: 'right' as const },
  ]
  const rows = [['a-long-name@example.org', '/a/long/path/to/the.file', '1,234']]

  it('shortens first, and keeps the end of a path', () => {
    assert.equal(
      table(columns, rows, 46),
      'mailbox            path               messages\na-long-name@exam…  …path/to/the.file     1,234\n',
    )
  })

  it('then leaves out columns, and names them', () => {
    assert.equal(
      table(columns, rows, 30),
      'mailbox               messages\na-long-name@example…     1,234\nNot shown: path. All columns:\n--wide\n',
    )
  })

  it('never cuts a number', () => {
    assert.match(table(columns, rows, 22), /1,234\n/)
  })
})

describe('wrapped text', () => {
  it('keeps commands whole: a shell joins their lines', () => {
    const line = 'NEXT      who to notify   mintmark scope --csv --case a-folder/of/a/long/case'
    const lines = fitted(line, 60).split('\n')
    assert.ok(lines.every((each) => each.length <= 60))
    assert.equal(lines.map((each) => each.replace(/ \\$/, '').trim()).join(' '), line)
    assert.ok(lines.slice(0, -1).every((each) => each.endsWith(' \\')))
  })

  it('marks what does not fit', () => {
    assert.deepEqual(wrapped('one two three four five', 9, 2), ['one two', 'three …'])
    assert.deepEqual(wrapped('one two three four', 8, 1), ['one …'])
  })

  it('is cut between letters, never within one', () => {
    assert.equal(shortened('\u{1f600}\u{1f600}', 2), '…')
    assert.equal(shortened('a\u{1f600}\u{1f600}', 4, 'end'), '…\u{1f600}')
  })

  it('leaves JSON as it is', () => {
    const json = `{"a": "${'x '.repeat(100)}"}\n`
    assert.equal(fitted(json, 40), json)
  })
})
