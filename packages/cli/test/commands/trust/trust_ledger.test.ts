/** What a ledger of issued tokens adds to an audit of keys: lifetimes, and how long each key signed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Entry, LedgerReader } from '@mintmark/ledger'
import { WrittenLedger } from '@mintmark/ledger/testing'
import { lifetimesIn } from '@mintmark/trust/lifetimes'

const ISSUER = 'https://id.example.org'
const NOW = Date.parse('2026-11-25T12:00:00Z')
const SHARD = 'main/2026-11-25'
const HOUR_MS = 3_600_000

const blank = new Uint8Array(32)
const issuance = (id: number, kid: string, afterMs: number, seconds: number): Entry => ({
  kind: 'issuance',
  tokenId: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
  inputHash: new Uint8Array(32).fill(id % 256),
  issuedAtMs: NOW + afterMs,
  expiresMs: NOW + afterMs + seconds * 1000,
  commitments: { subject: blank, client: blank, audience: blank, tenant: blank },
  issuer: ISSUER,
  kid,
  alg: 'ES256',
  attestation: new Uint8Array(),
})

/** 300 tokens: two of each hundred live for half an hour, one for two hours, the others for ten minutes. */
const tokens = Array.from({ length: 300 }, (_, n) =>
  issuance(n, n < 100 ? 'old' : 'new', n * 1000, n === 299 ? 7200 : n % 50 === 0 ? 1800 : 600),
)

function written(entries: readonly Entry[]): WrittenLedger {
  const ledger = new WrittenLedger({ main: ISSUER })
  ledger.append(SHARD, [ledger.opening('main', NOW), ...entries])
  return ledger
}

describe('lifetimes in a ledger', () => {
  it('are its median, 99th percentile and longest, and the times of each kid', async () => {
    const { keys, ...rest } = await lifetimesIn(await LedgerReader.open(written(tokens).read))
    assert.deepEqual(rest, { tokens: 300, p50: 600, p99: 1800, longest: 7200, isPruned: false })
    assert.deepEqual(
      [...keys],
      [
        ['old', { firstMs: NOW, lastMs: NOW + 99_000 }],
        ['new', { firstMs: NOW + 100_000, lastMs: NOW + 299_000 }],
      ],
    )
  })

  it('are those of no token in an empty one', async () => {
    const { tokens: count, longest } = await lifetimesIn(await LedgerReader.open(written([]).read))
    assert.deepEqual([count, longest], [0, 0])
  })

  it('are not given of a ledger whose entries were altered', async () => {
    const ledger = written([issuance(1, 'k', 0, HOUR_MS / 1000)])
    const name = [...ledger.files.keys()].find((each) => each.includes('/tile/entries/'))
    assert.ok(name !== undefined)
    const bytes = Buffer.from(ledger.files.get(name) ?? [])
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    ledger.files.set(name, bytes)
    await assert.rejects(lifetimesIn(await LedgerReader.open(ledger.read)), {
      code: 'LEDGER_DAMAGED',
    })
  })
})
