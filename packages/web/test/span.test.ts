/** Times that somebody types. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSpan, writeSpan } from '../src/span.ts'

const read: readonly (readonly [text: string, from: string, to: string])[] = [
  ['2023-06-12 10:00 – 12:00', '2023-06-12T10:00', '2023-06-12T12:00'],
  ['2023-06-12 10:00-12:00', '2023-06-12T10:00', '2023-06-12T12:00'],
  ['on 12 June between 10 and 12', '2023-06-12T10:00', '2023-06-12T12:00'],
  ['12 Jun 2021, 10', '2021-06-12T10:00', '2021-06-12T11:00'],
  ['2023-06-12', '2023-06-12T00:00', '2023-06-13T00:00'],
  ['2023-06', '2023-06-01T00:00', '2023-07-01T00:00'],
  ['2023-05-30 to 2023-06-02', '2023-05-30T00:00', '2023-06-03T00:00'],
  ['2023-06-12T22:30Z until 2023-06-13T02:00Z', '2023-06-12T22:30', '2023-06-13T02:00'],
  ['2023-06-12 22:00 – 24:00', '2023-06-12T22:00', '2023-06-13T00:00'],
]
const refused = [
  '',
  'yesterday',
  '10:00 – 12:00',
  '2023-02-30',
  '2023-13-01',
  '2023-06-12 25:00',
  '2023-06-12 12:00 – 10:00',
  '2023-06-12 10:00 – 10:00',
  '2023-06-12 – 2023-06-13 – 2023-06-14',
  '<b>2023</b>',
  '9'.repeat(10_000),
]

describe('a typed time', () => {
  for (const [text, from, to] of read)
    it(`${text} is read, and written so that it is read again`, () => {
      const span = readSpan(text, 2023)
      assert.deepEqual(span, { from: `${from}:00.000Z`, to: `${to}:00.000Z` })
      assert.deepEqual(readSpan(writeSpan(span), 1999), span)
    })

  for (const text of refused)
    it(`${JSON.stringify(text.slice(0, 40))} is none`, () => {
      assert.equal(readSpan(text, 2023), undefined)
    })
})
