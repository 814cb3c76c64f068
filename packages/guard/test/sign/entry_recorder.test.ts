/** What goes to the ledger in one request, and whom it concerns if one entry is large, wrong or one of many. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { hashedId } from '@mintmark/core'
import { type Issuance, readBundle } from '@mintmark/ledger'
import { EntryRecorder } from '../../src/index.ts'
import { Shares } from '../../src/verify/callers.ts'

const blank = new Uint8Array(32)
const commitments = { subject: blank, client: blank, audience: blank, tenant: blank }

function issuance(n: number, attestationBytes: number, kid = 'k1'): Issuance {
  const texts = { issuer: 'https://id.example.org', kid, alg: 'ES256' }
  const tokenId = hashedId('test', String(n))
  const attestation = new Uint8Array(attestationBytes)
  const times = { issuedAtMs: 1, expiresMs: 2 }
  return {
    kind: 'issuance',
    tokenId,
    inputHash: blank,
    commitments,
    attestation,
    ...times,
    ...texts,
  }
}

/** A ledger that takes what a real one takes in one request: more is 413. It answers the first one late. */
async function within(work: (recorder: EntryRecorder, sizes: number[]) => Promise<void>) {
  const sizes: number[] = []
  const server = createServer((request, response) => {
    const parts: Uint8Array[] = []
    request.on('data', (part: Uint8Array) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      const isFirst = sizes.push(body.length) === 1
      const results = readBundle(body)?.map((_, index) => ({ shard: 'main/2026-11-25', index }))
      const answer = () => {
        if (body.length > 1 << 20) response.writeHead(413).end('too large\n')
        else response.end(JSON.stringify({ results }))
      }
      setTimeout(answer, isFirst ? 200 : 0)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  try {
    await work(new EntryRecorder({ url: `http://127.0.0.1:${port}`, key: 'key' }), sizes)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

describe('entries that wait for the ledger', () => {
  it('go in requests that it takes, in bytes too', async () => {
    await within(async (recorder, sizes) => {
      const large = Array.from({ length: 800 }, (_, n) => recorder.record(issuance(n, 2048)))
      const small = Array.from({ length: 1500 }, (_, n) => recorder.record(issuance(800 + n, 0)))
      const settled = await Promise.allSettled([...large, ...small])
      assert.deepEqual([...new Set(settled.map(({ status }) => status))], ['fulfilled'])
      assert.ok(Math.max(...sizes) > 1_000_000 && sizes.length <= 6, sizes.join(' '))
    })
  })

  it('fail alone where one of them cannot be written', async () => {
    await within(async (recorder) => {
      const wrong = recorder.record(issuance(0, 0, 'k'.repeat(70_000)))
      const right = recorder.record(issuance(1, 0))
      const settled = await Promise.allSettled([wrong, right])
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['rejected', 'fulfilled'],
      )
    })
  })

  it('leave each caller its share of the queue', () => {
    const [a, b] = ['a', 'b'].map((name) => ({ name, secretSha256: blank, requestsPerSecond: 1 }))
    const shares = new Shares(2)
    assert.ok(a !== undefined && b !== undefined)
    assert.deepEqual(
      [a, a, a, b].map((caller) => shares.take(caller)),
      [true, true, false, true],
    )
    shares.giveBack(a)
    assert.ok(shares.take(a))
  })
})
