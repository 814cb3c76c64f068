import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Allowance } from '../src/effort.ts'

it('an allowance that is used up refuses, and comes back with time', () => {
  let nowMs = 0
  const allowance = new Allowance(100, 0.1, () => nowMs)
  const work = (): string => {
    nowMs += 60
    return 'done'
  }
  assert.deepEqual([allowance.run(work), allowance.run(work)], ['done', 'done'])
  assert.equal(allowance.run(work), undefined)
  nowMs += 1000
  assert.equal(allowance.run(work), 'done')
})

it('an allowance does not grow beyond its full size', () => {
  let nowMs = 0
  const allowance = new Allowance(100, 1, () => nowMs)
  nowMs += 1_000_000
  const long = (): true => {
    nowMs += 101
    return true
  }
  assert.equal(allowance.run(long), true)
  assert.equal(allowance.run(long), true, 'the time of the work itself is earned back in part')
})
