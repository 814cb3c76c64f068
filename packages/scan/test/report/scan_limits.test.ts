import assert from 'node:assert/strict'
import { it } from 'node:test'
import { LimitList } from '../../src/report/scan_limits.ts'

it('keys that are reported, but not all looked for by value, are not called left out of the report', () => {
  const list = new LimitList()
  list.add({ code: 'many-hits', name: 'keys', offset: 0 }, 54)
  list.add({ code: 'many-hits', name: 'verified locations', offset: 8 }, 3)
  const messages = list.list().map(({ message }) => message)
  assert.deepEqual(messages, [
    'too many keys were found to look for each value of all of them',
    '3 more verified locations were found and counted, and not reported one by one',
  ])
})
