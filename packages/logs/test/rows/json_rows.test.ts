import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { collect, eventsOf } from '../collected.ts'

const three = ['row a @1', 'row b @2', 'row c @3']
const wholeCases: { name: string; text: string; events: string[] }[] = [
  { name: 'one object a line', text: '{"k":"a"}\n{"k":"b"}\n{"k":"c"}\n', events: three },
  {
    name: 'lines without a last newline',
    text: '{"k":"a"}\n{"k":"b"}\n{"k":"c"}',
    events: three,
  },
  {
    name: 'lines that end in CRLF',
    text: '{"k":"a"}\r\n{"k":"b"}\r\n{"k":"c"}\r\n',
    events: three,
  },
  {
    name: 'lines with blank lines between',
    text: '\n\n{"k":"a"}\n  \n{"k":"b"}\n',
    events: ['row a @3', 'row b @5'],
  },
  {
    name: 'an array on one line',
    text: '[{"k":"a"},{"k":"b"}]',
    events: ['row a @1', 'row b @1'],
  },
  { name: 'an array of lines', text: '[{"k":"a"},\n{"k":"b"},\n{"k":"c"}]', events: three },
  {
    name: 'an indented array, with the line on which each object starts',
    text: '[\n  {\n    "k": "a",\n    "x": [\n      {}\n    ]\n  },\n  {\n    "k": "b"\n  }\n]\n',
    events: ['row a @2', 'row b @8'],
  },
  {
    name: 'an array without commas',
    text: '[{"k":"a"}\n{"k":"b"}\n{"k":"c"}]',
    events: three,
  },
  {
    name: 'one object over many lines',
    text: '{\n  "k": "a"\n}\n',
    events: ['row a @1'],
  },
  {
    name: 'objects after each other on one line',
    text: '{"k":"a"}{"k":"b"} {"k":"c"}',
    events: ['row a @1', 'row b @1', 'row c @1'],
  },
  {
    name: 'an array and lines after it',
    text: '[{"k":"a"},\n{"k":"b"}]\n{"k":"c"}\n',
    events: three,
  },
  {
    name: 'arrays after each other',
    text: '[{"k":"a"}][\n{"k":"b"}]\n[{"k":"c"}]',
    events: three,
  },
  {
    name: 'arrays in an array',
    text: '[[{"k":"a"}],\n[{"k":"b"}]]',
    events: ['row a @1', 'row b @2'],
  },
  {
    name: 'lines that are texts of objects, as jq prints AuditData',
    text: '"{\\"k\\":\\"a\\"}"\n"{\\n  \\"k\\":\\"é\\"}"\r\n',
    events: ['row a @1', 'row é @2'],
  },
  {
    name: 'an array of such texts, as ConvertTo-Json writes it',
    text: '[\r\n    "{\\"k\\":\\"a\\"}",\r\n    "{\\"k\\":\\"b\\"}"\r\n]\r\n',
    events: ['row a @2', 'row b @3'],
  },
  {
    name: 'objects with U+2028 and U+2029 between and in them',
    text: '{"k":"a\u2028"}\u2028{"k":"b"}\u2029\n{"k":"c"}',
    events: ['row a\u2028 @1', 'row b @1', 'row c @2'],
  },
  {
    name: 'lines with a byte order mark in the middle',
    text: '{"k":"a"}\n\uFEFF{"k":"b"}\n',
    events: ['row a @1', 'row b @2'],
  },
  {
    name: 'strings that hold brackets and escaped quotes',
    text: '[{"k":"]}\\"{","x":"\\\\"},{"k":"b"}]',
    events: ['row ]}"{ @1', 'row b @1'],
  },
]

describe('JSON rows are read from', () => {
  for (const { name, text, events } of wholeCases) {
    it(name, () => {
      const whole = collect(text)
      assert.deepEqual(whole.events, events)
      assert.equal(whole.summary.rows, events.length)
      assert.deepEqual(collect(text, [1]), whole)
    })
  }
})

describe('a wrapper', () => {
  for (const key of ['value', 'records', 'Records', 'events', 'results', 'Results', 'hits']) {
    it(`of ${key} gives its rows, on one line and on many`, () => {
      const wrapper = { context: 'x', [key]: [{ k: 'a' }, { k: 'b' }], after: { deep: [1, {}] } }
      assert.deepEqual(eventsOf(JSON.stringify(wrapper)), ['row a @1', 'row b @1'])
      assert.deepEqual(eventsOf(JSON.stringify(wrapper, null, 2)), ['row a @4', 'row b @7'])
    })
  }

  it('of advanced hunting has its columns before its rows', () => {
    for (const [columns, rows] of [
      ['Schema', 'Results'],
      ['schema', 'results'],
    ] as const) {
      const wrapper = { Stats: {}, [columns]: [{ name: 'k' }], [rows]: [{ k: 'a' }] }
      assert.deepEqual(eventsOf(JSON.stringify(wrapper)), ['row a @1'])
      assert.deepEqual(eventsOf(JSON.stringify(wrapper, null, 2)), ['row a @9'])
    }
  })

  it('of a search has its rows within its hits', () => {
    const hits = { total: { value: 2 }, hits: [{ k: 'a' }, { k: 'b' }], after: [{ k: 'c' }] }
    const wrapper = { took: 1, _shards: { hits: 1 }, hits, aggregations: { hits: { hits: [] } } }
    for (const [text, lines] of [
      [JSON.stringify(wrapper), [1, 1]],
      [JSON.stringify(wrapper, null, 2), [11, 14]],
    ] as const) {
      const whole = eventsOf(text)
      assert.deepEqual(whole, [`row a @${lines[0]}`, `row b @${lines[1]}`])
      assert.deepEqual(collect(text, [1]).events, whole)
    }
  })

  it('may be on each line', () => {
    const text = '{"records":[{"k":"a"},{"k":"b"}]}\n{"records":[{"k":"c"}]}\n'
    assert.deepEqual(eventsOf(text), ['row a @1', 'row b @1', 'row c @2'])
  })

  it('may be a page in an array of pages', () => {
    const pages = [{ value: [{ k: 'a' }] }, { value: [{ k: 'b' }] }, { k: 'c' }]
    assert.deepEqual(eventsOf(JSON.stringify(pages)), ['row a @1', 'row b @1', 'row c @1'])
    assert.deepEqual(eventsOf(JSON.stringify(pages, null, 1)), [
      'row a @4',
      'row b @11',
      'row c @16',
    ])
  })
})

it('a text that spells no object is no row', () => {
  assert.deepEqual(
    eventsOf('{"k":"a"}\n"{\\"k\\":"\n"hello"\n{"k":"b"}\n').filter((event) =>
      event.startsWith('row'),
    ),
    ['row a @1', 'row b @4'],
  )
})

describe('an event in what a search or a shipper put around it', () => {
  const text = '{"k":"a"}'
  for (const [name, around] of Object.entries({
    'a result of Splunk': { preview: false, result: { _raw: text, host: 'x' } },
    "Splunk's event collector": { time: 1, event: { k: 'a' } },
    'a document of Elastic': { _index: 'i', _source: { k: 'a' } },
    'what a shipper read': { _source: { event: { kind: 'event' }, message: text } },
    'what a shipper kept': { event: { kind: 'event', original: text }, message: 'one line' },
  }))
    it(`is a row: ${name}`, () => {
      const lines = `${JSON.stringify(around)}\n${JSON.stringify({ ...around, extra: 1 })}\n`
      assert.deepEqual(eventsOf(lines), ['row a @1', 'row a @2'])
    })

  it('is a row in a list of results, too', () => {
    assert.deepEqual(eventsOf(JSON.stringify({ results: [{ _raw: text }] })), ['row a @1'])
  })

  it('is a row of a table, too', () => {
    assert.deepEqual(eventsOf('_time,_raw\n1,"{""k"":""a""}"\n'), ['row a @2'])
  })

  it('that is unknown is one unknown row', () => {
    const given = collect('{"k":"a"}\n{"event":{"x":1},"message":"[1,2]"}\n')
    assert.deepEqual(given.events, ['row a @1', 'bad row unrecognised-record @2'])
  })
})

describe('a message of an event hub', () => {
  const records = { records: [{ k: 'a' }, { k: 'é' }] }
  const text = JSON.stringify(records)
  const bytes = Buffer.from(text).toString('latin1')
  for (const [name, message] of Object.entries({
    'with its body as text': { SequenceNumber: 1, Body: text },
    'with its body as an object': { body: records, enqueuedTimeUtc: 'x' },
    "as Avro's tool prints it": { Offset: '0', Properties: {}, Body: { bytes } },
    'whose body is a list': { Body: JSON.stringify(records.records) },
  }))
    it(`${name} gives the rows in it`, () => {
      const lines = `${JSON.stringify(message)}\n${JSON.stringify({ ...message, Body: '{"k":"c"}' })}\n`
      const given = collect(lines)
      assert.deepEqual(given.events.slice(0, 2), ['row a @1', 'row é @1'])
      assert.equal(given.summary.unknownRows, 0)
      assert.deepEqual(collect(lines, [1]), given)
    })

  it('that holds no JSON, or too deep one, is no row', () => {
    assert.equal(collect('{"Body":"hello"}\n').summary.shape, 'unrecognised')
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`
    assert.deepEqual(eventsOf(`{"k":"a"}\n${JSON.stringify({ Body: deep })}\n`), [
      'row a @1',
      'bad row too-deep @2',
    ])
  })
})

describe('a wrapper with a next link', () => {
  const link = 'https://graph.example.com/next?$skiptoken=1'
  const places = [
    { name: 'before its rows', wrapper: { '@odata.nextLink': link, value: [{ k: 'a' }] } },
    { name: 'after its rows', wrapper: { value: [{ k: 'a' }], '@odata.nextLink': link } },
  ]
  for (const { name, wrapper } of places) {
    it(`${name} says that it is partial`, () => {
      for (const text of [JSON.stringify(wrapper), JSON.stringify(wrapper, null, 2)]) {
        const { events } = collect(text)
        assert.equal(events.length, 2)
        assert.ok(events.some((event) => event.startsWith('row a @')))
        assert.ok(events.some((event) => event.startsWith('says next-link @')))
      }
    })
  }

  it('that is empty or null, or stands within a row, says nothing', () => {
    for (const wrapper of [
      { '@odata.nextLink': '', value: [{ k: 'a' }] },
      { '@odata.nextLink': null, value: [{ k: 'a' }] },
      { value: [{ k: 'a', '@odata.nextLink': link }] },
    ]) {
      for (const indent of [0, 2]) {
        const { events } = collect(JSON.stringify(wrapper, null, indent))
        assert.equal(events.length, 1, events.join('; '))
      }
    }
  })
})

describe('a wrapper', () => {
  it('that holds no row makes an empty file', () => {
    assert.equal(collect('{"@odata.context":"x","value":[]}').summary.shape, 'empty')
    assert.equal(collect('{\n "value":\n [\n ] }').summary.shape, 'empty')
    assert.equal(collect('[]').summary.shape, 'empty')
  })

  it('is not what a record with a list in it is', () => {
    const record = { Id: '1', k: 'a', value: [{ k: 'inner' }] }
    assert.deepEqual(eventsOf(JSON.stringify(record)), ['row a @1'])
    assert.deepEqual(eventsOf(JSON.stringify(record, null, 2)), ['row a @1'])
  })

  it('larger than a row is read row by row', () => {
    const filler = 'x'.repeat(1000)
    const rows = Array.from({ length: 20_000 }, (_, i) => `{"k":"${i}","f":"${filler}"}`)
    const { summary, events } = collect(`{"a":{},"records":[${rows.join(',')}]}`, [65_536])
    assert.equal(summary.rows, 20_000)
    assert.equal(events.length, 20_000)
  })
})

const brokenCases: { name: string; text: string; events: string[] }[] = [
  {
    name: 'a line that is no JSON',
    text: '{"k":"a"}\n{"k":oops}\n{"k":"c"}\n',
    events: ['row a @1', 'bad row malformed-json @2', 'row c @3'],
  },
  {
    name: 'a line cut in a string',
    text: '{"k":"a"}\n{"k":"b\n{"k":"c"}\n',
    events: ['row a @1', 'bad row malformed-json @2', 'row c @3'],
  },
  {
    name: 'a line cut behind a backslash',
    text: '{"k":"b\\\n{"k":"c"}\n',
    events: ['bad row malformed-json @1', 'row c @2'],
  },
  {
    name: 'a line cut behind a colon',
    text: '{"k":\n{"k":"c"}\n{"k":"d"}\n',
    events: ['bad row malformed-json @1', 'row c @2', 'row d @3'],
  },
  {
    name: 'a line cut in an inner array',
    text: '{"k":[\n{"k":"c"}\n{"k":"d"}\n',
    events: ['bad row malformed-json @1', 'row c @2', 'row d @3'],
  },
  {
    name: 'a line cut behind a comma',
    text: '{"k":"a",\n{"k":"c"}\n',
    events: ['bad row malformed-json @1', 'row c @2'],
  },
  {
    name: 'a line of text',
    text: '{"k":"a"}\nWARNING {x} [y] "\n{"k":"c"}\n',
    events: ['row a @1', 'bad row not-an-object @2', 'row c @3'],
  },
  {
    name: 'a first line of text',
    text: 'exported by hand\n{"k":"b"}\n',
    events: ['bad row not-an-object @1', 'row b @2'],
  },
  {
    name: 'scalars between the elements of an array',
    text: '[{"k":"a"},12,"x{",null,{"k":"b"}]',
    events: [
      'row a @1',
      'bad row not-an-object @1',
      'bad row not-an-object @1',
      'bad row not-an-object @1',
      'row b @1',
    ],
  },
  {
    name: 'an element of an array on one line',
    text: '[{"k":"a"},{"k":oops},{"k":"c"}]',
    events: ['row a @1', 'bad row malformed-json @1', 'row c @1'],
  },
  {
    name: 'an element of an array on one line with a quote in a text',
    text: '[{"k":"a"},{"k":"b","x":"1" of, {2","y":[{"z":"}"}]},{"k":"c"},{"k":"d"}]',
    events: ['row a @1', 'bad row malformed-json @1', 'row c @1', 'row d @1'],
  },
  {
    name: 'an element of an array on one line with a text that ends in two quotes',
    text: '[{"k":"a"},{"k":"b","x":"1""},{"k":"c"},{"k":"d"}]',
    events: ['row a @1', 'bad row malformed-json @1', 'row c @1', 'row d @1'],
  },
  {
    name: 'an element of an array on one line that is cut in a text',
    text: '{"value":[{"k":"a"},{"k":"b","x":"1,{"k":"c"},{"k":"d"}]}',
    events: ['row a @1', 'bad row malformed-json @1', 'row c @1', 'row d @1'],
  },
  {
    name: 'a row of a table on one line with a quote in a text',
    text: '{"tables":[{"columns":[{"name":"k"},{"name":"x"}],"rows":[["a","1"],["b","1"2"],["c","3"],["d","4"]]}]}',
    events: ['row a @1', 'bad row malformed-json @1', 'row c @1', 'row d @1'],
  },
  {
    name: 'an element without its closing brace',
    text: '[\n  {\n    "k": "a"\n  ,\n  {\n    "k": "b"\n  }\n]',
    events: ['bad row malformed-json @2', 'row b @5'],
  },
  {
    name: 'a raw NUL',
    text: '{"k":"a"}\n{"k":"\0"}\n\0\0\0\n{"k":"d"}\n',
    events: ['row a @1', 'bad row malformed-json @2', 'bad row nul-bytes @3', 'row d @4'],
  },
  {
    name: 'NULs before a row on its line, which a writer that was stopped leaves',
    text: '{"k":"a"}\n\0\0\0{"k":"b"}\n{"k":"c"}\n\0\0',
    events: ['row a @1', 'bad row nul-bytes @2', 'row b @2', 'row c @3', 'bad row nul-bytes @4'],
  },
  {
    name: 'the end of a file cut in a row',
    text: '{"k":"a"}\n{"k":"b","x":[{"y"',
    events: ['row a @1', 'bad row cut-short @2', 'says ends-early @2'],
  },
  {
    name: 'the end of a file cut in an array, between rows',
    text: '[{"k":"a"},\n{"k":"b"},\n',
    events: ['row a @1', 'row b @2', 'says ends-early @3'],
  },
  {
    name: 'the end of a file cut in a wrapper, in a row',
    text: '{"value":[{"k":"a"},\n{"k":"b"',
    events: ['row a @1', 'bad row cut-short @2', 'says ends-early @2'],
  },
  {
    name: 'one level too deep',
    text: `{"k":"a"}\n{"k":${'['.repeat(64)}${']'.repeat(64)}}\n{"k":"c"}\n`,
    events: ['row a @1', 'bad row too-deep @2', 'row c @3'],
  },
  {
    name: 'far too deep and never closed',
    text: `{"k":"a"}\n{"k":${'[{"x":'.repeat(5000)}\n{"k":"c"}\n`,
    events: ['row a @1', 'bad row too-deep @2', 'row c @3'],
  },
  {
    name: 'too deep within an array on one line',
    text: `[{"k":"a"},{"k":${'['.repeat(99)}${']'.repeat(99)}},{"k":"c"}]`,
    events: ['row a @1', 'bad row too-deep @1', 'row c @1'],
  },
]

describe('a broken JSON row costs itself alone:', () => {
  for (const { name, text, events } of brokenCases) {
    it(name, () => {
      const whole = collect(text)
      assert.deepEqual(whole.events, events)
      assert.deepEqual(collect(text, [1]), whole)
      assert.deepEqual(collect(text, [3, 1, 7]), whole)
    })
  }

  it('63 levels are not too deep', () => {
    const { events } = collect(`{"k":${'['.repeat(63)}${']'.repeat(63)}}`)
    assert.equal(events.length, 1)
    assert.match(events[0] ?? '', /^row \[/)
  })
})

describe('keys that would reach a prototype', () => {
  it('are keys like any other', () => {
    const text =
      '{"__proto__":{"k":"polluted"},"constructor":1,"k":"a"}\n{"__proto__":null,"k":"b"}\n'
    assert.deepEqual(eventsOf(text), ['row a @1', 'row b @2'])
    assert.equal(Object.hasOwn(Object.prototype, 'k'), false)
  })
})
