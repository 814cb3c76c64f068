/** What an outside audit reports of a ledger that is damaged or altered. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { auditLedger, type Entry, LedgerReader, logPolicy } from '../../src/index.ts'
import { WrittenLedger } from '../written_ledger.ts'

const ISSUER = 'https://id.example.org'
const NOW = Date.parse('2026-11-25T12:00:00Z')
const SHARD = 'main/2026-11-25'
/** One full bundle, and a part of the next. */
const TOKENS = 300

const blank = new Uint8Array(32)
const commitments = { subject: blank, client: blank, audience: blank, tenant: blank }
const guid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const issuance = (id: number, input: string = String(id), issuer = ISSUER): Entry => ({
  kind: 'issuance',
  tokenId: guid(id),
  inputHash: createHash('sha256').update(input).digest(),
  issuedAtMs: NOW,
  expiresMs: NOW + 600_000,
  commitments,
  issuer,
  kid: 'k',
  alg: 'ES256',
  attestation: new Uint8Array(),
})

const tokens = Array.from({ length: TOKENS }, (_, n) => issuance(n))

/** A ledger with these entries behind its opening. */
function written(entries: readonly Entry[] = tokens): WrittenLedger {
  const ledger = new WrittenLedger({ main: ISSUER })
  ledger.append(SHARD, [ledger.opening('main', NOW), ...entries])
  return ledger
}

async function findings(ledger: WrittenLedger): Promise<string[]> {
  const reader = await LedgerReader.open(ledger.read)
  const policy = logPolicy(ledger.description.key)
  const report = await auditLedger(reader, { policy, seen: [], nowMs: NOW })
  return report.findings.map(({ code, at, message }) => `${code} ${at}: ${message}`)
}

/** Changes one byte of a published file, counted from its end. */
function alter(ledger: WrittenLedger, name: string, fromEnd = 1): void {
  const bytes = Buffer.from(ledger.files.get(`${SHARD}/${name}`) ?? [])
  assert.ok(bytes.length > fromEnd, name)
  bytes[bytes.length - fromEnd] = (bytes.at(-fromEnd) ?? 0) ^ 1
  ledger.files.set(`${SHARD}/${name}`, bytes)
}

describe('an audit', () => {
  it('finds nothing in an honest ledger', async () => {
    assert.deepEqual(await findings(written()), [])
  })

  it('reports a tile that the entries do not hash to, and a missing tile', async () => {
    for (const name of ['tile/0/000', 'tile/0/001.p/45', 'tile/1/000.p/1']) {
      const altered = written()
      alter(altered, name)
      const [found] = await findings(altered)
      assert.equal(found, `tiles ${SHARD}: ${name} is not what the entries hash to`)
      const without = written()
      without.files.delete(`${SHARD}/${name}`)
      assert.ok((await findings(without)).includes(`tiles ${SHARD}: ${name} is not there`), name)
    }
  })

  it('reports entries that do not hash to the checkpoint', async () => {
    for (const name of ['tile/entries/000', 'tile/entries/001.p/45']) {
      const ledger = written()
      // Within the name of the key: the entry can still be read.
      alter(ledger, name, 'ES256'.length + 2 + 2 + 1)
      const found = await findings(ledger)
      assert.ok(
        found.includes(`root ${SHARD}: the entries do not hash to the checkpoint`),
        found.join('\n'),
      )
    }
  })

  it('reports an unreadable entry, an entry of another issuer, and a second opening', async () => {
    const ledger = written()
    const bytes = Buffer.from(ledger.files.get(`${SHARD}/tile/entries/000`) ?? [])
    // Behind the opening: each entry stands behind its length.
    bytes[2 + bytes.readUInt16BE(0) + 2] = 9
    ledger.files.set(`${SHARD}/tile/entries/000`, bytes)
    assert.ok((await findings(ledger)).includes(`entry ${SHARD}: entry 1 cannot be read`))
    const stranger = written([...tokens, issuance(TOKENS, 'x', 'https://evil.example')])
    assert.deepEqual(await findings(stranger), [`entry ${SHARD}: entry 301 is of another issuer`])
    const twice = written([...tokens, written().opening('main', NOW)])
    assert.deepEqual(await findings(twice), [`entry ${SHARD}: entry 301 is an opening`])
  })

  it('reports a token id that is recorded again while its token lives', async () => {
    for (const input of ['7', 'another input'])
      assert.deepEqual(await findings(written([...tokens, issuance(7, input)])), [
        `token-id ${SHARD}: entry 301 repeats a token id that lives`,
      ])
  })

  it('reports a missing or truncated bundle', async () => {
    for (const length of [0, 100]) {
      const ledger = written()
      const name = `${SHARD}/tile/entries/000`
      const bytes = ledger.files.get(name) ?? new Uint8Array()
      if (length === 0) ledger.files.delete(name)
      else ledger.files.set(name, bytes.subarray(0, length))
      const [found = ''] = await findings(ledger)
      assert.match(found, /^(?:tiles|chain) main/)
    }
  })
})
