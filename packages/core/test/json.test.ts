import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { hasMemberTwice } from '../src/index.ts'

const name = fc.oneof(fc.constantFrom('a', 'b', '"', '\\', '{', ':', ','), fc.string())

it('no object that was written once names a member twice', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(hasMemberTwice(JSON.stringify(value)), false)
      assert.equal(hasMemberTwice(JSON.stringify(value, undefined, 2)), false)
    }),
  )
})

const escaped = (text: string) =>
  `"${Array.from(text, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`

it('a member that stands twice is seen, however deep, and however it is spelled', () => {
  const ascii = name.filter((text) => /^[\x20-\x7e]*$/.test(text))
  fc.assert(
    fc.property(ascii, fc.jsonValue(), fc.nat(5), fc.boolean(), (own, value, depth, isEscaped) => {
      const [first, second] = [JSON.stringify(own), isEscaped ? escaped(own) : JSON.stringify(own)]
      const inner = `{${first}:${JSON.stringify(value)},${JSON.stringify(`other ${own}`)}:1,${second} : 2}`
      const source = `${'{"x":['.repeat(depth)}${inner}${']}'.repeat(depth)}`
      assert.equal(hasMemberTwice(source), true, source)
    }),
  )
})
