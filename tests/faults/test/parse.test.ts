import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { campus, firm, type LogFile } from '../src/index.ts'
import { textOfFile } from '../src/world/format.ts'
import { csvRows, parseLog } from '../src/world/parse.ts'

const WORLDS = [campus(5, { people: 8 }), firm(5, { people: 4 })]
const files: readonly LogFile[] = WORLDS.flatMap(({ files: own, partner }) => own.concat(partner))
const FORMATS = {
  audit: ['ual-ndjson', 'ual-array', 'purview-csv'],
  'sign-in': ['diagnostic', 'graph-json'],
  graph: ['graph-activity'],
} as const

const idsIn = ({ rows }: LogFile) =>
  rows.map(({ data }) => [data['id'], data['uniqueTokenIdentifier'], data['createdDateTime']])

describe('a log file that is written and read again', () => {
  for (const file of files)
    for (const format of FORMATS[file.kind])
      it(`has its rows: ${file.path} as ${format}`, () => {
        const parsed = parseLog(
          { path: file.path, owner: file.owner },
          textOfFile({ ...file, format }),
        )
        assert.ok(parsed !== undefined)
        assert.deepEqual(
          parsed.flatMap(({ rows }) => rows),
          file.rows,
        )
        assert.deepEqual(
          parsed.map(({ kind, category, format: its }) => [kind, category, its]),
          [[file.kind, file.category, format]],
        )
      })

  it('has the ids and times of a table of sign-ins', () => {
    const signIns = files.filter(({ kind }) => kind === 'sign-in')
    for (const file of signIns) {
      const text = textOfFile({ ...file, format: 'log-analytics-csv' })
      const [parsed] = parseLog({ path: file.path, owner: file.owner }, text) ?? []
      assert.ok(parsed !== undefined)
      assert.deepEqual(idsIn(parsed), idsIn(file))
    }
  })
})

describe('CSV', () => {
  it('is split at commas and line ends that no quotation holds', () => {
    assert.deepEqual(csvRows('a,"b,""c""\r\nd",\r\n"",e,f\n'), [
      ['a', 'b,"c"\r\nd', ''],
      ['', 'e', 'f'],
    ])
  })
})
