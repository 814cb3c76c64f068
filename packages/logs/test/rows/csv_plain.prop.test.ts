import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { parsedRows } from '../../src/rows/csv_cells.ts'
import { plainRows } from '../../src/rows/csv_plain.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 500)
const COMMA = 0x2c

/** Few letters, so that quotes, delimiters and line endings meet. */
const letters = fc.array(fc.constantFrom('a', '"', ',', '\n', '\r\n', '\r', ' ', 'é'), {
  maxLength: 40,
})
const cell = letters.map((all) => all.join(''))

describe('the fast reading of CSV', () => {
  it('gives back the cells that were quoted by RFC 4180', () => {
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (wanted, ending, isEnded) => {
        const quoted = wanted.map((row) =>
          row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','),
        )
        const text = quoted.join(ending) + (isEnded ? ending : '')
        assert.deepEqual(plainRows(text, ','), wanted)
      }),
      { numRuns },
    )
  })

  it('gives what csv-parse gives, or gives up', () => {
    fc.assert(
      fc.property(letters, (all) => {
        const text = all.join('')
        const plain = plainRows(text, ',')
        if (plain === undefined || plain.some((row) => row.length === 1 && row[0] === '')) return
        assert.deepEqual(parsedRows(Buffer.from(text), COMMA, plain.length), plain)
      }),
      { numRuns: numRuns * 4 },
    )
  })

  const refused = [
    { name: 'a quote within an unquoted cell', text: 'a"b,c\n' },
    { name: 'text behind a closing quote', text: '"a"b,c\n' },
    { name: 'a quote that never closes', text: '"a,b\n' },
    { name: 'a lone CR', text: 'a,b\rc,d\n' },
  ]
  for (const { name, text } of refused)
    it(`gives up at ${name}`, () => assert.equal(plainRows(text, ','), undefined))
})
