import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pushAddress } from '../src/events/subscriptions.ts'

const caller = { pushTo: ['https://soc.example.org/events'] }

for (const [url, expected] of [
  ['https://soc.example.org/events', 'https://soc.example.org/events'],
  ['https://soc.example.org/events/a?b=%20', 'https://soc.example.org/events/a?b=%20'],
  ['https://soc.example.org/events/../admin', undefined],
  ['https://soc.example.org/events/%2e%2e/admin', undefined],
  ['https://soc.example.org/events/..%2fadmin', undefined],
  ['https://soc.example.org/events/%2e%2e%5cadmin', undefined],
  ['https://soc.example.org/events/%252e%252e/admin', undefined],
  ['https://soc.example.org/eventsx', undefined],
  ['https://soc.example.org@evil.example/events/a', undefined],
  ['https://user:pass@soc.example.org/events/a', undefined],
  ['ftp://soc.example.org/events/a', undefined],
] as const)
  it(`${url} is ${expected === undefined ? 'refused' : 'taken'}`, () => {
    assert.equal(pushAddress(url, caller), expected)
  })
