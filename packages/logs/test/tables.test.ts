import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adapters } from '../src/index.ts'
import { collect } from './collected.ts'

const named = (...names: unknown[]) => names.map((name) => ({ name, type: 'string' }))
const answer = (columns: unknown, rows: unknown, more: object = {}) => ({
  tables: [{ name: 'PrimaryResult', columns, rows }],
  ...more,
})

const cases: { name: string; answer: unknown; events: string[] }[] = [
  {
    name: 'its rows by the names of its columns',
    answer: answer(named('x', 'k'), [
      [1, 'a'],
      [null, 'b'],
    ]),
    events: ['row a @1', 'row b @1'],
  },
  {
    name: 'the rows of several tables',
    answer: {
      tables: [
        { columns: named('k'), rows: [['a']] },
        { columns: named('x', 'k'), rows: [[1, 'b']] },
      ],
    },
    events: ['row a @1', 'row b @1'],
  },
  {
    name: 'rows of another width as rejects',
    answer: answer(named('k', 'x'), [['a', 1], ['b'], ['c', 1, 2], ['d', 1]]),
    events: ['row a @1', 'bad row column-count @1', 'bad row column-count @1', 'row d @1'],
  },
  {
    name: 'what is no row as a reject',
    answer: answer(named('k'), [['a'], { k: 'b' }, null]),
    events: ['row a @1', 'bad row not-an-object @1', 'bad row not-an-object @1'],
  },
  {
    name: 'a statement where the service stopped at a limit',
    answer: answer(named('k'), [['a']], { error: { code: 'PartialError' } }),
    events: ['row a @1', 'says row-cap @1'],
  },
  {
    name: 'columns of any name, the first of two with one name',
    answer: answer(named('__proto__', 'k', 'k', 7, ''), [[{ k: 'z' }, 'a', 'b', 1, 2]]),
    events: ['row a @1'],
  },
  {
    name: 'a table with too many columns as a reject',
    answer: answer(named(...Array.from({ length: 2001 }, () => 'k')), []),
    events: ['bad row too-many-columns @1'],
  },
  { name: 'nothing from a table without rows', answer: answer(named('k'), []), events: [] },
]

describe('the answer of a query gives', () => {
  for (const { name, answer: given, events } of cases) {
    for (const [spelling, text] of [
      ['on one line', JSON.stringify(given)],
      ['indented', JSON.stringify(given, undefined, 2)],
    ] as const) {
      it(`${name}, ${spelling}`, () => {
        const whole = collect(text)
        assert.deepEqual(whole.events, events)
        assert.deepEqual(collect(text, [1009]), whole)
        if (text.length < 10_000) assert.deepEqual(collect(text, [1]), whole)
      })
    }
  }

  it('sign-ins in the shape of their table', () => {
    const row = {
      TimeGenerated: '2023-05-15T08:00:05Z',
      CreatedDateTime: '2023-05-15T08:00:00Z',
      Type: 'SigninLogs',
      Category: 'SignInLogs',
      UserPrincipalName: 'ada@example.org',
      AppId: '00000003-0000-0ff1-ce00-000000000001',
      ResultType: '0',
      UniqueTokenIdentifier: '6YQSWLbfuE2cIfslkWf7TQ',
    }
    const text = JSON.stringify(answer(named(...Object.keys(row)), [Object.values(row)]))
    const { events, summary } = collect(text, [], { adapters })
    assert.deepEqual(events, ['issuance @1'])
    assert.equal(summary.shape, 'entra-log-analytics')
  })
})

it('an object whose tables are something else is a row as any other', () => {
  for (const tables of [[], {}, [1], [{ columns: [] }], [{ columns: {}, rows: [] }]]) {
    const { events } = collect(JSON.stringify({ tables, k: 'a' }))
    assert.deepEqual(events, ['row a @1'])
    const { summary } = collect(JSON.stringify({ tables }))
    assert.equal(summary.shape, 'unrecognised')
    assert.equal(summary.unknownRows, 1)
  }
})
