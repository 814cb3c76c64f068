import assert from 'node:assert/strict'
import { it } from 'node:test'
import { EventStream, type SecurityEvent, type StreamSettings } from '../src/events/event_stream.ts'
import type { StatementSigner } from '../src/events/statements.ts'

const SETTINGS: StreamSettings = {
  id: 's',
  audience: 'https://siem.example.org',
  caller: 'siem',
  requested: undefined,
  description: undefined,
  push: undefined,
  status: 'enabled',
  reason: undefined,
  excluded: new Set(),
}
const event = (type: string): SecurityEvent => ({ subject: {}, type, details: {} })

function newStream(): EventStream {
  let count = 0
  const statements: StatementSigner = {
    issuer: 'https://guard.example.org',
    alg: 'EdDSA',
    jwk: {},
    sign: (_type, { jti }) => Promise.resolve(`${typeof jti} of set ${count++}`),
  }
  return new EventStream(SETTINGS, statements)
}

it('a flood of events that can be done without pushes no alarm out, and is counted', async () => {
  const stream = newStream()
  await stream.add(event('alarm'))
  for (let i = 0; i < 3000; i++) await stream.addIfRoom(event('presentation'))
  assert.deepEqual([stream.pending, stream.dropped], [500, 2501])
  assert.equal(stream.oldest(1)[0]?.set, 'string of set 0')
  for (let i = 0; i < 500; i++) await stream.add(event('alarm'))
  assert.deepEqual([stream.pending, stream.dropped], [1000, 2501])
})

it('a flood of alarms drops the oldest, and is counted', async () => {
  const stream = newStream()
  for (let i = 0; i < 1100; i++) await stream.add(event('alarm'))
  assert.deepEqual([stream.pending, stream.dropped], [1000, 100])
  assert.equal(stream.oldest(1)[0]?.set, 'string of set 100')
})
