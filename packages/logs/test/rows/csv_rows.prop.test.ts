import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { CsvRows } from '../../src/rows/csv_rows.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 500)

/** Few letters, so that quotes, delimiters and line endings meet. */
const letters = fc.array(fc.constantFrom('a', '"', ',', '\n', '\r\n', '\r', ' ', 'é'), {
  maxLength: 40,
})
const cell = letters.map((all) => all.join(''))

/** Cells of the rows behind a header of `width` columns; undefined where a row is rejected. */
function cellsOf(body: string, width: number, chunk: number): unknown[][] | undefined {
  const rows: unknown[][] = []
  const faults: number[] = []
  const fail = (...at: readonly unknown[]) => void faults.push(at.length)
  const header = Array.from({ length: width }, (_, i) => `c${i}`)
  const reader = new CsvRows(
    {
      columns: () => {},
      isTable: () => false,
      row: (row) => {
        rows.push(header.map((name) => row[name]))
        return true
      },
      unknownRow: fail,
      badRow: fail,
      badFile: fail,
      badText: fail,
      nulsBefore: fail,
      nextLink: fail,
      partial: fail,
      endsEarly: fail,
    },
    ',',
  )
  const bytes = Buffer.from(`${header.join(',')}\n${body}`)
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk))
  reader.end()
  return faults.length === 0 ? rows : undefined
}

const hasText = (row: readonly string[]) => row.some((one) => one !== '')

describe('rows of CSV', () => {
  it('have the cells that were quoted by RFC 4180, in any chunks', () => {
    const rows = fc
      .integer({ min: 2, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }),
      )
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 50 }),
        (wanted, ending, chunk) => {
          const quoted = wanted.map((row) =>
            row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','),
          )
          const given = cellsOf(quoted.join(ending), wanted[0]?.length ?? 0, chunk)
          assert.deepEqual(given, wanted.filter(hasText))
        },
      ),
      { numRuns },
    )
  })

  it('have the cells that csv-parse gives them, however quotes stand', () => {
    fc.assert(
      fc.property(letters, (all) => {
        const text = all.join('')
        const given = cellsOf(text, 2, 1000)
        if (given === undefined) return
        const parsed: string[][] = parse(text, {
          record_delimiter: ['\r\n', '\n'],
          relax_column_count: true,
          relax_quotes: true,
          skip_empty_lines: true,
        })
        // Neither a line of line ends alone nor one of empty cells is a row here.
        const fitting = parsed.filter(
          (row) => hasText(row) && (row.length > 1 || !/^\r*$/.test(row[0] ?? '')),
        )
        assert.deepEqual(
          given,
          fitting.map((row) => row.slice(0, 2)),
        )
      }),
      { numRuns: numRuns * 4 },
    )
  })
})
