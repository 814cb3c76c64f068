import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNLIMITED, WorkBudget } from '../src/material/work_budget.ts'

describe('a work budget', () => {
  it('counts what is spent and what is run, and refuses what is more than it has', () => {
    const budget = new WorkBudget(100)
    budget.spend(30)
    assert.equal(
      budget.within(60, () => 'done'),
      'done',
    )
    let ran = false
    const refused = budget.within(11, () => {
      ran = true
    })
    assert.deepEqual([refused, ran], [undefined, false])
    assert.equal(
      budget.within(10, () => 'small'),
      'small',
    )
    assert.equal(budget.left, 0)
    assert.deepEqual(budget.end(), { cost: 100, wasRefused: true })
  })

  it('begins with nothing spent, and without one nothing is refused', () => {
    const budget = new WorkBudget()
    budget.start(0)
    assert.deepEqual(budget.end(), { cost: 0, wasRefused: false })
    assert.equal(
      budget.within(1e15, () => 'done'),
      'done',
    )
  })
})

it('no limit is none: nothing is counted, refused or kept', () => {
  UNLIMITED.spend(1e18)
  assert.equal(UNLIMITED.left, Number.POSITIVE_INFINITY)
  const answers = [true, false]
  const ask = () => UNLIMITED.withinOnce(1e18, 'primes', [7n], () => answers.shift() === true)
  assert.deepEqual([ask(), ask()], [true, false])
  assert.deepEqual(UNLIMITED.end(), { cost: 0, wasRefused: false })
})

describe('an answer that is kept', () => {
  it('is asked for once, until answers are forgotten; other numbers are another question', () => {
    const budget = new WorkBudget()
    let asked = 0
    const ask = (name: string, ...numbers: readonly bigint[]): boolean | undefined =>
      budget.withinOnce(1000, name, numbers, () => {
        asked++
        return true
      })
    for (let i = 0; i < 3; i++) assert.equal(ask('primes', 3n, 5n), true)
    assert.equal(asked, 1)
    ask('primes', 35n)
    ask('other', 3n, 5n)
    assert.equal(asked, 3)
    budget.forget()
    ask('primes', 3n, 5n)
    assert.equal(asked, 4)
  })

  it('is not kept where it was refused', () => {
    const budget = new WorkBudget(10)
    assert.equal(
      budget.withinOnce(1e9, 'primes', [7n], () => true),
      undefined,
    )
    budget.end()
    assert.equal(
      budget.withinOnce(1e9, 'primes', [7n], () => true),
      true,
    )
  })
})
