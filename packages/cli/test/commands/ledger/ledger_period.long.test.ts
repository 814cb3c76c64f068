/** A young ledger as evidence: what it says of its own completeness takes the place of the margins of other logs. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { openFolderLedger } from '@mintmark/ledger'
import { claims, ISSUER, issuanceFor, makeLedger, token } from '@mintmark/ledger/testing'
import { mintmark } from '../../fake_io.ts'
import { member, parsed } from '../../printed.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-period-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const MINUTES = 15
const at = (minute: number) => Date.parse('2026-11-20T00:00:00Z') + minute * 60_000

/** An access a minute after its token was made. */
function access(tokenId: string, issuedMs: number): string {
  return JSON.stringify({
    schema: 'mintmark-access/1',
    at: new Date(issuedMs + 60_000).toISOString(),
    operation: 'PageRead',
    service: 'wiki',
    tokenId,
    tenant: 'agency',
    issuedAt: new Date(issuedMs).toISOString(),
  })
}

let issuances = ''
let accesses = ''

before(async () => {
  const { folder } = await makeLedger(scratch, 'young', { skewMs: 3000 })
  let nowMs = at(0)
  const ledger = await openFolderLedger(folder, { now: () => nowMs, elapsed: () => nowMs })
  const lines: string[] = []
  for (let minute = 0; minute <= MINUTES; minute++) {
    nowMs = at(minute)
    const iat = nowMs / 1000
    const payload = claims({ iat, exp: iat + 600, tenant: 'agency' })
    await ledger.append(issuanceFor(token(payload)))
    lines.push(access(String(payload['jti']), nowMs))
  }
  await ledger.close()
  lines.push(access(randomUUID(), at(5)))
  accesses = `${lines.join('\n')}\n`
  const exported = await mintmark('ledger', 'export', folder, '--tenant', 'agency')
  issuances = exported.out
})

/** Verdicts of a case with these files. */
async function verdictsOf(name: string, files: Readonly<Record<string, string>>) {
  const folder = join(scratch, name)
  mkdirSync(folder)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  const place = ['--case', join(scratch, `case-${name}`)]
  const answered = await mintmark('investigate', folder, ...place, '--json', '--threads', '1')
  const { verdicts } = parsed(answered.out)
  return {
    unissued: member(verdicts, 'unissued'),
    undetermined: member(verdicts, 'undetermined'),
  }
}

it('states the period for which it has every token', () => {
  const period = parsed(issuances.trim().split('\n').at(-1) ?? '')
  assert.deepEqual(period, {
    schema: 'mintmark-issuance-period/1',
    issuer: ISSUER,
    from: new Date(at(0) + 3000).toISOString(),
    to: new Date(at(MINUTES) - 6000).toISOString(),
  })
})

it('proves that a token was not issued, minutes before its end', async () => {
  const found = await verdictsOf('whole', { 'a.ndjson': accesses, 'i.ndjson': issuances })
  assert.deepEqual(found, { unissued: 1, undetermined: 0 })
})

it('proves nothing without its word', async () => {
  const cut = issuances.replace(/^.*issuance-period.*$/m, '')
  const found = await verdictsOf('cut', { 'a.ndjson': accesses, 'i.ndjson': cut })
  assert.deepEqual(found, { unissued: 0, undetermined: 1 })
})

it('proves nothing where another log of the tenant gives no word', async () => {
  const line = {
    schema: 'mintmark-issuance/1',
    at: new Date(at(6)).toISOString(),
    tenant: 'agency',
  }
  const other = `${JSON.stringify({ ...line, tokenId: randomUUID() })}\n`
  const files = { 'a.ndjson': accesses, 'i.ndjson': issuances, 'other.ndjson': other }
  assert.deepEqual(await verdictsOf('other', files), { unissued: 0, undetermined: 1 })
})

it('proves nothing after its end, long before its begin, and where an access does not say when its token was issued', async () => {
  const { issuedAt: _, ...untold } = parsed(access(randomUUID(), at(5)))
  const beyond = [MINUTES, -10].map((minute) => access(randomUUID(), at(minute)))
  const more = `${accesses}${[...beyond, JSON.stringify(untold)].join('\n')}\n`
  const found = await verdictsOf('beyond', { 'a.ndjson': more, 'i.ndjson': issuances })
  assert.deepEqual(found, { unissued: 1, undetermined: 3 })
})
