import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNLIMITED } from '@mintmark/keys/material/work_budget'
import * as fc from 'fast-check'
import { decodeBase64, letterAt, lettersBefore } from '../../src/text/base64.ts'
import { base64Needles } from '../../src/text/base64_needles.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
const some = fc.uint8Array({ minLength: 1, maxLength: 400 })
const broken = fc.constantFrom(
  '\n',
  '\r\n',
  '\\n',
  '\\\\n',
  '\\r\\n',
  '<br>',
  '&#10;',
  '%0A',
  '\\u000a',
  '\\x0a',
  '\\012',
  '#012',
  '#015#012',
  '\\015\\012',
  '`n',
  ' ',
  '"+\n "',
)

function decoded(text: string, isUrl = false): Uint8Array {
  const chars = Buffer.from(text, 'latin1')
  return decodeBase64(chars, 0, chars.length, UNLIMITED, { isUrl }).bytes
}

describe('base64', () => {
  it('decodes as Buffer does, in lines of any length, joined by anything', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 80 }), broken, (bytes, width, joint) => {
        const lines =
          Buffer.from(bytes)
            .toString('base64')
            .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
        assert.deepEqual(decoded(lines.join(joint)), bytes)
      }),
      { numRuns },
    )
  })

  it('decodes the alphabet of URLs', () => {
    fc.assert(
      fc.property(some, (bytes) => {
        assert.deepEqual(decoded(Buffer.from(bytes).toString('base64url'), true), bytes)
      }),
      { numRuns },
    )
  })

  it('gives for any bytes some bytes within its bounds, and keeps none', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(300),
        fc.nat(50),
        (chars, from, most) => {
          const at = Math.min(from, chars.length)
          const result = decodeBase64(chars, at, chars.length, UNLIMITED, { most })
          assert.ok(result.bytes.length <= Math.max(0, most))
          assert.ok(result.end >= at && result.end <= Math.max(chars.length, at) + 1)
          assert.ok(
            letterAt(chars, at, chars.length, most, UNLIMITED) <= Math.max(chars.length, at) + 12,
          )
        },
      ),
      { numRuns: 10 * numRuns },
    )
  })
})

describe('a letter of base64', () => {
  it('is found by its number, and the way back, through line ends', () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 80 }), fc.nat(), (bytes, width, pick) => {
        const letters = Buffer.from(bytes).toString('base64').replaceAll('=', '')
        const text = Buffer.from(
          (letters.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\r\n'),
        )
        const index = pick % letters.length
        const at = letterAt(text, 0, text.length, index, UNLIMITED)
        assert.equal(String.fromCharCode(text[at] ?? 0), letters[index])
        assert.deepEqual(lettersBefore(text, at, 1000, UNLIMITED), {
          start: index === 0 ? at : 0,
          count: index,
        })
      }),
      { numRuns },
    )
  })

  it('has needles that are wherever their bytes do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(255), { minLength: 4, maxLength: 12 }),
        some,
        some,
        (bytes, before, behind) => {
          const text = Buffer.from([...before, ...bytes, ...behind]).toString('base64')
          const needle = base64Needles(bytes, bytes.length * 8)[before.length % 3]
          const group = Math.floor(before.length / 3) * 4
          const shift = needle === undefined || needle.inGroup >= needle.phase ? 0 : 4
          assert.ok(needle)
          assert.equal(text.indexOf(needle.text, group), group + needle.inGroup + shift)
        },
      ),
      { numRuns },
    )
  })
})
