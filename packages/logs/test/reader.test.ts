import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Adapter,
  type DateProof,
  EvidenceReader,
  mergeSummaries,
  proveDateOrder,
  type Statement,
} from '../src/index.ts'
import { collect, collector, dated, eventsOf, keyed, once } from './collected.ts'

describe('the shape of a file', () => {
  const cases: { name: string; bytes: string | Uint8Array; shape: string }[] = [
    { name: 'nothing', bytes: '', shape: 'empty' },
    { name: 'blanks', bytes: ' \r\n\t\n', shape: 'empty' },
    { name: 'a byte order mark', bytes: '\uFEFF', shape: 'empty' },
    { name: 'a CSV header alone', bytes: 'k,x\n', shape: 'empty' },
    {
      name: 'one line of prose',
      bytes: 'Dear colleagues, the log follows.\n',
      shape: 'unrecognised',
    },
    { name: 'one line without a comma', bytes: 'no log here', shape: 'unrecognised' },
    { name: 'a header that nobody knows', bytes: 'colour,size\n', shape: 'unrecognised' },
    { name: 'prose', bytes: 'Dear all,\nplease find attached nothing.\n', shape: 'unrecognised' },
    {
      name: 'a picture',
      bytes: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
      shape: 'unrecognised',
    },
    { name: 'some other JSON', bytes: '{"name":"x","dependencies":{}}', shape: 'unrecognised' },
    { name: 'some other CSV', bytes: 'name,value\na,1\n', shape: 'unrecognised' },
    { name: 'NULs alone', bytes: '\0'.repeat(100_000), shape: 'unrecognised' },
    { name: 'rows of one shape', bytes: '{"k":1}\n', shape: 'keyed' },
    { name: 'rows of two shapes', bytes: '{"d":1}\n{"k":1}\n{"k":2}\n', shape: 'keyed' },
  ]
  for (const { name, bytes, shape } of cases) {
    it(`of ${name} is ${shape}`, () => {
      const { summary } = collect(bytes)
      assert.equal(summary.shape, shape)
      if (shape !== 'keyed') assert.deepEqual(summary.rejected, { file: 0, row: 0, payload: 0 })
    })
  }
})

describe('NULs before the text, as a disk that was full leaves them', () => {
  const texts = [
    { name: 'lines', text: '{"k":"a"}\n{"k":"b"}\n', rows: ['row a @1', 'row b @2'] },
    { name: 'an array', text: '[{"k":"a"}]', rows: ['row a @1'] },
    { name: 'CSV', text: 'k,x\na,1\n', rows: ['row a @2'] },
    {
      name: 'UTF-16 without a mark',
      text: Buffer.from('{"k":"a"}\n', 'utf16le'),
      rows: ['row a @1'],
    },
  ]
  for (const { name, text, rows } of texts) {
    // One before UTF-16 makes it UTF-16 of the other order.
    for (const count of [name.startsWith('UTF-16') ? 2 : 1, 100, 200_000]) {
      it(`are reported, and ${name} behind ${count} is read, in any chunks`, () => {
        const bytes = Buffer.concat([Buffer.alloc(count), Buffer.from(text)])
        for (const sizes of [[], [7], [65_537]]) {
          const { events } = collect(bytes, sizes)
          assert.deepEqual(events, [...rows, 'bad row nul-bytes @1'])
        }
      })
    }
  }

  it('of UTF-16 of the other order is the half of a character', () => {
    const big = Buffer.from('{"k":"a"}\n', 'utf16le').swap16()
    assert.deepEqual(eventsOf(big), ['row a @1'])
  })
})

it('the first adapter that accepts a row reads it, whatever row stands before', () => {
  const wide: Adapter = { ...keyed, shape: 'wide', accepts: () => true }
  const adapters = [keyed, wide]
  for (const text of ['{"x":1}\n{"k":1}\n', '{"k":1}\n{"x":1}\n']) {
    const { rowsByShape } = collect(text, [], { adapters }).summary
    assert.deepEqual(Object.fromEntries(rowsByShape), { keyed: 1, wide: 1 })
  }
})

describe('rows that no adapter knows', () => {
  it('are rejects when the file has a row that one knows, wherever that stands', () => {
    const { events, summary } = collect('{"x":1}\n{"x":2}\n{"k":"a"}\n{"x":3}\n')
    assert.deepEqual(events, [
      'bad row unrecognised-record @1',
      'bad row unrecognised-record @2',
      'row a @3',
      'bad row unrecognised-record @4',
    ])
    assert.equal(summary.unknownRows, 3)
    assert.equal(summary.rejected.row, 3)
  })

  it('are not rejects when it has none', () => {
    const { events, summary } = collect('{"x":1}\n{"x":2}\n')
    assert.deepEqual(events, [])
    assert.equal(summary.unknownRows, 2)
  })

  it('are all counted although only some are buffered', () => {
    const { summary } = collect(`${'{}\n'.repeat(100_000)}{"k":"a"}\n`)
    assert.equal(summary.rejected.row, 100_000)
  })
})

describe('encodings', () => {
  const text = '{"k":"é😀"}\n{"k":"b"}\n'
  const events = ['row é😀 @1', 'row b @2']
  const plain = '{"k":"a"}\r\n{"k":"b"}\r\n'
  const cases: { name: string; bytes: Buffer; events: string[] }[] = [
    { name: 'UTF-8', bytes: Buffer.from(text), events },
    { name: 'UTF-8 with a mark', bytes: Buffer.from(`\uFEFF${text}`), events },
    { name: 'UTF-16LE with a mark', bytes: Buffer.from(`\uFEFF${text}`, 'utf16le'), events },
    {
      name: 'UTF-16BE with a mark',
      bytes: Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
      events,
    },
    {
      name: 'UTF-16LE without a mark',
      bytes: Buffer.from(plain, 'utf16le'),
      events: ['row a @1', 'row b @2'],
    },
    {
      name: 'UTF-16LE cut in a character',
      bytes: Buffer.from(`\uFEFF${text}`, 'utf16le').subarray(0, -1),
      events: ['row é😀 @1', 'row b @2', 'bad row not-an-object @2'],
    },
  ]
  for (const { name, bytes, events: expected } of cases) {
    it(`${name} is read`, () => {
      assert.deepEqual(eventsOf(bytes), expected)
      assert.deepEqual(collect(bytes, [1]), collect(bytes))
    })
  }

  it('text that is no UTF-8 is kept with U+FFFD and counted where it stands', () => {
    const json = Buffer.from('{"k":"a"}\n{"k":"b\xff\xfe"}\n', 'latin1')
    assert.deepEqual(eventsOf(json), [
      'row a @1',
      'bad payload invalid-utf8 @2',
      'row b\uFFFD\uFFFD @2',
    ])
    const csv = Buffer.from('k,x\na,1\nb\xff,2\n', 'latin1')
    assert.deepEqual(eventsOf(csv), ['row a @2', 'bad payload invalid-utf8 @3', 'row b\uFFFD @3'])
  })
})

describe('completeness', () => {
  const capped: Adapter = { ...keyed, shape: 'capped', rowCaps: [5] }
  const says = (rows: number, options = {}) =>
    collect('{"k":"a"}\n'.repeat(rows), [], { adapters: [capped], ...options }).events.filter(
      (event) => event.startsWith('says'),
    )

  it('is questioned at exactly the number of rows at which an exporter stops', () => {
    assert.deepEqual(says(5), ['says row-cap @1'])
    assert.deepEqual(says(4), [])
    assert.deepEqual(says(6), [])
  })

  it('counts rows that could not be read towards that number', () => {
    const { events } = collect('{"k":1}\n{"k":2}\n{"k":oops}\n{"x":1}\n{"k":3}\n', [], {
      adapters: [capped],
    })
    assert.ok(events.includes('says row-cap @1'))
  })

  it('is not checked on a slice', () => {
    assert.deepEqual(says(5, { isSlice: true, startLine: 9 }), [])
  })
})

describe('an extractor log', () => {
  const gap =
    '[ERROR] Window 2023-05-15T00:00:00Z -> 2023-05-15T00:06:00Z has 5000+ events in the minimum interval. SOME EVENTS IN THIS RANGE ARE NOT CAPTURED.'
  const log = `2023-06-01T10:00:00Z [INFO] Starting, one tenant\n2023-06-01T10:00:09Z ${gap}\n[INFO] Done\n`

  it('gives the periods that it has not got as statements', () => {
    const statements: [Statement, number][] = []
    const sink = {
      ...collector([]),
      statement: (s: Statement, line: number) => statements.push([s, line]),
    }
    const reader = new EvidenceReader(sink, { adapters: [keyed] })
    reader.push(Buffer.from(log, 'utf16le'))
    assert.equal(reader.end().shape, 'extractor-log')
    const [said] = statements
    assert.ok(said !== undefined)
    const [statement, line] = said
    assert.equal(line, 2)
    assert.equal(statement.code, 'extractor-gap')
    assert.equal(statement.fromMs, Date.UTC(2023, 4, 15))
    assert.equal(statement.toMs, Date.UTC(2023, 4, 15, 0, 6))
  })

  it('is distinguished from a record that only quotes it', () => {
    const csv = `k,x\n"${gap}",1\n`
    assert.equal(collect(csv).summary.shape, 'keyed')
    assert.deepEqual(
      collect(csv).events.filter((event) => event.startsWith('says')),
      [],
    )
  })
})

/** Reads a file as it is read from disk: for its dates first. */
async function readDated(text: string): Promise<{ dates: DateProof; events: string[] }> {
  const dates = await proveDateOrder(once(text), [keyed, dated])
  return { dates, events: collect(text, [], { dates }).events }
}

describe('the order of day and month', () => {
  it('is decided by one date of the whole file', async () => {
    const { dates, events } = await readDated('d,x\n03/04/2023 10:00:00,1\n20/04/2023 10:00:00,1\n')
    assert.equal(dates.order, 'day-first')
    assert.equal(events[0], 'row 03/04/2023 10:00:00 day-first @2')
  })

  it('is unproven, and said to be, when every date could be either', async () => {
    const { events } = await readDated('d,x\n03/04/2023 10:00:00,1\n')
    assert.deepEqual(events, ['row 03/04/2023 10:00:00 unproven @2', 'says date-order-unproven @1'])
  })

  it('is unproven when dates contradict each other', async () => {
    const { dates, events } = await readDated('d,x\n20/04/2023,1\n04/20/2023,1\n03/04/2023,1\n')
    assert.equal(dates.isContradicted, true)
    assert.equal(dates.order, 'unproven')
    assert.ok(events.includes('says date-order-unproven @1'))
  })

  it('is not spoken of when no date needs it', async () => {
    const { events } = await readDated('d,x\n2023-04-03T10:00:00Z,1\n04/04/2023,1\n')
    assert.equal(
      events.some((event) => event.startsWith('says')),
      false,
    )
  })

  it('is proven by the last row of a long file', async () => {
    const { dates } = await readDated(`d,x\n${'03/04/2023,1\n'.repeat(20_000)}12/31/2023,1\n`)
    assert.equal(dates.order, 'month-first')
  })

  it('is not looked for where no adapter reads dates that need it', async () => {
    const { dates } = await readDated(`${'{"k":1}\n'.repeat(200)}{"d":"31/12/2023"}\n`)
    assert.equal(dates.order, 'unproven')
  })

  it('is looked for in the first rows alone there, though a chunk be the whole file', async () => {
    const bytes = new Uint8Array(Buffer.from('{"k":1}\n'.repeat(100_000)))
    let readTo = 0
    const watched = Object.assign(new Uint8Array(bytes), {
      subarray: (from = 0, to = bytes.length) => {
        readTo = Math.max(readTo, to)
        return bytes.slice(from, to)
      },
    })
    async function* whole() {
      yield await Promise.resolve(watched)
    }
    await proveDateOrder(whole(), [keyed, dated])
    assert.ok(readTo > 0 && readTo < bytes.length / 4, `${readTo} bytes were read`)
  })
})

it('summaries of the parts of a file add up to that of the whole', () => {
  const first = '{"k":"a"}\n{"k":oops}\n'
  const second = '{"k":"b"}\n{"x":1}\n'
  const whole = collect(first + second).summary
  const options = { isSlice: true, isRecognised: true }
  const parts = [
    collect(first, [], { ...options, isLast: false }).summary,
    collect(second, [], { ...options, startLine: 3 }).summary,
  ]
  assert.deepEqual(mergeSummaries(parts), whole)
})
