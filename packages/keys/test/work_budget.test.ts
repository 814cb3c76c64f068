import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  endBudget,
  forgetAnswers,
  spend,
  startBudget,
  withinBudget,
  withinBudgetOnce,
} from '../src/material/work_budget.ts'

describe('a work budget', () => {
  it('counts what is spent and what is run, and refuses what is more than it has', () => {
    startBudget(100)
    spend(30)
    assert.equal(
      withinBudget(60, () => 'done'),
      'done',
    )
    let ran = false
    const refused = withinBudget(11, () => {
      ran = true
    })
    assert.deepEqual([refused, ran], [undefined, false])
    assert.equal(
      withinBudget(10, () => 'small'),
      'small',
    )
    assert.deepEqual(endBudget(), { cost: 100, wasRefused: true })
  })

  it('begins with nothing spent, and without one nothing is refused', () => {
    startBudget(0)
    assert.deepEqual(endBudget(), { cost: 0, wasRefused: false })
    assert.equal(
      withinBudget(1e15, () => 'done'),
      'done',
    )
  })
})

describe('an answer that is kept', () => {
  it('is asked for once, until answers are forgotten; other numbers are another question', () => {
    let asked = 0
    const ask = (name: string, ...numbers: readonly bigint[]): boolean | undefined =>
      withinBudgetOnce(1000, name, numbers, () => {
        asked++
        return true
      })
    forgetAnswers()
    for (let i = 0; i < 3; i++) assert.equal(ask('primes', 3n, 5n), true)
    assert.equal(asked, 1)
    ask('primes', 35n)
    ask('other', 3n, 5n)
    assert.equal(asked, 3)
    forgetAnswers()
    ask('primes', 3n, 5n)
    assert.equal(asked, 4)
  })

  it('is not kept where it was refused', () => {
    forgetAnswers()
    startBudget(10)
    assert.equal(
      withinBudgetOnce(1e9, 'primes', [7n], () => true),
      undefined,
    )
    endBudget()
    assert.equal(
      withinBudgetOnce(1e9, 'primes', [7n], () => true),
      true,
    )
  })
})
