/** Where the text of a number ends that line ends, colons or nothing follow. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { decodeRun, runOf } from '../../../src/known/values/text_encodings.ts'

describe('the text of a number ends with its last character', () => {
  const number = randomBytes(96)
  const hex = number.toString('hex')
  const texts = {
    'in one line': hex,
    'in lines': hex.replaceAll(/.{64}(?!$)/g, '$&\r\n'),
    'with colons': hex.replaceAll(/..(?!$)/g, '$&:'),
  }
  for (const [name, text] of Object.entries(texts)) {
    for (const behind of ['', '\n', '\r\n\r\n', ':\n']) {
      it(`${name}, before ${JSON.stringify(behind)}`, () => {
        const run = runOf(Buffer.from(text + behind), 0, 1)
        const whole = decodeRun(run, 48, 200).find(({ encoding, bytes }) => {
          return encoding === 'hex' && Buffer.compare(bytes, number) === 0
        })
        assert.deepEqual([whole?.textAt(0), whole?.textAt(number.length)], [0, text.length])
      })
    }
  }
})
