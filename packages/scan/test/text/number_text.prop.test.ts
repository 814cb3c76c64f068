import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type Notation, NumberList } from '../../src/text/number_text.ts'

const FUZZ = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }

const bytes = fc.uint8Array({ minLength: 1, maxLength: 70 })
const two = (byte: number): string => byte.toString(16).padStart(2, '0')

/** Whether it reads these bytes, each where its digits are. */
function reads(text: string, notation: Notation, expected: Uint8Array): void {
  const list = new NumberList()
  const end = list.read(Buffer.from(text), 0, notation)
  assert.deepEqual(list.bytes.subarray(0, list.length), expected)
  assert.ok(end <= text.length)
  const base = notation === 'hex' ? 16 : 10
  for (const [k, byte] of expected.entries()) {
    const digits = text.slice(list.begins[k], list.ends[k]).replace(/^(?:0x|x)/i, '')
    assert.equal(Number.parseInt(digits, base) & 255, byte)
  }
}

describe('numbers in a text', () => {
  it('hexadecimal ones are read, whatever is before each and between two', () => {
    const between = fc.constantFrom(' ', ', ', ',', ':', '-', ',\n\t', '" "', "', '", '\\n')
    const prefix = fc.constantFrom('', '0x', '0X', '\\x')
    fc.assert(
      fc.property(bytes, between, prefix, fc.boolean(), (data, gap, before, isUpper) => {
        const numbers = Array.from(data, (byte) => (isUpper ? two(byte).toUpperCase() : two(byte)))
        reads(numbers.map((number) => before + number).join(gap), 'hex', data)
      }),
      FUZZ,
    )
  })

  it('decimal ones are read, signed or not, and where each has its index before it', () => {
    const between = fc.constantFrom(' ', ', ', ',', ',\n  ')
    fc.assert(
      fc.property(
        bytes,
        between,
        fc.constantFrom('plain', 'signed', 'indexed'),
        (data, gap, kind) => {
          const numbers = Array.from(data, (byte, k) => {
            if (kind === 'indexed') return `"${k}":${byte}`
            return String(kind === 'signed' && byte > 127 ? byte - 256 : byte)
          })
          reads(`[${numbers.join(gap)}]`, 'decimal', data)
        },
      ),
      FUZZ,
    )
  })
})

describe('numbers in texts of other kinds', () => {
  it('those of hex dumps are read without their addresses and text columns', () => {
    const address = fc.constantFrom<[number, string]>([8, ': '], [8, '  '], [4, ' - '], [4, ':  '])
    const column = fc.stringMatching(/^[a-f0-9.x ]{0,16}$/)
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 160 }),
        address,
        fc.nat(2 ** 15),
        column,
        (data, [digits, behind], first, text) => {
          const whole = data.subarray(0, data.length & ~15)
          const lines = Array.from({ length: whole.length / 16 }, (_, k) => {
            const numbers = Array.from(whole.subarray(16 * k, 16 * k + 16), two).join(' ')
            return `${(first + 16 * k).toString(16).padStart(digits, '0')}${behind}${numbers}  ${text}|`
          })
          reads(`${lines.join('\n')}\n`, 'hex', whole)
        },
      ),
      FUZZ,
    )
  })

  it('any characters are read to their end, and every reading gets further', () => {
    const chars = fc.stringMatching(/^[ 0-9a-fx\\,:"\n-]{0,200}$/)
    const list = new NumberList()
    fc.assert(
      fc.property(chars, fc.constantFrom<Notation>('hex', 'decimal'), (text, notation) => {
        const all = Buffer.from(text)
        for (let at = 0; at < all.length; ) {
          const next = list.read(all, at, notation)
          assert.ok(next > at || list.length === 0)
          at = Math.max(next, at + 1)
        }
      }),
      FUZZ,
    )
  })
})
