import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { csvText, writeRows } from '../../src/render/rows.ts'
import { bounds, boundText, count, minute, percent, plural, table } from '../../src/render/table.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
/** What a terminal might obey, and what turns the direction of reading. */
const DANGEROUS = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

describe('a number', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['zero', count(0), '0'],
    ['below a thousand', count(999), '999'],
    ['a thousand', count(1000), '1,000'],
    ['a million and more', count(1_234_567), '1,234,567'],
    ['one thing', plural(1, 'mailbox', 'mailboxes'), '1 mailbox'],
    ['no thing', plural(0, 'mailbox', 'mailboxes'), '0 mailboxes'],
    ['things', plural(1000, 'token'), '1,000 tokens'],
    ['equal bounds', bounds({ lower: 60_000, upper: 60_000 }), '60,000'],
    ['different bounds', bounds({ lower: 4000, upper: 4321 }), '4,000 to 4,321'],
    ['no upper bound', bounds({ lower: 4000, upper: null }), 'at least 4,000'],
    ['bounds of nothing', bounds({ lower: 0, upper: 0 }), '0'],
    ['no lower bound', bounds({ lower: 0, upper: 12 }), 'at most 12'],
    ['neither bound', bounds({ lower: 0, upper: null }), 'unknown'],
    ['one of a thing', boundText({ lower: 1, upper: 1 }, 'copy', 'copies'), '1 copy'],
    ['some of a thing', boundText({ lower: 0, upper: 2 }, 'copy', 'copies'), 'at most 2 copies'],
    ['least of a thing', boundText({ lower: 7, upper: null }, 'message'), 'at least 7 messages'],
    ['unknown of a thing', boundText({ lower: 0, upper: null }, 'message'), 'unknown'],
    [
      'unknown of a thing, and why',
      boundText({ lower: 0, upper: null, because: '7 folders synchronised whole' }, 'message'),
      'unknown: 7 folders synchronised whole',
    ],
    ['the whole', percent(1), '100 %'],
    ['almost the whole', percent(0.99999), '99.9 %'],
    ['a share', percent(0.998), '99.8 %'],
    ['none', percent(0), '0.0 %'],
    ['a time', minute('2023-05-15T00:12:59.999Z'), '2023-05-15 00:12 UTC'],
    ['no time', minute(null), 'unknown'],
  ]
  for (const [name, given, wanted] of cases)
    it(`is printed: ${name}`, () => assert.equal(given, wanted))

  it('that is a share below one is never printed as 100', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const printed = percent(share)
        const shown = Number(printed.replace(' %', ''))
        assert.ok(shown <= share * 100 + 1e-9)
        if (share < 1) assert.notEqual(shown, 100)
      }),
      { numRuns },
    )
  })

  it('is the same without its commas', () => {
    fc.assert(
      fc.property(fc.nat(), (value) => {
        assert.equal(Number(count(value).replaceAll(',', '')), value)
      }),
      { numRuns },
    )
  })
})

describe('a table', () => {
  it('has aligned columns, numbers to the right', () => {
    const text = table(
      [{ title: 'mailbox' }, { title: 'messages', align: 'right' }],
      [
        ['ada@example.gov', '12'],
        ['bo@example.gov', '1,200'],
      ],
      80,
    )
    assert.equal(
      text,
      'mailbox          messages\nada@example.gov        12\nbo@example.gov      1,200\n',
    )
  })

  it('without rows has its titles', () => {
    assert.equal(table([{ title: 'a' }, { title: 'b' }], [], 80), 'a  b\n')
  })

  it('has one line a row and no control character, whatever the cells', () => {
    const cell = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
        const lines = table([{ title: 'one' }, { title: 'two' }], rows, 80).split('\n')
        assert.equal(lines.length, rows.length + 2)
        for (const line of lines) assert.equal(DANGEROUS.test(line), false)
      }),
      { numRuns },
    )
  })

  it('cuts a cell that would hide the others', () => {
    const [, row] = table([{ title: 'a' }, { title: 'b' }], [['x'.repeat(5000), 'seen']], 80).split(
      '\n',
    )
    assert.ok(row !== undefined && row.length < 100 && row.endsWith('seen'))
  })
})

async function* chunksOf(...chunks: readonly Record<string, unknown>[][]) {
  yield* await Promise.resolve(chunks)
}

async function written(format: 'csv' | 'jsonl', ...chunks: readonly Record<string, unknown>[][]) {
  let out = ''
  const io = {
    out: (text: string) => {
      out += text
      return Promise.resolve()
    },
    err: () => {},
    showsProgress: false,
    now: () => 0,
  }
  const rows = await writeRows(io, chunksOf(...chunks), format)
  return { rows, out }
}

describe('rows', () => {
  it('are CSV under the columns of the first, across chunks', async () => {
    const { rows, out } = await written('csv', [{ a: 1, b: 'x' }], [], [{ b: 'say "hi"', a: null }])
    assert.equal(rows, 2)
    assert.equal(out, 'a,b\r\n"1","x"\r\n"","say ""hi"""\r\n')
  })

  it('are one JSON object a line', async () => {
    const { rows, out } = await written('jsonl', [{ a: '1\n2' }, { a: '18446744073709551615' }])
    assert.equal(rows, 2)
    assert.equal(out, '{"a":"1\\n2"}\n{"a":"18446744073709551615"}\n')
  })

  it('that are none write nothing', async () => {
    assert.deepEqual(await written('csv'), { rows: 0, out: '' })
  })

  const formulas = ['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1']
  for (const formula of formulas) {
    it(`do not run in a spreadsheet: ${JSON.stringify(formula)}`, () => {
      assert.match(csvText(['cell'], [{ cell: formula }]), /^cell\r\n"'/)
    })
  }

  it('keep a cell in its cell, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (cell) => {
        const line = csvText(['cell', 'end'], [{ cell, end: 'end' }]).slice('cell,end\r\n'.length)
        assert.ok(line.endsWith(',"end"\r\n'))
        const inner = line.slice(1, -',"end"\r\n'.length - 1)
        assert.equal(/[\r\n]/.test(inner), false)
        assert.equal(inner.replaceAll('""', '').includes('"'), false)
        assert.equal(/^[=+\-@\t\r]/.test(inner), false)
      }),
      { numRuns },
    )
  })
})
