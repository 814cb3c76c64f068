/** Receipts of a guard in monitor, beside the ledger's export: the double entry finds what nobody issued. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  type AudiencePolicy,
  Guard,
  LedgerFollower,
  PresentationLog,
  readKeys,
  SigningGate,
  TrustedKeys,
} from '@mintmark/guard'
import { diskFiles, logPolicy, openFolderLedger, readDescription } from '@mintmark/ledger'
import { claims, ISSUER, makeLedger } from '@mintmark/ledger/testing'
import { forge, readAgain } from '@mintmark/testkit'
import { mintmark } from '../../fake_io.ts'
import { member, objects, parsed } from '../../printed.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-receipts-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const MINUTE = 60_000
const START = Date.parse('2026-11-20T00:00:00Z')
/** Four days with a token every twenty minutes, so that a silence would be noticed. */
const TOKENS = 4 * 72
const FORGED_AT = 175
const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))

const wiki: AudiencePolicy = {
  audience: 'https://wiki.example.org',
  classes: new Set(['agency']),
  mode: 'monitor',
  graceMs: 0,
  whenStale: 'recorded',
  maxHeadAgeMs: 60_000,
  usernameClaim: 'sub',
}

const claimsAt = (atMs: number) =>
  claims({ iat: atMs / 1000, exp: atMs / 1000 + 600, tenant: 'agency' })

/** Issues four days of tokens, as the ledger's clock goes. */
async function issue(folder: string): Promise<string[]> {
  let nowMs = START
  const ledger = await openFolderLedger(folder, { now: () => nowMs, elapsed: () => nowMs })
  const record = (entry: Parameters<typeof ledger.append>[0]) => ledger.append(entry)
  const gate = new SigningGate({ record, kid: 'key-1', alg: 'ES256', privateKey })
  const tokens: string[] = []
  for (let i = 0; i < TOKENS; i++) {
    nowMs = START + 20 * i * MINUTE
    tokens.push((await gate.mint(claimsAt(nowMs))).token)
  }
  await ledger.close()
  return tokens
}

/** Shows them to a guard a minute after each was issued, and one that was forged among them. */
async function present(folder: string, tokens: readonly string[], file: string): Promise<string> {
  let nowMs = START
  const { key } = await readDescription(folder)
  const read = (path: string) => diskFiles.read(join(folder, 'public', path))
  // By its clock nothing has expired: it reads the shards of all four days.
  const follower = new LedgerFollower({ read, policy: logPolicy(key), now: () => START })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' }
  const owner = { issuer: ISSUER, maxKeyAgeMs: undefined }
  const ring = new TrustedKeys(await readKeys(JSON.stringify({ keys: [jwk] }), owner))
  const receipts = new PresentationLog(file, 'agency')
  const issuer = {
    issuer: ISSUER,
    issuerClass: 'agency',
    types: new Set(['at+jwt']),
    maxLifetimeMs: 3_600_000,
    takesHighS: false,
  }
  const guard = new Guard({
    follower,
    keys: () => ring,
    issuers: new Map([[ISSUER, issuer]]),
    waitMs: 10,
    canaries: new Set(),
    onPresentation: (shown) => receipts.add(shown),
    onAlarm: () => undefined,
    now: () => nowMs,
  })
  let jti = ''
  for (const [i, token] of tokens.entries()) {
    nowMs = START + 20 * i * MINUTE + MINUTE
    assert.deepEqual((await guard.assignVerdict(token, [wiki], 'wiki')).isAdmitted, true)
    if (i !== FORGED_AT) continue
    const forged = claimsAt(nowMs - MINUTE)
    jti = String(forged['jti'])
    const verdict = await guard.assignVerdict(
      forge({ kid: 'key-1', privateKey }, forged),
      [wiki],
      'wiki',
    )
    assert.ok(verdict.isAdmitted && verdict.basis === 'monitor')
  }
  await receipts.close()
  assert.equal(receipts.lost, 0)
  await follower.stop()
  return jti
}

describe('receipts of a guard', () => {
  const exports = join(scratch, 'exports')
  const file = join(exports, 'receipts.ndjson')
  let forged = ''

  before(async () => {
    mkdirSync(exports)
    const made = await makeLedger(scratch, 'ledger')
    const tokens = await issue(made.folder)
    forged = await present(made.folder, tokens, file)
    const exported = await mintmark('ledger', 'export', made.folder, '--tenant', 'agency')
    writeFileSync(join(exports, 'issuances.ndjson'), exported.out)
  })

  it('hold a line for each token that was shown, and no token', () => {
    const text = readFileSync(file, 'utf8')
    assert.equal(text.trim().split('\n').length, TOKENS + 1)
    assert.ok(!text.includes('eyJ'))
  })

  it('and the export of the ledger name the token that nobody issued, and no other', async () => {
    const place = ['--case', join(scratch, 'case')]
    const answered = await mintmark('investigate', exports, ...place, '--json', '--threads', '1')
    assert.equal(answered.code, 1, answered.err)
    const answer = parsed(answered.out)
    assert.equal(member(answer['verdicts'], 'unissued'), 1)
    assert.deepEqual(
      objects(answer['tokens']).map((each) => each['tokenId']),
      [forged],
    )
    assert.ok(Number(member(answer['verdicts'], 'issued')) > TOKENS * 0.6)
  })
})
