import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { parseHunt } from '../../src/hunts/hunt_file.ts'

const HEADER = [
  '-- id: my_hunt',
  '-- title: A title',
  '-- means: What a hit says',
  '-- cannot-mean: What it does not',
  '-- attack: T1550.001, T1528',
  '-- strength: lead',
  '-- class: replayed',
  '-- references: https://example.org/a; a book',
]
const hunt = (body: string, header: readonly string[] = HEADER) => [...header, body].join('\n')
const without = (key: string) => HEADER.filter((line) => !line.startsWith(`-- ${key}:`))
const instead = (key: string, line: string) => [...without(key), line]

const wrong: readonly (readonly [name: string, source: string, line: number])[] = [
  ['an empty file', '', 1],
  ['no header', 'SELECT 1', 1],
  ['no SELECT', HEADER.join('\n'), 8],
  ['only a remark behind the header', hunt('\n-- nothing'), 9],
  ['an unknown name', hunt('SELECT 1', [...HEADER, '-- author: me']), 9],
  ['a name that only JavaScript knows', hunt('SELECT 1', [...HEADER, '-- constructor: x']), 9],
  ['a line without a name', hunt('SELECT 1', [...HEADER, '-- just words']), 9],
  ['a name that stands twice', hunt('SELECT 1', [...HEADER, '-- title: again']), 9],
  ['a line that continues nothing', hunt('SELECT 1', ['--   more', ...HEADER]), 1],
  ['a missing name', hunt('SELECT 1', without('means')), 1],
  ['an empty value', hunt('SELECT 1', instead('means', '-- means:')), 8],
  ['an id with capitals', hunt('SELECT 1', instead('id', '-- id: MyHunt')), 8],
  ['an id that is a path', hunt('SELECT 1', instead('id', '-- id: ../x')), 8],
  ['a strength of its own', hunt('SELECT 1', instead('strength', '-- strength: sure')), 8],
  ['a class of its own', hunt('SELECT 1', instead('class', '-- class: stolen')), 8],
  ['no technique id', hunt('SELECT 1', instead('attack', '-- attack: phishing')), 8],
  ['no slices', hunt('SELECT 1', [...HEADER, '-- slices: 0']), 9],
  ['too many slices', hunt('SELECT 1', [...HEADER, '-- slices: 257']), 9],
  ['a parameter without a default', hunt('SELECT 1', [...HEADER, '-- param: a UInt8']), 9],
  ['a default out of range', hunt('SELECT 1', [...HEADER, '-- param: a UInt8 300']), 9],
  ['a parameter that names a table', hunt('SELECT 1', [...HEADER, '-- param: a Identifier x']), 9],
  [
    'a parameter twice',
    hunt('SELECT 1', [...HEADER, '-- param: a UInt8 3', '-- param: a UInt8 4']),
    10,
  ],
  ['a parameter of the runner', hunt('SELECT 1', [...HEADER, '-- param: slice UInt16 3']), 9],
  ['a placeholder that is not declared', hunt('SELECT 1,\n {a:UInt8}'), 10],
  [
    'a placeholder of another type',
    hunt('SELECT {a:String}', [...HEADER, '-- param: a UInt8 3']),
    10,
  ],
  ['a placeholder that names a table', hunt('SELECT 1 FROM {t:Identifier}'), 9],
  ['half a placeholder', hunt('SELECT {a'), 9],
  ['two statements', hunt('SELECT 1;\n SELECT 2'), 10],
  ['a statement behind a text with a quote', hunt("SELECT 'it''s' ;\nDROP TABLE access"), 10],
  ['a statement behind a text with a backslash', hunt("SELECT '\\'' ; DROP TABLE access"), 9],
  ['a write', hunt('INSERT INTO access SELECT 1'), 9],
  ['a write within', hunt('WITH 1 AS x INSERT INTO access SELECT x'), 9],
  ['another verb', hunt('DROP TABLE access'), 9],
  ['a bracket that leaves the statement', hunt('SELECT 1) AS h; SELECT (1'), 9],
  ['a bracket that is not closed', hunt('SELECT (1'), 9],
  ['a text that is not closed', hunt("SELECT 'a"), 9],
  ['a remark that is not closed', hunt('SELECT 1 /* a'), 9],
  ['a remark in a remark', hunt('SELECT 1 /* /* */ */'), 9],
  ['settings', hunt('SELECT 1 FROM access SETTINGS readonly = 0'), 9],
  ['an output format', hunt('SELECT 1 FORMAT JSON'), 9],
  ['an output file', hunt("SELECT 1 INTO OUTFILE 'x'"), 9],
  ['a file', hunt("SELECT * FROM file('/etc/hosts')"), 9],
  ['a file by a function', hunt("SELECT file ('/etc/hosts')"), 9],
  ['the network', hunt("SELECT * FROM url('http://example.org')"), 9],
  ["the engine's tables", hunt('SELECT * FROM system.processes'), 9],
  ['a quoted name', hunt('SELECT * FROM `system`.processes'), 9],
  ['a quoted name of a function', hunt(`SELECT "file"('/etc/hosts')`), 9],
  ['a heredoc', hunt('SELECT $a$; $a$'), 9],
  ['typographic quotes', hunt('SELECT ‘a’'), 9],
  ['a NUL', hunt('SELECT 1 \0'), 9],
  ['a file that is too long', hunt(`SELECT '${'a'.repeat(300_000)}'`), 1],
]

describe('the format of a hunt', () => {
  it('is a header and a SELECT', () => {
    const source = hunt(
      "\n-- a remark\nSELECT 'a;b' AS x, {days:UInt16} /* why */ FROM access -- the end\n;\n",
      [...HEADER, '--   or two', '--', '-- param: days UInt16 14 how long', '-- slices: 4'],
    )
    const read = parseHunt(source, 'dir/my_hunt.sql')
    assert.equal(read.id, 'my_hunt')
    assert.deepEqual(read.attack, ['T1550.001', 'T1528'])
    assert.deepEqual(read.references, ['https://example.org/a', 'a book or two'])
    assert.deepEqual(read.params, [{ name: 'days', type: 'UInt16', value: 14, text: 'how long' }])
    assert.equal(read.slices, 4)
    assert.equal(read.sql, "SELECT 'a;b' AS x, {days:UInt16}   FROM access")
  })

  for (const [name, spelled, value] of [
    ['a number below zero', 'Int32 -3', -3],
    ['a fraction', 'Float64 0.5', 0.5],
    ['a text', "String 'a b'", 'a b'],
    ['a list', "Array(String) ['a', 'b c']", ['a', 'b c']],
    ['an empty list', 'Array(String) []', []],
  ] as const) {
    it(`takes as a parameter ${name}`, () => {
      const read = parseHunt(hunt('SELECT 1', [...HEADER, `-- param: p ${spelled}`]), 'h')
      assert.deepEqual(read.params[0]?.value, value)
    })
  }

  for (const [name, source, line] of wrong) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseHunt(source, 'dir/my_hunt.sql'),
        (error) =>
          error instanceof MintmarkError &&
          error.code === 'HUNT_INVALID' &&
          error.facts['line'] === line &&
          error.facts['file'] === 'dir/my_hunt.sql',
      )
    })
  }
})
