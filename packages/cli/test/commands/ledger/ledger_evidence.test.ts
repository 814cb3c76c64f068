/** A ledger is the issuance evidence of an investigation: what it does not have was not issued. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openFolderLedger, openingLine } from '@mintmark/ledger'
import { claims, issuanceFor, type MadeLedger, makeLedger, token } from '@mintmark/ledger/testing'
import { mintmark } from '../../fake_io.ts'
import { member, objects, parsed } from '../../printed.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-evidence-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const MINUTE = 60_000
const START = Date.parse('2026-11-20T00:00:00Z')
/** Four days with a token every twenty minutes, so that a silence would be noticed. */
const TOKENS = 4 * 72
const FORGED_AT = 175

/** An access one minute after its token was made, as the resource logged it. */
function access(tokenId: string, atMs: number, principalId: string): string {
  return JSON.stringify({
    schema: 'mintmark-access/1',
    at: new Date(atMs + MINUTE).toISOString(),
    operation: 'PageRead',
    service: 'wiki',
    outcome: 'succeeded',
    tokenId,
    tenant: 'agency',
    principalId,
    issuedAt: new Date(atMs).toISOString(),
    objectPath: '/pages/17',
  })
}

/** Names each payload's user as an object id, since the access log does. */
const user = (i: number) => `22608a25-1d9b-44b5-b0f2-${String(i % 7).padStart(12, '0')}`

/** Four days of tokens and accesses, among them two of a forger's. */
async function live(folder: string, forged: string) {
  let nowMs = START
  const ledger = await openFolderLedger(folder, { now: () => nowMs, elapsed: () => nowMs })
  const accesses: string[] = []
  let openings = ''
  let stolen = ''
  for (let i = 0; i < TOKENS; i++) {
    nowMs = START + 20 * i * MINUTE
    const iat = nowMs / 1000
    const payload = claims({ iat, exp: iat + 600, sub: user(i), tenant: 'agency' })
    await ledger.append(issuanceFor(token(payload)))
    openings += openingLine(payload)
    accesses.push(access(String(payload['jti']), nowMs, user(i)))
    if (i !== FORGED_AT) continue
    accesses.push(access(forged, nowMs, user(i)))
    stolen = String(payload['jti'])
    // An id that was issued, in a token with another user.
    accesses.push(access(stolen, nowMs + MINUTE, user(i + 1)))
  }
  await ledger.close()
  return { accesses, openings, stolen }
}

describe('the export of a ledger', () => {
  const forged = randomUUID()
  const exports = join(scratch, 'exports')
  const openings = join(scratch, 'openings.ndjson')
  let made: MadeLedger
  let stolen = ''

  before(async () => {
    made = await makeLedger(scratch, 'ledger')
    const life = await live(made.folder, forged)
    stolen = life.stolen
    mkdirSync(exports)
    writeFileSync(openings, life.openings)
    writeFileSync(join(exports, 'accesses.ndjson'), `${life.accesses.join('\n')}\n`)
  })

  it('has a line for each token, and names no user', async () => {
    const exported = await mintmark('ledger', 'export', made.folder, '--tenant', 'agency')
    assert.deepEqual([exported.code, exported.err], [0, ''])
    // The last line says of which period these are all.
    assert.equal(exported.out.trim().split('\n').length, TOKENS + 1)
    assert.equal(exported.out.includes('22608a25'), false)
  })

  it('with openings shows what nobody issued, and what another user used, and no other', async () => {
    const opened = await mintmark('ledger', 'export', made.folder, '--openings', openings)
    assert.deepEqual([opened.code, opened.err], [0, ''])
    writeFileSync(join(exports, 'issuances.ndjson'), opened.out)
    const place = ['--case', join(scratch, 'case')]
    const answered = await mintmark('investigate', exports, ...place, '--json', '--threads', '1')
    assert.equal(answered.code, 1, answered.err)
    const { verdicts, tokens } = parsed(answered.out)
    assert.equal(member(verdicts, 'unissued'), 1)
    assert.equal(member(verdicts, 'mismatched'), 1)
    const named = objects(tokens).map(({ tokenId }) => String(tokenId))
    assert.deepEqual(new Set(named), new Set([forged, stolen]))
    assert.ok(Number(member(verdicts, 'issued')) > TOKENS * 0.6)
  })

  it('refuses openings that do not fit', async () => {
    const wrong = join(scratch, 'wrong.ndjson')
    writeFileSync(wrong, openingLine({ ...claims(), jti: stolen, sub: 'mallory' }))
    const { code, out, err } = await mintmark('ledger', 'export', made.folder, '--openings', wrong)
    assert.equal(code, 3)
    assert.match(err, /1 openings do not match their tokens/)
    assert.equal(out.includes('mallory'), false)
  })
})
