import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  charge,
  endLook,
  forgetAnswers,
  startLook,
  withEffort,
  withEffortOnce,
} from '../src/material/effort.ts'

describe('a look', () => {
  it('counts what is charged and what is run, and refuses what is more than it has', () => {
    startLook(100)
    charge(30)
    assert.equal(
      withEffort(60, () => 'done'),
      'done',
    )
    let ran = false
    const refused = withEffort(11, () => {
      ran = true
    })
    assert.deepEqual([refused, ran], [undefined, false])
    assert.equal(
      withEffort(10, () => 'small'),
      'small',
    )
    assert.deepEqual(endLook(), { units: 100, wasRefused: true })
  })

  it('begins with nothing done, and outside of one nothing is refused', () => {
    startLook(0)
    assert.deepEqual(endLook(), { units: 0, wasRefused: false })
    assert.equal(
      withEffort(1e15, () => 'done'),
      'done',
    )
  })
})

describe('an answer that is kept', () => {
  it('is asked for once, until answers are forgotten; other numbers are another question', () => {
    let asked = 0
    const ask = (name: string, ...numbers: readonly bigint[]): boolean | undefined =>
      withEffortOnce(1000, name, numbers, () => {
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
    startLook(10)
    assert.equal(
      withEffortOnce(1e9, 'primes', [7n], () => true),
      undefined,
    )
    endLook()
    assert.equal(
      withEffortOnce(1e9, 'primes', [7n], () => true),
      true,
    )
  })
})
