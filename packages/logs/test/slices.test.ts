import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { canSlice, countLines, readSlices, type Slice } from '../src/index.ts'
import { collect, dated, keyed } from './collected.ts'

const adapters = [keyed, dated]

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size))
}

async function slicesOf(text: string, sliceBytes: number, chunkBytes: number): Promise<Slice[]> {
  const slices: Slice[] = []
  for await (const slice of readSlices(inPieces(Buffer.from(text), chunkBytes), sliceBytes))
    slices.push(slice)
  return slices
}

const readSliced = (slices: readonly Slice[]) =>
  slices.flatMap(
    ({ bytes, startLine, isLast }) =>
      collect(bytes, [], { isSlice: true, startLine, isLast, isRecognised: true }).events,
  )

describe('slices', () => {
  it('together give what the whole file gives, on the same lines', async () => {
    const piece = fc.constantFrom(
      '{"k":"a"}',
      '{"k":"b","x":[{},{}]}',
      '{"k":oops}',
      '{"x":1}',
      '',
      '{"records":[{"k":"c"},{"k":"d"}]}',
      '[{"k":"e"},\n{"k":"f"}]',
      '{\n  "k": "g"\n}',
      '{"k":"cut',
    )
    const text = fc
      .array(piece, { maxLength: 60 })
      .map((lines) => `{"k":"first"}\n${lines.join('\n')}\n`)
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 1, max: 300 }),
        async (whole, size, chunk) => {
          const slices = await slicesOf(whole, size, chunk)
          assert.equal(Buffer.concat(slices.map(({ bytes }) => bytes)).toString(), whole)
          assert.deepEqual(readSliced(slices), collect(whole).events)
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    )
  })

  it('are about as long as asked for, and the last says so', async () => {
    const slices = await slicesOf('{"k":"a"}\n'.repeat(1000), 1000, 333)
    assert.ok(slices.length >= 9 && slices.length <= 11, `${slices.length}`)
    assert.deepEqual(slices.map(({ isLast }) => isLast).slice(-2), [false, true])
    assert.equal(slices[1]?.startLine, 1 + countLines(slices[0]?.bytes ?? new Uint8Array()))
  })

  it('own their memory', async () => {
    const [first, second] = await slicesOf('{"k":"a"}\n'.repeat(100), 100, 100)
    assert.ok(first !== undefined && second !== undefined)
    assert.equal(first.bytes.byteLength, first.bytes.buffer.byteLength)
    assert.notEqual(first.bytes.buffer, second.bytes.buffer)
  })

  it('hash every byte on the way', async () => {
    const text = '{"k":"a"}\n'.repeat(50)
    const hash = createHash('sha256')
    for await (const slice of readSlices(inPieces(Buffer.from(text), 7), 64, hash)) assert.ok(slice)
    assert.equal(hash.digest('hex'), createHash('sha256').update(text).digest('hex'))
  })
})

it('slices keep nothing that they were lent', async () => {
  const text = '{"k":"a"}\n'.repeat(50)
  async function* lent(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of inPieces(Buffer.from(text), 7)) {
      const bytes = Uint8Array.from(chunk)
      yield bytes
      bytes.fill(0)
    }
  }
  const slices: Slice[] = []
  for await (const slice of readSlices(lent(), 64)) slices.push(slice)
  assert.equal(Buffer.concat(slices.map(({ bytes }) => bytes)).toString(), text)
})

it('cuts are looked for once a slice where there are none, however small the chunks', async (t) => {
  const text = '{"k":"a"}\n\n'.repeat(2000)
  const joined = t.mock.method(Buffer, 'concat')
  const slices = await slicesOf(text, 1000, 10)
  const joins = joined.mock.callCount()
  joined.mock.restore()
  assert.equal(slices.length, 1)
  assert.ok(joins <= 1 + text.length / 1000, `${joins} joins`)
})

describe('a file may be sliced', () => {
  const cases: { name: string; head: string | Buffer; may: boolean }[] = [
    { name: 'of JSON lines', head: '{"k":"a"}\n{"k":"b"}\n', may: true },
    { name: 'of JSON lines with a mark', head: '\uFEFF{"k":"a"}\n', may: true },
    { name: 'in UTF-16', head: Buffer.from('{"k":"a"}\n', 'utf16le'), may: false },
    { name: 'that is an array', head: '[{"k":"a"},\n', may: false },
    { name: 'that is one indented object', head: '{\n"k":"a"}\n', may: false },
    { name: 'whose first line is not all there', head: '{"k":"a"', may: false },
    { name: 'of rows that nobody knows', head: '{"x":"a"}\n', may: false },
    { name: 'of rows whose dates need the whole file', head: '{"d":"a"}\n', may: false },
    { name: 'of CSV', head: 'k,x\na,1\n', may: false },
    { name: 'that is empty', head: '', may: false },
  ]
  for (const { name, head, may } of cases) {
    it(`${name}: ${may ? 'yes' : 'no'}`, () => {
      assert.equal(canSlice(Buffer.from(head), adapters), may)
    })
  }
})
