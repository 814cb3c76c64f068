/** oidc-provider with `recordedTokens`: it has no signature before the ledger has acknowledged the entry, and none without. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { claimsOf } from '@mintmark/testkit'
import { type RunningProvider, startProvider, USER } from './guard_provider.ts'
import { IMAP } from './guarded_mail.ts'

/** Answers of a ledger to `POST /entries` that nobody has sent yet. */
const held: ServerResponse[] = []
const ledger = createServer((request, response) => {
  request.resume().on('end', () => {
    held.push(response)
    ledger.emit('entry')
  })
})
let provider: RunningProvider

before(async () => {
  provider = await startProvider()
  ledger.listen(0, '127.0.0.1')
  await once(ledger, 'listening')
})
after(async () => {
  await provider.stop()
  ledger.close()
})

/** Asks for a token, and has the ledger give this answer. @returns whether the provider answered before, and how it ends */
async function tokenAfter(answer: object, status = 200) {
  let isEarly = false
  const entry = once(ledger, 'entry')
  const asked = provider.token(IMAP).finally(() => {
    isEarly = held.length > 0
  })
  const settled = Promise.allSettled([asked])
  await entry
  await sleep(100)
  const isSignedFirst = isEarly
  held.pop()?.writeHead(status).end(JSON.stringify(answer))
  const [result] = await settled
  return { isSignedFirst, token: result.status === 'fulfilled' ? result.value : undefined }
}

describe('oidc-provider behind a signing gate', () => {
  it('issues nothing while there is no ledger', async () => {
    await assert.rejects(provider.token(IMAP), /issues nothing: 500/)
    assert.equal(held.length, 0)
  })

  it('issues a token once its entry is acknowledged, and not before', async () => {
    const address = ledger.address()
    const port = typeof address === 'object' ? address?.port : undefined
    provider.useLedger(`http://127.0.0.1:${port}`, 'key-of-the-front-end')
    const receipt = { shard: 'agency/2026-01-01', index: 7, isRepeated: false }
    const { isSignedFirst, token } = await tokenAfter({ results: [receipt] })
    assert.equal(isSignedFirst, false)
    assert.equal(claimsOf(token ?? '')['email'], USER)
  })

  it('issues none where the ledger refuses the entry, or fails', async () => {
    for (const [answer, status] of [
      [{ results: [{ refused: 'duplicate' }] }, 200],
      [{ results: [{ unavailable: 'disk' }] }, 200],
      [{}, 401],
      [{}, 500],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one token after the other
      assert.deepEqual(await tokenAfter(answer, status), { isSignedFirst: false, token: undefined })
    }
  })
})
