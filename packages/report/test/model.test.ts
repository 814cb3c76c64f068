import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Evidence,
  type Figure,
  figure,
  type Statement,
  statement,
  strengthOf,
  table,
} from '@mintmark/report'
import { accountStrength } from '../src/model/model.ts'

const EVIDENCE: [Evidence] = [{ kind: 'table', table: 'accounts' }]
const STATED: Statement = {
  id: 'a',
  text: 'It is so.',
  strength: 'established',
  evidence: EVIDENCE,
}
const COUNTED: Figure = {
  id: 'b',
  label: 'mailboxes',
  value: 3,
  strength: 'established',
  evidence: EVIDENCE,
}
/** What the compiler did not see: a value from elsewhere. */
const unseen = (): [Evidence] => JSON.parse('[]')

describe('a statement', () => {
  it('does not compile without evidence, and is not made without', () => {
    // @ts-expect-error -- `[]` is not at least one
    const silent: Statement = { ...STATED, evidence: [] }
    assert.throws(() => statement(silent), TypeError)
    assert.throws(() => statement({ ...STATED, evidence: unseen() }), /rests on no evidence/)
    // @ts-expect-error -- evidence is no optional member
    const bare: Statement = { id: 'a', text: 'It is so.', strength: 'established' }
    assert.throws(() => statement(bare), TypeError)
  })

  it('does not compile without a strength, or with another', () => {
    // @ts-expect-error -- it is none of the strengths
    const proven: Statement = { ...STATED, strength: 'proven' }
    assert.equal(proven.text, STATED.text)
  })

  it('says something', () => {
    assert.throws(() => statement({ ...STATED, text: ' ' }), /says nothing/)
    assert.deepEqual(statement(STATED), STATED)
  })
})

describe('a figure', () => {
  it('does not compile without evidence, and is not made without', () => {
    // @ts-expect-error -- `[]` is not at least one
    const silent: Figure = { ...COUNTED, evidence: [] }
    assert.throws(() => figure(silent), /rests on no evidence/)
  })

  it('that has two numbers is not established', () => {
    const value = { lower: 3, upper: 5 }
    assert.throws(() => figure({ ...COUNTED, value }), /two numbers/)
    assert.throws(() => figure({ ...COUNTED, value: { lower: 3, upper: null } }), /two numbers/)
    assert.deepEqual(figure({ ...COUNTED, value, strength: 'bounded' }).value, value)
  })

  it('is refused with a lower bound above the upper one', () => {
    const value = { lower: 5, upper: 3 }
    assert.throws(() => figure({ ...COUNTED, value, strength: 'bounded' }), /below/)
  })
})

describe('an absence', () => {
  const zero: Figure = { ...COUNTED, value: 0 }
  const coverage: Evidence = { kind: 'table', table: 'coverage' }

  it('is established only with the coverage that proves it', () => {
    assert.throws(() => figure(zero), /names no coverage/)
    assert.throws(() => figure({ ...zero, value: { lower: 0, upper: 0 } }), /names no coverage/)
    assert.equal(figure({ ...zero, evidence: [coverage] }).value, 0)
  })

  it('that is unknown or was not searched has no number, and nothing else lacks one', () => {
    for (const strength of ['unknown', 'not-searched'] as const) {
      assert.throws(() => figure({ ...zero, strength }), /nobody knows/)
      assert.equal(figure({ ...zero, value: null, strength }).value, null)
    }
    assert.throws(() => figure({ ...zero, value: null }), /lacks one/)
    assert.throws(() => figure({ ...zero, value: null, strength: 'lead' }), /lacks one/)
  })
})

describe('a table', () => {
  const one = {
    id: 'c',
    title: 'C',
    columns: [{ id: 'x', title: 'X', type: 'count' }],
    rows: [[1]],
    total: 1,
    strength: 'established',
    evidence: EVIDENCE,
  } as const

  it('is not made without evidence, nor with a row of another width', () => {
    assert.throws(() => table({ ...one, evidence: unseen() }), /rests on no evidence/)
    assert.throws(() => table({ ...one, rows: [[1], [1, 2]] }), /not as wide/)
    assert.deepEqual(table(one), one)
  })
})

describe('the strength of a range', () => {
  const cases = [
    { name: 'both bounds agree', range: { lower: 3, upper: 3 }, strength: 'established' },
    { name: 'between two', range: { lower: 3, upper: 5 }, strength: 'bounded' },
    { name: 'no upper bound', range: { lower: 3, upper: null }, strength: 'bounded' },
    { name: 'nothing known at all', range: { lower: 0, upper: null }, strength: 'not-excluded' },
  ]
  for (const { name, range, strength } of cases)
    it(name, () => {
      assert.equal(strengthOf(range), strength)
    })
})

describe('the strength of an account', () => {
  for (const [name, accesses, marked, upper, strength] of [
    ['that the attacker opened is established where the number is known', 2, 0, 4, 'established'],
    ['that the attacker opened is bounded where nothing bounds the number', 2, 0, null, 'bounded'],
    ['with one access beside marked ones is not that of marks', 2, 1, 4, 'established'],
    ['that marks alone name is a lead', 2, 2, 4, 'lead'],
    ['with ambiguous accesses alone is not excluded', 0, 0, 4, 'not-excluded'],
  ] as const)
    it(name, () => {
      const messages = { lower: upper ?? 0, upper }
      assert.equal(accountStrength({ accesses, marked, messages }), strength)
    })
})
