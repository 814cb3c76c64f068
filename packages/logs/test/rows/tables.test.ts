import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { adapters, EvidenceReader } from '../../src/index.ts'
import { collect, collector, keyed } from '../collected.ts'

const named = (...names: unknown[]) => names.map((name) => ({ name, type: 'string' }))
const answer = (columns: unknown, rows: unknown, more: object = {}) => ({
  tables: [{ name: 'PrimaryResult', columns, rows }],
  ...more,
})

const EMPTY = JSON.stringify(answer(named('k'), []))
const UNKNOWN = 'bad row unrecognised-record'
const withoutLine = (event: string) => event.replace(/ @\d+$/, '')

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
    const spellings = {
      'on one line': JSON.stringify(given),
      indented: JSON.stringify(given, undefined, 2),
      'behind another answer': `${EMPTY}${JSON.stringify(given)}`,
      'on a line after records': `{"x":1}\n${JSON.stringify(given)}`,
    }
    for (const [spelling, text] of Object.entries(spellings)) {
      it(`${name}, ${spelling}`, () => {
        const whole = collect(text)
        assert.deepEqual(
          whole.events.map(withoutLine).filter((event) => event !== UNKNOWN),
          events.map(withoutLine),
        )
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

describe('an answer of Azure Data Explorer gives', () => {
  const Columns = [
    { ColumnName: 'x', DataType: 'Int64' },
    { ColumnName: 'k', DataType: 'String' },
  ]
  const Rows = [
    [1, 'a'],
    [2, 'b'],
  ]
  const frames = [
    { FrameType: 'DataSetHeader', Version: 'v2.0' },
    { FrameType: 'DataTable', TableKind: 'QueryProperties', Columns, Rows },
    { FrameType: 'DataTable', TableKind: 'PrimaryResult', Columns, Rows },
    { FrameType: 'DataSetCompletion', HasErrors: true },
  ]
  const first = { Tables: [{ TableName: 'Table_0', Columns, Rows }] }
  for (const { name, given, says } of [
    { name: 'the rows of its first version', given: first, says: [] },
    {
      name: 'those of its primary result, and that it is partial',
      given: frames,
      says: ['says row-cap'],
    },
  ]) {
    it(name, () => {
      for (const text of [JSON.stringify(given), JSON.stringify(given, undefined, 2)]) {
        const whole = collect(text)
        assert.deepEqual(whole.events.map(withoutLine), ['row a', 'row b', ...says])
        assert.deepEqual(collect(text, [1]), whole)
      }
    })
  }
})

describe('a long answer', () => {
  const head = '{"tables":[{"name":"PrimaryResult","columns":[{"name":"k"}],"rows":[\n'
  const broken: { name: string; text: string; events: string[] }[] = [
    {
      name: 'gives each row its line',
      text: '["a"],\n["b"]\n]}]}',
      events: ['row a @2', 'row b @3'],
    },
    {
      name: 'that is cut gives the rows before',
      text: '["a"],\n["b',
      events: ['row a @2', 'bad row cut-short @3', 'says ends-early @3'],
    },
    {
      name: 'with a string that never closes loses that row',
      text: '["a],\n["b"]\n]}]}',
      events: ['bad row malformed-json @2', 'row b @3'],
    },
    {
      name: 'with a row of no grammar loses that row',
      text: '[oops],\n["b"]\n]}]}',
      events: ['bad row malformed-json @2', 'row b @3'],
    },
    {
      name: 'with a row nested too deep loses that row',
      text: `[${'['.repeat(70)}${']'.repeat(70)}],\n["b"]\n]}]}`,
      events: ['bad row too-deep @2', 'row b @3'],
    },
    {
      name: 'without columns of the next table gives none of its rows',
      text: '["a"]]},{"rows":[["b"]]}]}',
      events: ['row a @2', 'bad row column-count @2'],
    },
    {
      name: 'may have records after it',
      text: '["a"]]}]}\n{"k":"b"}\n',
      events: ['row a @2', 'row b @3'],
    },
  ]
  for (const { name, text, events } of broken) {
    it(name, () => {
      const whole = collect(head + text)
      assert.deepEqual(whole.events, events)
      assert.deepEqual(collect(head + text, [1]), whole)
    })
  }

  it('is read whatever its length, and a row over the limit is a reject', () => {
    const events: string[] = []
    const reader = new EvidenceReader(collector(events), { adapters: [keyed] })
    const piece = Buffer.from(`["${'x'.repeat(1000)}"],`.repeat(1000))
    reader.push(Buffer.from(head))
    for (let i = 0; i < 20; i++) reader.push(piece)
    reader.push(Buffer.from('["'))
    for (let i = 0; i < 18; i++) reader.push(Buffer.alloc(1024 * 1024, 'x'))
    reader.push(Buffer.from('"],["last"]]}]}'))
    assert.equal(reader.end().rows, 20_001)
    assert.deepEqual(events.slice(-2), ['bad row row-too-long @2', 'row last @2'])
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
