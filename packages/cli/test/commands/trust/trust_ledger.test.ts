/** What a ledger of issued tokens, and a guard's receipts of them, add to an audit of keys. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Entry, LedgerReader } from '@mintmark/ledger'
import { WrittenLedger } from '@mintmark/ledger/testing'
import { readReceipts } from '@mintmark/trust'
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
    const lifetimes = { tokens: 300, p50: 600, p99: 1800, longest: 7200 }
    assert.deepEqual(rest, { ...lifetimes, isPruned: false, shown: undefined })
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

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-shown-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const COMMON = ['iss', 'aud', 'sub', 'iat', 'exp', 'jti']

interface Line {
  readonly id: number
  readonly claims?: readonly string[]
  readonly afterMs?: number
  readonly outcome?: 'succeeded' | 'failed'
}

function lineOf({ id, claims, afterMs = 0, outcome = 'succeeded' }: Line): string {
  const tokenId = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`
  const at = new Date(NOW + afterMs).toISOString()
  const line = { schema: 'mintmark-access/1', at, operation: 'TokenPresented', outcome, tokenId }
  return JSON.stringify({ ...line, claims })
}

async function receiptsOf(...lines: readonly (Line | string)[]) {
  const file = join(scratch, 'receipts.ndjson')
  const texts = lines.map((line) => (typeof line === 'string' ? line : lineOf(line)))
  writeFileSync(file, texts.join('\n'))
  return await readReceipts(file)
}

const shareIn = async (entries: readonly Entry[], ...lines: readonly (Line | string)[]) => {
  const reader = await LedgerReader.open(written(entries).read)
  const { shown } = await lifetimesIn(reader, await receiptsOf(...lines))
  assert.ok(shown !== undefined)
  return shown
}

function revocation(id: number, afterMs: number): Entry {
  const issued = issuance(id, 'k', 0, 600)
  assert.equal(issued.kind, 'issuance')
  const { tokenId, inputHash, expiresMs, issuer } = issued
  return {
    kind: 'revocation',
    tokenId,
    inputHash,
    expiresMs,
    issuer,
    revokedAtMs: NOW + afterMs,
  }
}

const issued = [1, 2, 3, 4].map((id) => issuance(id, 'k', 0, 600))
const whole = [...COMMON, 'azp', 'auth_time', 'acr']

describe('receipts of the tokens in a ledger', () => {
  it('count tokens once: those that are bound, and those without a claim', async () => {
    const shown = await shareIn(
      issued,
      { id: 1, claims: [...whole, 'cnf'] },
      { id: 1, claims: [...whole, 'cnf'] },
      { id: 2, claims: whole },
      { id: 3, claims: [...COMMON, 'client_id', 'cnf'] },
    )
    assert.deepEqual([shown.tokens, shown.bound], [3, 2])
    assert.deepEqual(
      [...shown.missing],
      [
        ['auth_time', 1],
        ['acr', 1],
      ],
    )
  })

  it('count the worst of one id: a second token under it improves nothing', async () => {
    const shown = await shareIn(
      issued,
      { id: 1, claims: COMMON },
      { id: 1, claims: [...whole, 'cnf'] },
    )
    assert.deepEqual([shown.tokens, shown.bound, shown.missing.get('acr')], [1, 0, 1])
  })

  it('leave out tokens of no entry, receipts without claims, and lines that are none', async () => {
    const lines = [{ id: 1, claims: whole }, { id: 9, claims: COMMON }, { id: 2 }]
    const shown = await shareIn(issued, ...lines, '{"schema":"other/1"}', 'torn {')
    assert.deepEqual([shown.tokens, shown.unrecorded, shown.silentReceipts], [1, 1, 1])
    assert.equal((await receiptsOf(...lines, '{"schema":"other/1"}', 'torn {')).unread, 2)
  })

  it('count revoked tokens that were refused apart from those that were admitted later', async () => {
    const revoked = [1, 2, 3, 4].map((id) => revocation(id, 10_000))
    const shown = await shareIn(
      [...issued, ...revoked],
      { id: 1, claims: whole, afterMs: 20_000, outcome: 'failed' },
      // Before its revocation; within the minute; and after it.
      { id: 2, claims: whole, afterMs: 5000 },
      { id: 3, claims: whole, afterMs: 60_000 },
      { id: 4, claims: whole, afterMs: 80_000 },
    )
    assert.deepEqual([shown.refusedRevoked, shown.admittedRevoked], [1, 1])
  })

  it('are an error where they cannot be read', async () => {
    await assert.rejects(readReceipts(join(scratch, 'none')), { code: 'INPUT_UNREADABLE' })
  })
})
