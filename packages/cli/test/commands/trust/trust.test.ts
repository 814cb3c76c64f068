/** The commands of `mintmark trust` on records, key sets and source trees: what they print, and how they end. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { isObject, parseObject } from '@mintmark/core'
import { KeyRecord } from '@mintmark/trust'
import { mintmark } from '../../fake_io.ts'
import { sarifErrors } from '../../render/sarif_official.ts'
import { keyNamed } from './trust_world.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-trust-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const place = (name: string) => path.join(folder, name)

const [a, b, c] = [keyNamed('a'), keyNamed('b'), keyNamed('c')]

/** Saved sets by date, and their folder. */
function saved(name: string, sets: Readonly<Record<string, readonly object[]>>): string {
  const at = mkdtempSync(place(`${name}-`))
  for (const [date, keys] of Object.entries(sets))
    writeFileSync(path.join(at, `jwks-${date}.json`), JSON.stringify({ keys }))
  return at
}

/** Nothing in it is to be alarmed about. */
const QUIET = { '2023-05-01': [a, b], '2023-05-08': [a, b], '2023-05-15': [b] }

describe('mintmark trust record', () => {
  it('makes a record, goes on with it, and ends with 0', async () => {
    const sets = saved('quiet', QUIET)
    const first = await mintmark('trust', 'record', sets, '--out', place('quiet'))
    assert.equal(first.code, 0)
    assert.match(first.out, /2023-05-08T00:00:00Z {2}read {9}file:jwks-\*\.json/)
    assert.match(first.out, /3 observations recorded; the record has 3/)
    const again = await mintmark('trust', 'record', sets, '--out', place('quiet'))
    assert.match(again.out, /0 observations recorded; 3 known before; the record has 3/)
  })

  it('prints JSON lines, and ends with 3 where a source was not read', async () => {
    const bad = saved('bad', { '2023-05-01': [a] })
    writeFileSync(path.join(bad, 'cut.json'), '{"keys": [')
    const { code, out } = await mintmark('trust', 'record', bad, '--out', place('bad'), '--json')
    assert.equal(code, 3)
    const lines = out.trimEnd().split('\n').map(parseObject)
    assert.deepEqual(
      lines.map((line) => line?.['outcome'] ?? line?.['schema']),
      ['unavailable', 'read', 'mintmark-key-checkpoint/1'],
    )
    const none = await mintmark('trust', 'record', saved('no-keys', {}), '--out', place('no-keys'))
    assert.deepEqual([none.code, none.err], [3, 'mintmark: the sources have no key document\n'])
    const gone = await mintmark('trust', 'record', place('not-there'), '--out', place('gone'))
    assert.deepEqual([gone.code, /cannot be read: there is no such file/.test(gone.err)], [3, true])
  })

  it('refuses what means nothing, with 2', async () => {
    // oxlint-disable-next-line no-await-in-loop -- one command at a time
    for (const args of [
      ['http://id.example.org', '--out', place('usage')],
      [folder, '--out', place('usage'), '--every', '5'],
      [folder, '--out', place('usage'), '--origin', 'keys.example.org'],
      [folder, '--out', place('usage'), '--origin', 'http://keys.example.org'],
      [folder],
    ])
      assert.equal((await mintmark('trust', 'record', ...args)).code, 2, args.join(' '))
  })

  it('raises no alarm for a key that was announced before it came', async () => {
    const next = place('next.json')
    writeFileSync(next, JSON.stringify({ keys: [c] }))
    const [keys, plain] = [place('announced'), place('not-announced')]
    const early = saved('early', { '2023-05-01': [a] })
    // The clock of the test is 1970: announced then, before the first observation.
    await mintmark('trust', 'record', early, '--out', keys, '--announced', next)
    const late = saved('late', { '2023-05-08': [a, c] })
    await mintmark('trust', 'record', late, '--out', keys)
    assert.equal((await mintmark('trust', 'history', keys)).code, 0)
    await mintmark('trust', 'record', early, late, '--out', plain)
    assert.match((await mintmark('trust', 'history', plain)).out, /WARNING {3}key-without-notice/)
  })
})

/** How a question for a key at a time ends, and what it says. */
const standing = async (key: string, time: string) => {
  const { code, out } = await mintmark(
    'trust',
    'history',
    place('quiet'),
    '--key',
    key,
    '--at',
    time,
  )
  return [code, /^(LISTED|NOT LISTED|CANNOT TELL) at/m.exec(out)?.[1]]
}

describe('mintmark trust history', () => {
  it('says when each key was listed, with both bounds, and ends with 0 without an alarm', async () => {
    const { code, out } = await mintmark('trust', 'history', place('quiet'))
    assert.equal(code, 0)
    assert.match(out, /3 observations of 1 document, unaltered since they were signed/)
    assert.match(
      out,
      /listed at the first observation, 2023-05-01 00:00:00Z\n {2}went after 2023-05-08 00:00:00Z, by 2023-05-15 00:00:00Z/,
    )
    for (const line of out.split('\n')) assert.ok(line.length <= 80, line)
  })

  it('answers for a key at a time: listed, not listed, cannot tell', async () => {
    assert.deepEqual(await standing('a', '2023-05-04T00:00Z'), [0, 'LISTED'])
    assert.deepEqual(await standing('a', '2023-05-10T00:00Z'), [3, 'CANNOT TELL'])
    assert.deepEqual(await standing('a', '2023-05-15T00:00Z'), [0, 'NOT LISTED'])
    assert.deepEqual(await standing('a', '2023-05-16T00:00Z'), [3, 'CANNOT TELL'])
    assert.deepEqual(await standing('unknown', '2023-05-04T00:00Z'), [3, undefined])
  })
})

describe('mintmark trust history of a clock that went back', () => {
  it('says so, and answers for no time', async () => {
    const [keys, day] = [place('set-back'), Date.parse('2023-05-01T00:00:00Z')]
    const record = await KeyRecord.open(keys)
    const body = Buffer.from(JSON.stringify({ keys: [a] }))
    // oxlint-disable-next-line no-await-in-loop -- one observation after the other
    for (const atMs of [day, day - 1000, day + 7_200_000, day + 3_600_000])
      await record.append(
        [
          {
            document: 'https://id.example.org/keys',
            atMs,
            clock: 'fetched',
            outcome: 'read',
            body,
          },
        ],
        atMs,
      )
    await record.close()
    const { out, code } = await mintmark('trust', 'history', keys)
    assert.match(
      out.replaceAll('\n', ' '),
      /1 observation recorded at an earlier time than one before/,
    )
    assert.equal(code, 0)
    const json = parseObject((await mintmark('trust', 'history', keys, '--json')).out)
    assert.ok(isObject(json?.['record']))
    assert.equal(json['record']['observationsSetBack'], 1)
    const asked = ['trust', 'history', keys, '--key', 'a', '--at', '2023-05-01T00:30Z']
    assert.equal((await mintmark(...asked)).code, 3)
  })
})

describe('mintmark trust history of what alarms', () => {
  it('ends with 1 for an alarm, as text, JSON and security events', async () => {
    const keys = place('back')
    const sets = saved('back', { '2023-05-01': [a, b], '2023-05-08': [b], '2023-05-15': [a, b] })
    const recorded = await mintmark('trust', 'record', sets, '--out', keys)
    assert.deepEqual([recorded.code, /CRITICAL {2}key-back/.test(recorded.out)], [1, true])
    const again = await mintmark('trust', 'record', sets, '--out', keys)
    assert.deepEqual([again.code, /key-back/.test(again.out)], [0, false])
    const text = await mintmark('trust', 'history', keys)
    assert.equal(text.code, 1)
    assert.match(
      text.out,
      /CRITICAL {2}key-back\n {2}kid a: a key that was unlisted is listed again/,
    )
    const json = parseObject((await mintmark('trust', 'history', keys, '--json')).out)
    const alarms: unknown = json?.['alarms']
    assert.ok(Array.isArray(alarms) && isObject(alarms[0]))
    assert.deepEqual([alarms[0]['code'], alarms[0]['at']], ['key-back', '2023-05-15T00:00:00.000Z'])
    const events = parseObject((await mintmark('trust', 'history', keys, '--ssf')).out)
    assert.deepEqual(Object.keys(events?.['events'] ?? {}), ['urn:mintmark:secevent:key-alarm'])
    assert.equal((await mintmark('trust', 'history', keys, '--key', 'b')).code, 0)
  })

  it('fails where the record was altered, or is older than a head that was kept', async () => {
    const [keys, heads] = [place('altered'), place('heads')]
    const record = (set: string) =>
      mintmark('trust', 'record', set, '--out', keys, '--heads', heads)
    await record(saved('one', { '2023-05-01': [a, b] }))
    const files = ['observations', 'checkpoint'].map((name) => path.join(keys, name))
    const before = files.map((file) => readFileSync(file))
    await record(saved('two', { '2023-05-08': [b] }))
    assert.equal((await mintmark('trust', 'history', keys, '--heads', heads)).code, 0)
    for (const [i, file] of files.entries()) writeFileSync(file, before[i] ?? '')
    assert.equal((await mintmark('trust', 'history', keys)).code, 0)
    const older = await mintmark('trust', 'history', keys, '--heads', heads)
    assert.deepEqual([older.code, /LEDGER_BEHIND/.test(older.err)], [3, true])
    writeFileSync(
      path.join(keys, 'observations'),
      String(before[0]).replace('2023-05-01', '2023-05-02'),
    )
    const altered = await mintmark('trust', 'history', keys)
    assert.deepEqual([altered.code, altered.out, /LEDGER_DAMAGED/.test(altered.err)], [3, '', true])
  })

  it('exports no keys of an issuer that it does not know', async () => {
    const { code } = await mintmark(
      'trust',
      'history',
      place('quiet'),
      '--federation',
      'https://x.example',
    )
    assert.equal(code, 2)
  })
})

describe('mintmark trust audit', () => {
  it('finds a key in a source tree though it is listed no more', async () => {
    const sets = saved('retired', { '2023-05-01': [a, b], '2023-05-08': [b] })
    const tree = mkdtempSync(place('pins-'))
    writeFileSync(path.join(tree, 'config.json'), JSON.stringify({ jwk: a }))
    const { code, out } = await mintmark('trust', 'audit', sets, '--source-tree', tree)
    assert.equal(code, 1)
    assert.match(out, /- a: public key of the key\n {4}in config\.json:1/)
  })

  it('ends with 0 for sound keys, and says what it did not look for', async () => {
    const sets = saved('sound', { '2023-05-01': [a, b] })
    const { code, out } = await mintmark('trust', 'audit', sets)
    assert.equal(code, 0)
    assert.match(out, /2 keys in 1 document: 0 errors, 0 warnings, 0 notes/)
    assert.match(out, /No blocklist was given/)
    assert.match(out, /Pinned keys: not looked for/)
    assert.match(out, /CANNOT TELL {2}NIST IR 8587 \(draft\)/)
  })

  it('ends with 1 for findings, and with 3 where there was nothing to examine', async () => {
    const shared = saved('shared', { '2023-05-01': [a, { ...b, kid: 'a' }] })
    assert.equal((await mintmark('trust', 'audit', shared)).code, 1)
    const none = saved('none', { '2023-05-01': [] })
    assert.equal((await mintmark('trust', 'audit', none)).code, 3)
    assert.equal((await mintmark('trust', 'audit', place('nowhere'))).code, 3)
    assert.equal((await mintmark('trust', 'audit', shared, '--profile', 'unknown')).code, 2)
  })

  it('takes a record that was not altered, and knows from it how long a key was listed', async () => {
    const sets = saved('aged', { '2023-05-01': [a], '2023-05-31': [a] })
    await mintmark('trust', 'record', sets, '--out', place('aged'))
    const args = ['trust', 'audit', place('aged'), '--profile']
    assert.match(
      (await mintmark(...args, 'ir8587-multi-tenant')).out,
      /at least 30 days, where 14 are/,
    )
    assert.equal((await mintmark(...args, 'ir8587-tenant')).code, 0)
    const [body = ''] = readdirSync(path.join(place('aged'), 'bodies'))
    writeFileSync(path.join(place('aged'), 'bodies', body), '{"keys":[]}')
    const altered = await mintmark(...args, 'ir8587-tenant')
    assert.deepEqual([altered.code, /LEDGER_DAMAGED/.test(altered.err)], [3, true])
  })

  it('writes SARIF that the schema accepts, with fingerprints that stay', async () => {
    const sets = saved('sarif', { '2023-05-01': [a, { ...b, kid: 'a' }] })
    const tree = mkdtempSync(place('tree-'))
    writeFileSync(path.join(tree, 'a b.json'), JSON.stringify({ x: a['x'] }))
    const run = async () => {
      const { out } = await mintmark('trust', 'audit', sets, '--source-tree', tree, '--sarif')
      return parseObject(out)
    }
    const [log, again] = [await run(), await run()]
    assert.deepEqual(sarifErrors(log), [])
    assert.deepEqual(log, again)
    assert.match(JSON.stringify(log), /"ruleId":"pinned-key".*"uri":"a%20b\.json"/)
  })
})
