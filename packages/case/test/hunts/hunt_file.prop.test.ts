import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import * as fc from 'fast-check'
import { parseHunt } from '../../src/hunts/hunt_file.ts'
import { readStatement } from '../../src/hunts/statement.ts'

const options = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }
const SIGNS: readonly string[] = `' '' \\ " \` -- /* */ ( ) ; { } {a:UInt8} SELECT WITH 1 access`
  .split(' ')
  .concat([' ', '\n', '\r\n', '\0', '-- id: x', '-- means: y', '--  more', 'FROM access'])
const piece = fc.oneof(fc.constantFrom(...SIGNS), fc.string({ unit: 'binary', maxLength: 4 }))
const pieces = fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''))

describe('any text', () => {
  it('is a hunt or HUNT_INVALID with a line of the file', () => {
    fc.assert(
      fc.property(pieces, (source) => {
        try {
          parseHunt(source, 'x.sql')
        } catch (error) {
          assert.ok(error instanceof MintmarkError && error.code === 'HUNT_INVALID')
          const line = Number(error.facts['line'])
          assert.ok(line >= 1 && line <= source.split('\n').length)
        }
      }),
      options,
    )
  })

  it('that is a statement stays one inside another: no terminator, no remark, brackets in pairs', () => {
    fc.assert(
      fc.property(pieces, (source) => {
        const read = readStatement(`SELECT ${source}`, 1)
        if ('message' in read) return
        const bare = read.sql.replaceAll(/'(?:[^'\\]|\\[\s\S]|'')*'/gu, '')
        assert.doesNotMatch(bare, /;|--|\/\*|'/u)
        assert.equal(bare.split('(').length, bare.split(')').length)
        assert.equal('message' in readStatement(read.sql, 1), false)
      }),
      options,
    )
  })
})
