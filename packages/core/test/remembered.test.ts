import assert from 'node:assert/strict'
import { it } from 'node:test'
import { remembered, rememberedOf } from '../src/index.ts'

it('answers a question about an object once, also where the answer is undefined', () => {
  const asked: object[] = []
  const answer = rememberedOf((key: object) => {
    asked.push(key)
    return undefined
  })
  const [one, other] = [{}, {}]
  for (const key of [one, one, other, one]) assert.equal(answer(key), undefined)
  assert.deepEqual(asked, [one, other])
})

it('forgets all answers before it keeps more than it may', () => {
  const asked: number[] = []
  const double = remembered((key: number) => {
    asked.push(key)
    return 2 * key
  }, 2)
  for (const key of [1, 2, 1, 2, 3, 3, 1]) assert.equal(double(key), 2 * key)
  assert.deepEqual(asked, [1, 2, 3, 1])
})
