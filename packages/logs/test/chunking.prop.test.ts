import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { inflate } from '../src/files/stored_bytes.ts'
import { type Adapter, adapters, EvidenceReader } from '../src/index.ts'
import { collect, collector, dated, keyed, once } from './collected.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }

/** What JSON files are made of, whole and broken, so that random texts are nearly right. */
const jsonPiece = fc.constantFrom(
  '{"k":"a"}',
  '{"k":"é😀"}',
  '{"k":"a","x":[{"k":1},{}]}',
  '{\n  "k": "b"\n}',
  '{"value":[',
  '{"a":1,"records":[{"k":"c"}],"nextLink":"x"}',
  '{"tables":[{"columns":[{"name":"k"}],"rows":[["d"],["e"],[]]}]}',
  '],"@odata.nextLink":"y"}',
  '{"k":',
  '{"k":"\\',
  '{"__proto__":{"k":1},"k":2}',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\n',
  '\r\n',
  ' ',
  '\uFEFF',
  '\0',
  'null',
  '[[[[',
  '{"a":'.repeat(70),
)
const csvPiece = fc.constantFrom(
  'a',
  ',',
  ';',
  '"',
  '""',
  '\n',
  '\r\n',
  '\r',
  'b,c',
  '"d\ne"',
  'é😀',
  'k,x\n',
  ',,,',
  '\0',
  '#TYPE x\n',
  'SOME EVENTS IN THIS RANGE ARE NOT CAPTURED',
)
const jsonText = fc.array(jsonPiece, { maxLength: 25 }).map((pieces) => pieces.join(''))
const csvText = fc.array(csvPiece, { maxLength: 25 }).map((pieces) => `k,x,y\n${pieces.join('')}`)
const macText = fc.array(csvPiece, { maxLength: 25 }).map((pieces) => `k,x,y\r${pieces.join('')}`)
const logPiece = fc.constantFrom(
  'type="LOGIN", realmId="k"',
  'operationType=CREATE, realmName=k',
  'type="LOGIN"',
  ', token_id="é😀"',
  '\u001B[39m',
  '2023-05-15 08:01:02,123 INFO ',
  '"',
  ',',
  '\n',
  '\r\n',
  '\r',
  '\0',
)
const logText = fc
  .array(logPiece, { maxLength: 25 })
  .map((pieces) => `type="LOGIN", realmId="k"\n${pieces.join('')}`)
const tablePiece = fc.constantFrom(
  '["a"],',
  '["b"]',
  '["c","é😀"],\n',
  '["d\\"]",',
  '["un\n',
  '{"k":1},',
  'null,',
  '7',
  '"x"',
  ']',
  '}',
  '[',
  ',',
  ':',
  '\n',
  '],"name":"t"}',
  ',{"columns":[{"name":"k"},{"name":"x"}],"rows":[',
  ']}],"error":{"code":"x"}}',
  '{"k":"after"}',
)
const tableText = fc
  .array(tablePiece, { maxLength: 25 })
  .map((pieces) => `{"tables":[{"columns":[{"name":"k"}],"rows":[${pieces.join('')}`)
const texts = {
  'the answer of a query': tableText,
  JSON: jsonText,
  CSV: csvText,
  'CSV with lone returns': macText,
  'lines of a log': logText,
}
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

const encodings: Record<string, (text: string) => Buffer> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(`\uFEFF${text}`),
  'UTF-16LE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
  'UTF-16BE': (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(),
}

/** Lines of a log are rows with a message. */
const message: Adapter = {
  ...keyed,
  shape: 'message',
  accepts: (row) => row['message'] !== undefined,
  read: (row, context, sink) => keyed.read({ k: row['message'] }, context, sink),
}
const options = { adapters: [keyed, dated, message] }

describe('whole, in pieces and byte by byte agree', () => {
  for (const [name, encode] of Object.entries(encodings)) {
    for (const [format, textOf] of Object.entries(texts)) {
      it(`for ${format} in ${name}`, () => {
        fc.assert(
          fc.property(textOf, sizes, (text, pieces) => {
            const bytes = encode(text)
            const whole = collect(bytes, [], options)
            assert.deepEqual(collect(bytes, pieces, options), whole)
            assert.deepEqual(collect(bytes, [1], options), whole)
          }),
          runs,
        )
      })
    }
  }

  it('for texts longer than the part that decides their shape', () => {
    fc.assert(
      fc.property(jsonText, csvText, fc.integer({ min: 97, max: 9000 }), (json, csv, size) => {
        const lines = '{"k":"filler"}\n'.repeat(5000)
        for (const text of [lines + json, csv + 'a,b,c\n'.repeat(12_000) + csv])
          assert.deepEqual(collect(text, [size]), collect(text))
      }),
      { numRuns: Math.ceil(runs.numRuns / 20) },
    )
  })

  it('for any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), sizes, (bytes, pieces) => {
        const whole = collect(bytes)
        assert.deepEqual(collect(bytes, pieces), whole)
        assert.deepEqual(collect(bytes, [1]), whole)
      }),
      runs,
    )
  })
})

describe('no bytes make the reader throw', () => {
  it('with every adapter that there is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          jsonText.map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const reader = new EvidenceReader(collector([]), { adapters })
          reader.push(bytes)
          const { rejected } = reader.end()
          assert.ok(rejected.row >= 0)
        },
      ),
      runs,
    )
  })

  it('when they claim to be gzip', async () => {
    const good = gzipSync(Buffer.from('{"k":"a"}\n'.repeat(500)))
    const damage = fc.record({
      at: fc.nat(good.length - 1),
      byte: fc.integer({ min: 0, max: 255 }),
    })
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(good.length), async ({ at, byte }, length) => {
        const bytes = Buffer.from(good.subarray(0, length))
        if (at < length) bytes[at] = byte
        const reasons: string[] = []
        let total = 0
        const chunks = inflate(
          () => once(bytes),
          'gzip',
          bytes.length,
          ({ reason }) => reasons.push(reason),
        )
        for await (const chunk of chunks) total += chunk.length
        assert.ok(reasons.length <= 1)
        assert.ok(total <= 5000 * 1000)
      }),
      runs,
    )
  })
})

it('a broken text between whole lines never takes those lines with it', () => {
  // The lines after the junk must all come, whatever the junk is, if it holds no open string or bracket
  // that JSON itself would let run on over lines.
  const junk = fc
    .array(
      jsonPiece.filter((piece) => !/[[\]\n{]/.test(piece)),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(junk, (text) => {
      const { events } = collect(`{"k":"first"}\n${text}\n{"k":"last"}\n`)
      assert.equal(events[0], 'row first @1')
      assert.ok(
        events.some((event) => event.startsWith('row last @')),
        events.join('; '),
      )
    }),
    runs,
  )
})
