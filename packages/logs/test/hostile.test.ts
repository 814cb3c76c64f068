import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, describe, it } from 'node:test'
import { createGzip, gzipSync } from 'node:zlib'
import { inflate, isBomb } from '../src/files/stored_bytes.ts'
import { EvidenceReader, readSlices, walkEvidence } from '../src/index.ts'
import { readEvidence } from '../src/reader.ts'
import { collector, keyed } from './collected.ts'
import { zipOf } from './files/zip_writer.ts'

const GIB = 2 ** 30
const MIB = 2 ** 20
/** `SLOW=1` takes the sizes that a real attack would have; the others are past every limit as well. */
const isSlow = process.env['SLOW'] === '1'
const LINE_BYTES = isSlow ? GIB : 48 * MIB
const root = mkdtempSync(join(tmpdir(), 'mintmark-hostile-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** `head`, then `total` bytes of filler in chunks, then `tail`. */
function* streamed(head: string, filler: string, total: number, tail: string): Generator<Buffer> {
  yield Buffer.from(head)
  const chunk = Buffer.alloc(MIB, filler)
  for (let sent = 0; sent < total; sent += chunk.length) yield chunk
  yield Buffer.from(tail)
}

/** Events, and by how much memory outside the heap grew at most. */
function readStream(chunks: Iterable<Buffer>): { events: string[]; grownBytes: number } {
  const events: string[] = []
  const reader = new EvidenceReader(collector(events), { adapters: [keyed] })
  const before = process.memoryUsage().rss
  let most = before
  for (const chunk of chunks) {
    reader.push(chunk)
    most = Math.max(most, process.memoryUsage().rss)
  }
  reader.end()
  return { events, grownBytes: most - before }
}

const tooLong = [
  {
    name: 'in a string of a JSON line',
    chunks: () => streamed('{"k":"a"}\n{"k":"', 'x', LINE_BYTES, '"}\n{"k":"c"}\n'),
    events: ['row a @1', 'bad row row-too-long @2', 'row c @3'],
  },
  {
    name: 'without an end',
    chunks: () => streamed('{"k":"a"}\n{"k":[', '1,', LINE_BYTES, ''),
    events: ['row a @1', 'bad row row-too-long @2', 'says ends-early @2'],
  },
  {
    name: 'of one element of an array',
    chunks: () => streamed('[{"k":"a"},{"k":"', 'x', LINE_BYTES, '"},{"k":"c"}]'),
    events: ['row a @1', 'bad row row-too-long @1', 'row c @1'],
  },
  {
    name: 'that is no JSON',
    chunks: () => streamed('{"k":"a"}\n', 'x', LINE_BYTES, '\n{"k":"c"}\n'),
    events: ['row a @1', 'bad row not-an-object @2', 'row c @3'],
  },
  {
    name: 'in a CSV cell',
    chunks: () => streamed('k,x\na,1\nb,"', 'x', LINE_BYTES, '"\nc,1\n'),
    events: ['row a @2', 'bad row row-too-long @3', 'row c @4'],
  },
  {
    name: 'of CSV delimiters',
    chunks: () => streamed('k,x\na,1\nb', ',', LINE_BYTES, '\nc,1\n'),
    events: ['row a @2', 'bad row too-many-columns @3', 'row c @4'],
  },
  {
    name: 'of text',
    chunks: () => streamed('hello\n', 'x', LINE_BYTES, '\n'),
    events: [],
  },
]

describe('a line too long for memory', () => {
  for (const { name, chunks, events } of tooLong) {
    it(`${name} is one reject, in bounded memory`, () => {
      const read = readStream(chunks())
      assert.deepEqual(read.events, events)
      assert.ok(read.grownBytes < 300 * MIB, `${read.grownBytes} bytes`)
    })
  }
})

it('a line too long for memory in a sliced file is one reject, and the lines around it come', async () => {
  const events: string[] = []
  const lines = streamed('{"k":"a"}\n{"k":"', 'x', LINE_BYTES, '"}\n{"k":"c"}\n')
  for await (const { bytes, ...part } of readSlices(Readable.from(lines), MIB)) {
    const options = { adapters: [keyed], isSlice: true, isRecognised: true, ...part }
    const reader = new EvidenceReader(collector(events), options)
    assert.ok(bytes.length < 20 * MIB)
    reader.push(bytes)
    reader.end()
  }
  assert.deepEqual(events, ['row a @1', 'bad row row-too-long @2', 'row c @3'])
})

describe('hostile depth and repetition', () => {
  const endless: { name: string; unit: string; total: number }[] = [
    { name: 'lines that each open an object', unit: '{"a":\n', total: MIB / 2 },
    { name: 'lines that each open an array', unit: '{"a":[\n', total: MIB / 2 },
    { name: 'lines that each open a string', unit: '{"a":"\n', total: MIB / 2 },
    { name: 'brackets alone', unit: '[', total: MIB / 2 },
    { name: 'braces alone', unit: '{', total: MIB / 2 },
    { name: 'nested wrappers', unit: '{"value":[', total: MIB / 2 },
    { name: 'quotes', unit: '{"k":"a"}"', total: MIB / 2 },
  ]
  for (const { name, unit, total } of endless) {
    it(`${name} are read to their end`, () => {
      // Quadratic work would take hours.
      const text = Buffer.alloc(total, unit)
      const { events } = readStream([Buffer.from('{"k":"a"}\n'), text])
      assert.equal(events[0], 'row a @1')
    })
  }

  it('quotes that never close in a CSV do not make every row be read again', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `"${i}"",x\n`).join('')
    const { events } = readStream([Buffer.from(`k,x\n${rows}`)])
    assert.ok(events.length > 0)
  })
})

describe('bombs', () => {
  it('are outputs of more than a gigabyte that are 200 times their input', () => {
    assert.equal(isBomb(7 * MIB, 1.5 * GIB), true)
    assert.equal(isBomb(8 * MIB, 1.5 * GIB), false)
    assert.equal(isBomb(1000, 0.9 * GIB), false)
  })

  it('of gzip are left where they pass the limit', {
    skip: !isSlow && 'SLOW=1 is not set',
  }, async () => {
    const reasons: string[] = []
    let total = 0
    // More than a gigabyte of zeros, packed as they are read.
    const gzip = Readable.from(streamed('', '\0', 1.1 * GIB, '')).pipe(createGzip({ level: 1 }))
    const chunks = inflate(
      () => gzip,
      'gzip',
      1000,
      ({ reason }) => reasons.push(reason),
    )
    for await (const chunk of chunks) total += chunk.length
    assert.deepEqual(reasons, ['expands-beyond-limit'])
    assert.ok(total <= GIB + 64 * MIB)
  })

  it('of zip are refused by what their directory declares', async () => {
    const file = join(root, 'bomb.zip')
    const content = Buffer.alloc(1000)
    const bomb = { name: 'bomb', content, declaredBytes: 0xfffffff0 }
    writeFileSync(file, zipOf([{ name: 'good', content: Buffer.from('{"k":"a"}\n') }, bomb, bomb]))
    const events: string[] = []
    for await (const source of walkEvidence([file]))
      await readEvidence(source, collector(events), [keyed])
    assert.deepEqual(events, [
      'row a @1',
      'bad file expands-beyond-limit @1',
      'bad file expands-beyond-limit @1',
    ])
  })

  it('that declare less than they hold give no more than they declare', async () => {
    const file = join(root, 'liar.zip')
    const content = Buffer.alloc(5 * MIB, '{"k":"a"}\n')
    writeFileSync(file, zipOf([{ name: 'liar', content, declaredBytes: 20 }]))
    const events: string[] = []
    for await (const source of walkEvidence([file]))
      await readEvidence(source, collector(events), [keyed])
    assert.deepEqual(events.slice(-2), ['row a @1', 'row a @2'])
    assert.ok(events.includes('bad file zip-damaged @1'))
  })

  it('small ones, which compress well because rows repeat, are read', async () => {
    const file = join(root, 'honest.gz')
    writeFileSync(file, gzipSync('{"k":"a"}\n'.repeat(100_000)))
    const events: string[] = []
    for await (const source of walkEvidence([file]))
      await readEvidence(source, collector(events), [keyed])
    assert.equal(events.length, 100_000)
  })
})
