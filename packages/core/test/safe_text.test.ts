import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { CELL_LIMIT, csvCell, safeJson, safeText } from '../src/safe_text.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }
const codePoints = (text: string) => Array.from(text).length
const ESC = String.fromCharCode(27)

/** Texts in which the given letters are common, among all others. */
const lettersOf = (...letters: string[]) =>
  fc.string({
    unit: fc.oneof(fc.constantFrom(...letters), fc.string({ unit: 'binary', maxLength: 1 })),
    maxLength: 40,
  })

describe('safeText shows', () => {
  const cases = [
    { name: 'plain text as it is', text: 'Réunion 会議 \\Inbox', shown: 'Réunion 会議 \\Inbox' },
    { name: 'an escape sequence', text: `${ESC}[31mred`, shown: '\\x1b[31mred' },
    { name: 'a C1 control', text: 'a\u009bb', shown: 'a\\x9bb' },
    { name: 'line breaks', text: 'a\r\nb\tc', shown: 'a\\r\\nb\\tc' },
    { name: 'NUL and DEL', text: '\0\u007f', shown: '\\x00\\x7f' },
    { name: 'a bidirectional override', text: 'gpj\u202eexe', shown: 'gpj\\u202eexe' },
    { name: 'an isolate', text: '\u2066x\u2069', shown: '\\u2066x\\u2069' },
    { name: 'zero width', text: 'a\u200b\ufeffb', shown: 'a\\u200b\\ufeffb' },
    { name: 'line separators', text: 'a\u2028\u2029', shown: 'a\\u2028\\u2029' },
    { name: 'tag characters', text: 'a\u{e0041}', shown: 'a\\u{e0041}' },
    { name: 'half a pair', text: 'a\ud800b', shown: 'a\\ud800b' },
    { name: 'emoji', text: '🙂', shown: '🙂' },
  ]
  for (const { name, text, shown } of cases) it(name, () => assert.equal(safeText(text, 40), shown))

  const cuts = [
    { text: 'abcdef', max: 6, shown: 'abcdef' },
    { text: 'abcdef', max: 5, shown: 'abcd…' },
    { text: '🙂🙂🙂', max: 2, shown: '🙂…' },
    { text: '🙂🙂🙂', max: 3, shown: '🙂🙂🙂' },
    { text: `abc${ESC}`, max: 5, shown: 'abc…' },
    { text: `ab${ESC}c`, max: 6, shown: 'ab…' },
    { text: 'abc', max: 1, shown: '…' },
    { text: 'abc', max: 0, shown: '' },
    { text: 'x'.repeat(5_000_000), max: 3, shown: 'xx…' },
  ]
  for (const { text, max, shown } of cuts) {
    it(`${text.slice(0, 8)} in ${max}`, () => assert.equal(safeText(text, max), shown))
  }

  it('nothing that a terminal obeys, in at most max code points', () => {
    const text = lettersOf(ESC, '\u202e', '\n', 'x')
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), fc.nat(60), (value, max) => {
        const shown = safeText(value, max)
        assert.ok(codePoints(shown) <= max)
        assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
      }),
      runs,
    )
  })
})

describe('csvCell writes', () => {
  const cases = [
    { name: 'text in quotes', value: 'a', cell: '"a"' },
    { name: 'quotes doubled', value: 'a "b", c', cell: '"a ""b"", c"' },
    { name: 'a formula as text', value: '=1+1', cell: '"\'=1+1"' },
    { name: 'a plus', value: '+1', cell: '"\'+1"' },
    { name: 'a minus', value: '-1', cell: '"\'-1"' },
    { name: 'an at', value: '@SUM(A1)', cell: '"\'@SUM(A1)"' },
    { name: 'a tab in front', value: '\tx', cell: '"\' x"' },
    { name: 'a carriage return in front', value: '\rx', cell: '"\' x"' },
    { name: 'a formula behind spaces', value: '  =1', cell: '"\'  =1"' },
    { name: 'a formula behind a quote', value: '"=1', cell: '"\'""=1"' },
    { name: 'a formula behind NUL', value: '\0=1', cell: '"\'=1"' },
    { name: 'a formula behind zero width', value: '\u200b=1', cell: '"\'\u200b=1"' },
    { name: 'a full-width formula', value: '\uff1d1', cell: '"\'\uff1d1"' },
    { name: 'a formula behind a semicolon', value: 'a;=1', cell: '"a;\'=1"' },
    { name: 'line breaks as spaces', value: 'a\r\nb\nc', cell: '"a b c"' },
    { name: 'no controls', value: `a${ESC}b\u202ec\u009b`, cell: '"abc"' },
    { name: 'half a pair as a replacement', value: 'a\ud800', cell: '"a\ufffd"' },
    { name: 'a negative number as it is', value: -5, cell: '"-5"' },
    { name: 'a big integer', value: 2n ** 64n - 1n, cell: '"18446744073709551615"' },
    { name: 'an equals sign inside', value: 'a=1', cell: '"a=1"' },
    { name: 'nothing', value: '', cell: '""' },
  ]
  for (const { name, value, cell } of cases) it(name, () => assert.equal(csvCell(value), cell))

  it('no cell longer than a spreadsheet holds, and no half of a pair', () => {
    const exact = 'x'.repeat(CELL_LIMIT)
    assert.equal(csvCell(exact), `"${exact}"`)
    for (const text of ['x'.repeat(CELL_LIMIT + 1), '🙂'.repeat(CELL_LIMIT), `=${exact}`]) {
      const cell = csvCell(text).slice(1, -1)
      assert.ok(cell.length <= CELL_LIMIT)
      assert.ok(cell.endsWith('…'))
      assert.doesNotMatch(cell, /\p{Cs}/u)
    }
  })

  it('only cells that a spreadsheet takes for text', () => {
    const text = lettersOf('=', '+', '-', '@', '\t', '\r', ' ', '"', "'", '\0', '\uff1d', 'a')
    fc.assert(
      fc.property(text, (value) => {
        const cell = csvCell(value)
        assert.match(cell, /^"(?:[^"]|"")*"$/)
        const inner = cell.slice(1, -1).replaceAll('""', '"')
        assert.doesNotMatch(inner, /\p{Cc}/u)
        const shown = inner.replace(/^[\s"\p{Cf}]+/u, '')
        assert.doesNotMatch(shown, /^[=+\-@\uff1d\uff0b\uff0d\uff20]/)
      }),
      runs,
    )
  })
})

describe('safeJson', () => {
  it('spells what a terminal obeys as escapes', () => {
    assert.equal(safeJson({ a: '\u009b31m\u202e\u007f' }), '{"a":"\\u009b31m\\u202e\\u007f"}')
  })

  it('parses to the same value, and holds no letter that safeText would change but line breaks', () => {
    const values = fc.array(lettersOf(ESC, '\u009b', '\u202e', '\u2028', '\ud800', '\n', '"', '\\'))
    fc.assert(
      fc.property(values, fc.constantFrom(0, 2), (value, indent) => {
        const json = safeJson(value, indent)
        assert.deepEqual(JSON.parse(json), value)
        const line = json.replaceAll('\n', '')
        assert.equal(safeText(line, line.length), line)
      }),
      runs,
    )
  })
})
