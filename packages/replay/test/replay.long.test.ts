import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { replayStorm0558 } from '../src/index.ts'
import { countRows, type Found, readLogs } from './native_reader.ts'
import { publishedKeys, readTruth, type TruthFiles } from './truth_reader.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-replay-'))
after(() => rmSync(root, { recursive: true, force: true }))

/** SHA-256 of every file below a folder, by its path; of a core only that it is there. */
function hashes(folder: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const content = entry.name.endsWith('.core') ? '' : readFileSync(path)
    found.set(path.slice(folder.length), createHash('sha256').update(content).digest('hex'))
  }
  return found
}

const replay = (name: string, seed: number, scale: number) =>
  replayStorm0558({ out: join(root, name), seed, scale })

/** Those of the replay that all tests look at. */
const SEED = 558
const SCALE = 0.05

let truth: TruthFiles
let found: Found

before(async () => {
  await replay('small', SEED, SCALE)
  truth = readTruth(join(root, 'small'))
  found = readLogs(join(root, 'small', 'logs'))
})

describe('one seed', () => {
  before(() => replay('other', 8, SCALE))

  it('gives other bytes than another one, in every tenant', () => {
    const [one, other] = [hashes(join(root, 'small')), hashes(join(root, 'other'))]
    for (const [path, hash] of one)
      if (path.startsWith('/logs/') && !/LogFile\.txt$|\.core$/.test(path))
        assert.notEqual(other.get(path), hash, path)
  })

  it('is not written over', async () => {
    await assert.rejects(replay('small', SEED, SCALE), { code: 'OUTPUT_UNWRITABLE' })
  })

  it('gives the same bytes again, also where a run was cut off before', async () => {
    const out = join(root, 'cut')
    mkdirSync(join(out, 'logs.partial', '01-state'), { recursive: true })
    writeFileSync(join(out, 'logs.partial', '01-state', 'ual-2023-04.ndjson'), '{"half":')
    writeFileSync(join(out, 'truth-accesses.ndjson'), 'half a line')
    await replay('cut', SEED, SCALE)
    assert.deepEqual(hashes(out), hashes(join(root, 'small')))
    assert.equal(existsSync(join(out, 'logs.partial')), false)
  })

  for (const { name, seed, scale } of [
    { name: 'a seed that is no whole number', seed: 1.5, scale: 1 },
    { name: 'a seed below zero', seed: -1, scale: 1 },
    { name: 'a scale of nothing', seed: 1, scale: 0 },
    { name: 'a scale that is no number', seed: 1, scale: Number.NaN },
    { name: 'a scale beyond what the files hold', seed: 1, scale: 1001 },
  ])
    it(`refuses ${name}`, async () => {
      await assert.rejects(replay('refused', seed, scale), RangeError)
      assert.equal(existsSync(join(root, 'refused')), false)
    })
})

describe('the incident at a small scale', () => {
  it('has 25 organisations, and the provider and its dumps beside them', () => {
    assert.equal(truth.document.organisations.length, 25)
    assert.equal(truth.document.forged.organisations, 25)
    assert.equal(readdirSync(join(root, 'small', 'logs')).length, 27)
  })

  it('has 60,000 messages of ten accounts, nine of one group and one of another', () => {
    const { state } = truth.document
    assert.equal(state.messages, 60_000)
    assert.equal(state.copies, 60_000)
    assert.deepEqual(
      state.groups.map(({ name, mailboxes }) => ({ name, mailboxes })),
      [
        { name: 'East Asia and Pacific', mailboxes: 9 },
        { name: 'Europe', mailboxes: 1 },
      ],
    )
  })

  it('names exactly these messages in the records of its forged accesses', () => {
    const forged = truth.idsOf(['forged', 'renewed', 'reused-id'])
    for (const account of truth.document.accounts) {
      const named = new Set<string>()
      for (const id of forged)
        for (const message of found.messages.get(id)?.get(account.mailbox) ?? []) named.add(message)
      assert.equal(named.size, account.named, account.mailbox)
    }
  })

  it('begins on 15 May 2023, ends before the block, on weekdays from 00 to 09 UTC', () => {
    assert.equal(truth.document.forged.first.slice(0, 10), '2023-05-15')
    assert.ok(truth.document.forged.last < '2023-06-27')
    for (const line of truth.lines) {
      if (!['forged', 'renewed', 'reused-id'].includes(line.class)) continue
      const at = new Date(line.at)
      assert.ok(at.getUTCHours() < 9, line.at)
      assert.ok(at.getUTCDay() >= 1 && at.getUTCDay() <= 5, line.at)
    }
  })
})

describe('the logs of a small replay', () => {
  it('have every listed access', () => {
    for (const { id } of truth.lines) assert.ok(found.accesses.has(id), id)
  })

  it('never show the issuance of a forged token', () => {
    for (const line of truth.lines)
      if (line.class === 'forged' && line.tokenId !== '')
        assert.equal(found.issued.get(line.tokenId), undefined, line.id)
  })

  it('show the issuance to somebody else of an id that is used again', () => {
    const reused = truth.lines.filter((line) => line.class === 'reused-id' && line.determinable)
    assert.ok(reused.length > 25)
    for (const { id, tokenId } of reused) {
      const holder = found.accesses.get(id)?.holder
      assert.notEqual(found.issued.get(tokenId), undefined, id)
      assert.equal(found.issued.get(tokenId)?.has(holder ?? ''), false, id)
    }
  })

  it('show the issuance of every token of ordinary life, to whoever used it', () => {
    const listed = new Set(truth.lines.map(({ id }) => id))
    let ordinary = 0
    for (const [id, { tokenId, holder }] of found.accesses) {
      if (listed.has(id)) continue
      ordinary++
      assert.ok(found.issued.get(tokenId)?.has(holder), id)
    }
    assert.ok(ordinary > 1000)
  })

  it('show the engineer and somebody else with one token at once', () => {
    const replayed = truth.lines.filter((line) => line.class === 'replayed')
    assert.ok(replayed.length > 20)
    for (const { id, tokenId } of replayed) {
      const access = found.accesses.get(id)
      const others = [...found.accesses.values()].filter((other) => other.tokenId === tokenId)
      assert.ok(found.issued.get(tokenId)?.has(access?.holder ?? ''))
      assert.ok(new Set(others.map(({ ip }) => ip)).size > 1)
    }
  })

  it('have as many rows as are counted', () => {
    for (const of of truth.document.organisations)
      if (!of.habits.includes('keycloak'))
        assert.equal(countRows(found, of.tenant), of.accesses, of.name)
  })
})

const provider = join(root, 'small', 'logs', '26-provider')

describe('the first link of a small replay', () => {
  it('is a core whose name the records of its custody have', () => {
    const { artefact } = truth.document.provider
    assert.equal(artefact.file, `dumps/${artefact.name}`)
    assert.equal(existsSync(join(root, 'small', 'logs', artefact.file)), true)
    const records = readdirSync(provider)
      .filter((name) => name.startsWith('ual-'))
      .flatMap((name) => readFileSync(join(provider, name), 'utf8').split('\n'))
      .filter((line) => line.includes(`"SourceFileName":"${artefact.name}"`))
    const engineers = records.filter((line) =>
      line.includes(`"UserId":"${truth.document.provider.engineer}"`),
    )
    assert.deepEqual(
      engineers.map((line) => /"Operation":"(\w+)"/.exec(line)?.[1]),
      ['FileAccessed', 'FileDownloaded'],
    )
    assert.ok(records.length > engineers.length)
  })

  it('is a key of the published list whose certificate has run out', () => {
    const { kid, spkiSha256, notAfter } = truth.document.provider.key
    const list: unknown = JSON.parse(readFileSync(join(provider, 'discovery-keys.json'), 'utf8'))
    const leaked = publishedKeys(list).find((key) => key.kid === kid)
    assert.ok(leaked !== undefined)
    const certificate = new X509Certificate(Buffer.from(leaked.x5c[0] ?? '', 'base64'))
    const spki = certificate.publicKey.export({ format: 'der', type: 'spki' })
    assert.equal(createHash('sha256').update(spki).digest('hex'), spkiSha256)
    assert.equal(createHash('sha1').update(certificate.raw).digest('base64url'), kid)
    assert.equal(new Date(certificate.validTo).toISOString(), notAfter)
    assert.ok(notAfter < truth.document.forged.first)
  })
})

describe('the incident at a third of its scale', () => {
  it('plants every false-positive case, and about as much ordinary life as it says', async () => {
    const out = join(root, 'third')
    const summary = await replayStorm0558({ out, seed: 1, scale: 1 / 3 })
    const { document } = readTruth(out)
    const FALSE_POSITIVES = [
      'address-with-port',
      'anonymised-id',
      'app-migration',
      'ascii-token-id',
      'attachment-access',
      'authentication-time',
      'b2b-guest',
      'backup-authentication',
      'before-window',
      'cae-27h',
      'directory-audit-without-token',
      'dual-stack',
      'duplicate-rows',
      'field-drift',
      'first-party-app-only',
      'float-size',
      'guid-token-id',
      'id-conflict',
      'ids-lost',
      'keycloak',
      'late-arrival',
      'late-rows',
      'no-non-interactive',
      'no-token-id',
      'other-tenant',
      'padded-token-id',
      'personal-account',
      'portal-grouped',
      'sync',
      'throttled-absent',
      'upn-case',
    ]
    assert.deepEqual(
      Object.keys(document.falsePositives).toSorted((one, other) => (one < other ? -1 : 1)),
      FALSE_POSITIVES,
    )
    // A third of 100,000 and of 250,000, and what is not scaled: the capped search, hourly refreshes of devices.
    const ordinary = summary.accesses - document.forged.accesses
    assert.ok(Math.abs(ordinary - 37_000) < 6000, String(ordinary))
    assert.ok(Math.abs(summary.issuances - 100_000) < 18_000, String(summary.issuances))
    assert.equal(document.state.messages, 60_000)
    assert.ok(document.ordinary.truncatedRows > 0)
    // Each row is one line: the line breaks within its JSON are escaped.
    const capped = readFileSync(join(out, 'logs', '19-bridge', 'UnifiedAuditLog-all.csv'), 'utf8')
    assert.equal(capped.split('\r\n').length - 2, 5000)
  })
})
