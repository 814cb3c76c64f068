import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adapters } from '@mintmark/logs'
import { projectFiles, read } from './repository.ts'

const text = read('docs/formats.md')
const rejects = read('docs/formats-rejects.md')
/** Ids in the first cells of a section's tables. */
const firstCells = (section: string) =>
  [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap((row) =>
    [...(row[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map((id) => id[1] ?? ''),
  )
const section = (title: string, page = text) =>
  page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
const sources = projectFiles().filter((file) =>
  /^packages\/(logs\/src|case\/src\/ingest)\/.*\.ts$/.test(file),
)

/** Shapes of files in which no adapter took a row. */
const NO_ADAPTER = [
  'captured-tokens',
  'guard-alarms',
  'key-record',
  'trust-probe',
  'extractor-log',
  'empty',
  'memory-dump',
  'public-keys',
  'unrecognised',
  'unreadable',
]

describe('docs/formats.md', () => {
  it('has a row for every shape, and no other', () => {
    const shapes = [...new Set(adapters.map(({ shape }) => shape)), ...NO_ADAPTER]
    assert.ok(shapes.length > 15)
    assert.deepEqual(
      firstCells(section('Shapes')).toSorted((a, b) => (a < b ? -1 : 1)),
      shapes.toSorted((a, b) => (a < b ? -1 : 1)),
    )
  })

  it('states the limits that hold', () => {
    const limits = read('packages/logs/src/model/limits.ts')
    const number = (name: string) => new RegExp(`${name}[^=]*= ([\\d_]+)`).exec(limits)?.[1]
    const table = section('Limits')
    for (const [name, said] of [
      ['MAX_ROW_BYTES', '% MiB'],
      ['MAX_DEPTH', '| % |'],
      ['MAX_EXPANSION', '% times'],
      ['MAX_CONTAINERS', '| % |'],
      ['MAX_NESTED_ZIP_BYTES', '% MiB'],
      ['MAX_COLUMNS', '| % |'],
    ] as const) {
      const value = Number(number(name)?.replaceAll('_', '')).toLocaleString('en')
      assert.ok(table.includes(said.replace('%', value)), `${name} is ${value}`)
    }
  })
})

describe('docs/formats-rejects.md', () => {
  it('has a row for every statement, and no other', () => {
    const union = read('packages/logs/src/model/records.ts').split('export type StatementCode =')[1]
    const codes = [...(union?.split('\n\n')[0] ?? '').matchAll(/'([a-z-]+)'/g)].map(
      (m) => m[1] ?? '',
    )
    assert.deepEqual(
      firstCells(section('Statements', rejects)).toSorted((a, b) => (a < b ? -1 : 1)),
      codes.toSorted((a, b) => (a < b ? -1 : 1)),
    )
  })

  it('has a row for every reason of a reject that the sources spell, and no other', () => {
    const all = sources.map(read).join('\n')
    const spelled = [
      /\breason: '([a-z0-9-]+)'/g,
      /\b(?:badRow|badFile|tooMuch|refuse)\(\s*'([a-z0-9]+(?:-[a-z0-9]+)*)'/g,
      /\brejectPayload\(\s*sink,\s*'([a-z0-9-]+)'/g,
      /'(compressed-data-[a-z-]+|audit-data-[a-z-]+|time-[a-z]+|date-order-unproven|cut-short|column-count)'/g,
    ].flatMap((pattern) => [...all.matchAll(pattern)].map((match) => match[1] ?? ''))
    // `refuse` of the plain lines names a member, not a reason.
    const reasons = [...new Set(spelled)].filter((reason) => reason !== 'operation')
    const rows = firstCells(section('Rejects', rejects))
    assert.deepEqual(
      { undocumented: reasons.filter((reason) => !rows.includes(reason)) },
      { undocumented: [] },
    )
    assert.deepEqual({ gone: rows.filter((reason) => !all.includes(`'${reason}'`)) }, { gone: [] })
  })
})
