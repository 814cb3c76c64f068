import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { Names } from '../src/model/redaction.ts'

const label = (key: number) => (owner: string) =>
  `account-${createHmac('sha256', Buffer.alloc(32, key)).update(owner).digest('hex').slice(0, 12)}`
const PSEUDONYM = /account-[0-9a-f]{12}/

function names(): Names {
  const made = new Names(label(7))
  made.add('ada.lovelace@agency.example', 'ada.lovelace@agency.example')
  made.add('Ada Lovelace', 'ada.lovelace@agency.example')
  made.add('bo', 'bo')
  made.add('(Ops) Øre', '(Ops) Øre')
  return made
}

describe('names in a text', () => {
  const hidden = [
    'ada.lovelace@agency.example',
    'ADA.LOVELACE@Agency.Example',
    'ada.lovelace%40agency.example',
    'https://x/personal/ada_lovelace_agency_example/doc',
    'ada lovelace',
    'by ada.lovelace, today',
    'SMTP:ada.lovelace@agency.example;',
    'other@elsewhere.example',
  ]
  for (const text of hidden)
    it(`are hidden: ${text}`, () => {
      const left = names().replace(text)
      assert.match(left, PSEUDONYM)
      assert.doesNotMatch(left, /lovelace|other@/i)
    })

  const kept = ['Lovelaces of this world', 'adam', 'bob', 'agency.example', 'lovelace_x', '']
  for (const text of kept)
    it(`are whole words: ${text}`, () => {
      assert.equal(names().replace(text), text)
    })

  it('of one account are one pseudonym, in every spelling', () => {
    const made = names()
    const [first] = PSEUDONYM.exec(made.replace('ada.lovelace@agency.example')) ?? []
    assert.equal(made.replace('Ada Lovelace'), first)
    assert.equal(made.replace('ada.lovelace'), first)
  })

  it('with accents in one character or in two are the same', () => {
    const made = new Names((owner) => `<${owner}>`)
    made.add('Caf\u00e9 Union', 'one')
    made.add('Mu\u0308ller', 'two')
    assert.equal(made.replaceKnown('of Cafe\u0301 Union.'), 'of <one>.')
    assert.equal(made.replaceKnown('M\u00fcller'), '<two>')
    assert.equal(made.replaceKnown('Cafe\u0301'), 'Cafe\u0301')
  })

  it('that begin with a mark are found too', () => {
    assert.doesNotMatch(names().replace('from (Ops) Øre.'), /øre/i)
  })

  it('of message ids stay where they are no names of the case', () => {
    assert.equal(names().replaceKnown('<a.b@mail.example>'), '<a.b@mail.example>')
    assert.match(names().replaceKnown('<ada.lovelace@agency.example>'), PSEUDONYM)
  })

  it('are other pseudonyms under another key', () => {
    const other = new Names(label(8))
    other.add('ada lovelace', 'ada.lovelace@agency.example')
    assert.notEqual(other.replace('ada lovelace'), names().replace('ada lovelace'))
  })

  it('are gone from any text around them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        const text = `${a} ada.lovelace@agency.example ${b}`
        assert.doesNotMatch(names().replace(text).toLowerCase(), /ada\.lovelace@agency/)
      }),
    )
  })
})
