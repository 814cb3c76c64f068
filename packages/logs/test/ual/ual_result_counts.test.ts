import assert from 'node:assert/strict'
import { it } from 'node:test'
import { ResultCounts } from '../../src/ual/cmdlet_shapes.ts'
import { JSON_FILE, readWith } from '../identity/identity_rows.ts'
import { MAIL_READ, readShape } from './ual_rows.ts'

const AuditData = JSON.stringify(MAIL_READ)
const codes = (ResultIndex: string, ResultCount: string) =>
  readShape('ual-cmdlet-json', { AuditData, ResultIndex, ResultCount }).statements.map(
    ({ code }) => code,
  )
const numberings = [
  {
    name: 'a whole set in any order',
    rows: [
      [3, 3],
      [1, 3],
      [2, 3],
    ],
    missing: undefined,
  },
  {
    name: 'a set that is cut',
    rows: [
      [1, 7000],
      [5000, 7000],
    ],
    missing: '2000',
  },
  {
    name: 'two sets, one cut',
    rows: [
      [1, 2],
      [2, 2],
      [1, 9],
    ],
    missing: '8',
  },
  {
    name: 'a row that was copied',
    rows: [
      [1, 1],
      [1, 1],
    ],
    missing: undefined,
  },
  {
    name: 'rows without numbers',
    rows: [
      ['', ''],
      ['x', {}],
    ],
    missing: undefined,
  },
] as const

it('of one row prove a search that failed, or one larger than a session', () => {
  assert.deepEqual(codes('-1', '0'), ['result-count-short'])
  assert.deepEqual(codes('1', '50001'), ['result-count-short'])
  assert.deepEqual(codes('1', '50000'), [])
})

for (const { name, rows, missing } of numberings) {
  it(`of a file: ${name}`, () => {
    const counts = new ResultCounts()
    for (const [ResultIndex, ResultCount] of rows) counts.row({ ResultIndex, ResultCount })
    const { statements } = readWith(
      { shape: 'end', accepts: () => true, read: (_row, _context, sink) => counts.end(sink) },
      {},
      JSON_FILE,
    )
    assert.deepEqual(
      statements.map(({ code }) => code),
      missing === undefined ? [] : ['result-count-short'],
    )
    if (missing !== undefined)
      assert.match(statements[0]?.text ?? '', new RegExp(`at least ${missing} `))
  })
}
