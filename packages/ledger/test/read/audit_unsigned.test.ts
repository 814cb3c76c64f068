/** An audit of files that somebody without a key has changed: what was seen before has to be there, whatever they say. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import {
  auditLedger,
  type Entry,
  exportLines,
  LedgerReader,
  logPolicy,
  type SeenHead,
} from '../../src/index.ts'
import { formatHeads, parseHeads } from '../../src/notes/checkpoint.ts'
import { WrittenLedger } from '../written_ledger.ts'

const ISSUERS = { main: 'https://id.example.org', second: 'https://second.example.org' }
const DAY = 86_400_000
const START = Date.parse('2026-11-21T12:00:00Z')
const blank = new Uint8Array(32)

const token = (issuer: string, nowMs: number): Entry => ({
  kind: 'issuance',
  tokenId: '00000000-0000-4000-8000-000000000001',
  inputHash: createHash('sha256').update(String(nowMs)).digest(),
  issuedAtMs: nowMs,
  expiresMs: nowMs + 600_000,
  commitments: { subject: blank, client: blank, audience: blank, tenant: blank },
  issuer,
  kid: 'k',
  alg: 'ES256',
  attestation: new Uint8Array(),
})

const shardOf = (alias: string, day: number) =>
  `${alias}/${new Date(START + day * DAY).toISOString().slice(0, 10)}`

/** A ledger of two issuers, with a shard a day. */
function written(days = 3): WrittenLedger {
  const ledger = new WrittenLedger(ISSUERS)
  for (let day = 0; day < days; day++)
    for (const [alias, issuer] of Object.entries(ISSUERS)) {
      const nowMs = START + day * DAY
      const previous = day === 0 ? undefined : shardOf(alias, day - 1)
      const entries = [ledger.opening(alias, nowMs, previous), token(issuer, nowMs)]
      ledger.append(shardOf(alias, day), entries)
    }
  return ledger
}

/** Another description that the ledger has signed once. */
function describeAs(
  { files }: WrittenLedger,
  {
    issuers = ISSUERS,
    retentionDays,
  }: { issuers?: Record<string, string>; retentionDays?: number },
): void {
  const other = new WrittenLedger(issuers, { retentionDays })
  files.set('ledger.json', other.files.get('ledger.json') ?? Buffer.of())
}

/** Takes the entries of a shard away, as the ledger does after its retention. */
function prune({ files }: WrittenLedger, shard: string): void {
  for (const path of files.keys()) if (path.startsWith(`${shard}/tile/`)) files.delete(path)
  files.set(`${shard}/pruned`, Buffer.from('2026-11-23T00:00:00.000Z\n'))
}

async function audit(
  ledger: WrittenLedger,
  seen: readonly SeenHead[] = [],
  nowMs = START + 9 * DAY,
) {
  const reader = await LedgerReader.open(ledger.read)
  const policy = logPolicy(ledger.description.key)
  const report = await auditLedger(reader, { policy, seen, nowMs })
  return { ...report, found: report.findings.map(({ code, at }) => `${code} ${at}`) }
}

/** As the file of `--remember` has them. */
const remembered = (heads: readonly SeenHead[]) => parseHeads(formatHeads(heads))

describe('an audit that knows what was there', () => {
  it('reports an omitted issuer', async () => {
    const ledger = written()
    const { heads, found } = await audit(ledger)
    assert.deepEqual(found, [])
    describeAs(ledger, { issuers: { main: ISSUERS.main } })
    const without = await audit(ledger, remembered(heads))
    assert.deepEqual(without.found, ['seen second', 'seen second', 'seen second'])
    assert.deepEqual([without.compared, without.unrelated], [6, 0])
  })

  it('reports entries that are gone before the retention noted earlier', async () => {
    const ledger = written()
    const { heads } = await audit(ledger)
    describeAs(ledger, { retentionDays: 1 })
    assert.deepEqual((await audit(ledger, remembered(heads))).found, [])
    prune(ledger, shardOf('main', 1))
    const pruned = ['pruned main/2026-11-22', 'pruned main/2026-11-21']
    assert.deepEqual((await audit(ledger, remembered(heads))).found, pruned)
    // Nobody has seen the shard itself, but one before it.
    const before = heads.filter(({ origin }) => origin.endsWith('/main/2026-11-21'))
    assert.deepEqual((await audit(ledger, remembered(before))).found, pruned.slice(1))
    // A clean audit in between forgets nothing.
    const again = await audit(written(), remembered(heads))
    assert.deepEqual((await audit(ledger, remembered(again.heads))).found, pruned)
  })

  it('finds nothing where they went as the ledger had said, also of a file that does not know', async () => {
    const ledger = written()
    describeAs(ledger, { retentionDays: 2 })
    const { heads } = await audit(ledger)
    prune(ledger, shardOf('main', 1))
    assert.deepEqual((await audit(ledger, remembered(heads))).found, [])
    const old = heads.map(({ origin, size, root }) => ({ origin, size, root }))
    assert.deepEqual((await audit(ledger, remembered(old))).found, [])
    const early = await audit(ledger, remembered(heads), START + 2 * DAY)
    assert.deepEqual(early.found, ['pruned main/2026-11-22'])
  })

  it('demands the checkpoints before a pruned shard', async () => {
    const ledger = written()
    describeAs(ledger, { retentionDays: 1 })
    const { heads } = await audit(ledger)
    prune(ledger, shardOf('main', 1))
    ledger.files.delete(`${shardOf('main', 0)}/checkpoint`)
    assert.deepEqual((await audit(ledger, remembered(heads))).found, ['seen main'])
  })
})

it('an issuer under the alias of another is reported, and not exported', async () => {
  const ledger = written()
  describeAs(ledger, { issuers: { main: ISSUERS.second } })
  assert.deepEqual((await audit(ledger)).found, ['chain main'])
  const reader = await LedgerReader.open(ledger.read)
  const count = { issuances: 0, opened: 0, refused: 0, pruned: 0 }
  const lines = exportLines(reader, { tenants: new Map(), openings: new Map() }, count)
  await assert.rejects(lines.next(), { code: 'LEDGER_DAMAGED' })
})

it('heads of other ledgers are counted, and none is demanded', async () => {
  const other = { origin: 'ledger.example.com/main/2026-11-21', size: 7, root: undefined }
  const { found, compared, unrelated } = await audit(written(), [other])
  assert.deepEqual([found, compared, unrelated], [[], 0, 1])
})

it('an audit reports a description that no key of the policy has signed', async () => {
  const ledger = written(1)
  const text = Buffer.from(ledger.files.get('ledger.json') ?? []).toString('utf8')
  for (const changed of [text.replace('3600', '3601'), text.replace('"signature"', '"other"')]) {
    ledger.files.set('ledger.json', Buffer.from(changed))
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    assert.deepEqual((await audit(ledger)).found, ['checkpoint ledger.json'])
  }
})
