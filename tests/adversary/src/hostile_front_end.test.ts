/** Somebody who has a front end's key, and wants a second token under a recorded one's name, or the ledger's end. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { encodeEntry, writeBundle } from '@mintmark/ledger'
import { append, checkpointOf, entryOf, House, type Ledger, newToken, statusOf } from './house.ts'

const house = new House()
let ledger: Ledger
before(async () => {
  ledger = await house.ledger()
})
after(() => house.stop())

/** The hash of another signing input that a weak hash function would have made: equal but for one bit. */
function almost(hash: Uint8Array, bit: number): Uint8Array {
  const other = Uint8Array.from(hash)
  other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return other
}

describe('a token id that is recorded', () => {
  it('is refused to a signing input whose hash is equal in all bits but one, whichever', async () => {
    const recorded = entryOf(newToken())
    assert.equal((await append(ledger, [recorded])).results[0]?.['isRepeated'], false)
    const others = Array.from({ length: 256 }, (_, bit) => ({
      ...recorded,
      inputHash: almost(recorded.inputHash, bit),
    }))
    const { results } = await append(ledger, others)
    assert.deepEqual(
      results,
      others.map(() => ({ refused: 'token-id-taken' })),
    )
    assert.equal((await append(ledger, [recorded])).results[0]?.['isRepeated'], true)
  })
})

const hour = 3_600_000
const hostile = {
  'that expire long after they may': () => ({
    ...entryOf(newToken()),
    expiresMs: Date.now() + 48 * hour,
  }),
  'that were issued tomorrow': () => entryOf(newToken({}, Date.now() + 24 * hour)),
  'that were issued yesterday': () => entryOf(newToken({}, Date.now() - 24 * hour)),
  'of an issuer that the ledger does not record': () => ({
    ...entryOf(newToken()),
    issuer: 'https://evil.example.org',
  }),
  'with an attestation that is too long': () => ({
    ...entryOf(newToken()),
    attestation: randomBytes(4096),
  }),
}

describe('a front end that is hostile', () => {
  for (const [name, make] of Object.entries(hostile))
    it(`cannot record entries ${name}`, async () => {
      const size = (await checkpointOf(ledger)).size
      const { status, results } = await append(ledger, [make()]).catch((error: unknown) => {
        // What the encoding refuses never reaches the ledger.
        assert.match(String(error), /MintmarkError/)
        return { status: 400, results: [] }
      })
      assert.ok(
        status >= 400 || results.every((result) => result['refused'] !== undefined),
        String(status),
      )
      assert.equal((await checkpointOf(ledger)).size, size)
    })

  it('cannot end the ledger with bytes that are no bundle', async () => {
    const good = writeBundle([encodeEntry(entryOf(newToken()))])
    for (let n = 0; n < 200; n++) {
      const bytes = n % 2 === 0 ? randomBytes(n * 7) : Uint8Array.from(good)
      const at = (n * 31) % Math.max(1, bytes.length)
      if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ 0xff
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status } = await append(ledger, [], bytes)
      assert.ok(status === 200 || status === 400 || status === 413, String(status))
    }
    assert.equal((await append(ledger, [entryOf(newToken())])).status, 200)
    assert.equal(await statusOf(`${ledger.url}/healthz`), 200)
  })

  it('without the right key records nothing, and gets no results', async () => {
    for (const key of ['', 'x', ledger.key.slice(1), `${ledger.key}x`]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { status, results } = await append({ ...ledger, key }, [entryOf(newToken())])
      assert.equal(status, 401)
      assert.deepEqual(results, [])
    }
  })
})
