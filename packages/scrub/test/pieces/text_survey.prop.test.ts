import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { readAgain } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { type SecretPattern, secretPatterns } from '../../src/pieces/secret_pattern.ts'
import { TextSurvey } from '../../src/pieces/text_survey.ts'

const numberOf = (text = ''): bigint => fromBigEndian(Buffer.from(text, 'base64url'))
const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 512 })).privateKey
const ec = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })).privateKey
const { x, y, d: scalar } = ec.export({ format: 'jwk' })
const { n, e, d, p, q } = rsa.export({ format: 'jwk' })
const materials: readonly KeyMaterial[] = [
  { type: 'rsa', n: numberOf(n), e: numberOf(e), d: numberOf(d), p: numberOf(p), q: numberOf(q) },
  { type: 'ec', curve: 'P-256', x: numberOf(x), y: numberOf(y), d: numberOf(scalar) },
]
const nameOf = ({ value, form, bytes }: SecretPattern): string =>
  `${value} ${form} ${Buffer.from(bytes).toString('base64')}`
const all = materials.map((material) => secretPatterns([material], 0))
const FUZZ = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) }

function kindsIn(bytes: Uint8Array) {
  const survey = new TextSurvey()
  survey.add(bytes, 0, bytes.length)
  return survey.kinds
}

/** Names of all patterns of a key that are spelled for an input. */
const spelledFor = (key: number, bytes: Uint8Array): ReadonlySet<string> =>
  new Set(secretPatterns(materials.slice(key, key + 1), 0, kindsIn(bytes)).map(nameOf))

/** Bytes in which nothing goes on beside a piece. */
const AROUND = [0, 0x80, 0xff, 0x0a]

it('what has a piece in an input is spelled, wherever in it the piece is', () => {
  const where = fc.record({
    key: fc.nat(1),
    pattern: fc.nat(1_000_000),
    from: fc.nat(1_000_000),
    at: fc.nat(70),
    around: fc.constantFrom(...AROUND),
    isCoded: fc.boolean(),
  })
  fc.assert(
    fc.property(where, ({ key, pattern, from, at, around, isCoded }) => {
      const patterns = all[key] ?? []
      const wanted = patterns[pattern % patterns.length]
      if (wanted === undefined) return
      const begin = from % (wanted.bytes.length - wanted.least + 1)
      const piece = Buffer.from(wanted.bytes.subarray(begin, begin + wanted.least))
      const text = Buffer.concat([Buffer.alloc(60, '~'), piece, Buffer.alloc(60, '~')])
      const input = Buffer.alloc(400 + 4 * text.length, around)
      if (isCoded) input.write(text.toString('base64'), at, 'latin1')
      else input.set(piece, at)
      assert.ok(spelledFor(key, input).has(nameOf(wanted)), `${wanted.value} as ${wanted.form}`)
    }),
    FUZZ,
  )
})

it('letters of base64 are spelled where they may stand in a list of numbers', () => {
  const numbers = Array.from(Buffer.from('QUJDREVGR0hJSktMTU5P'), (letter) => String(letter))
  assert.ok(kindsIn(Buffer.from(numbers.join(', '))).base64)
})

it('what base64 has by chance of digits and signs is no list of numbers', () => {
  const input = Buffer.from(`~${'0a1b2c3d4e5f+/xX'.repeat(20)}~`)
  assert.deepEqual([kindsIn(input).list, kindsIn(input).base64], [false, true])
})

it('of bytes without text no text is spelled, and of PEM neither lists nor UTF-16', () => {
  const binary = Buffer.alloc(100_000, randomBytes(5).fill(0xc0, 0, 2))
  const none = {
    hex: false,
    base64: false,
    decimal: false,
    list: false,
    printable: false,
    wide: false,
  }
  assert.deepEqual(kindsIn(binary), none)
  const pem = Buffer.from(rsa.export({ format: 'pem', type: 'pkcs1' }))
  const letters = { ...none, base64: true, printable: true }
  assert.deepEqual(kindsIn(Buffer.concat([binary, pem, pem, binary])), letters)
  const counts = [0, 1].map((key) => spelledFor(key, binary).size / (all[key]?.length ?? 0))
  assert.ok(
    counts.every((share) => share < 0.4),
    counts.join(),
  )
})
