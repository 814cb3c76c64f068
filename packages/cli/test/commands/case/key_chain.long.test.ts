/** From key to verifier: what connects a key with accesses and verifiers, and what is missing. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Json } from '@mintmark/core'
import { elfCore, readAgain } from '@mintmark/testkit'
import { certificateOf, withoutOpenssl } from '@mintmark/testkit/public_key_world'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { mintmark } from '../../fake_io.ts'
import { assertHarmless, objects, parsed } from '../../printed.ts'

const SCHEMA = new URL('../../../../../docs/schema/answer-1.schema.json', import.meta.url)
const root = mkdtempSync(join(tmpdir(), 'mintmark-chain-'))
after(() => rmSync(root, { recursive: true, force: true }))

const pair = () => readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const [own, other] = [pair(), pair()]
const spkiOf = (key: KeyObject) =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
const OWN = spkiOf(own.publicKey)
const TOKEN_ID = '11111111-2222-4333-8444-555555555555'
const ISSUER = 'https://login.example.org/consumers'

const jwkOf = (key: KeyObject, kid: string, more: object = {}) => ({
  ...key.export({ format: 'jwk' }),
  kid,
  issuer: ISSUER,
  ...more,
})
const setOf = (...keys: readonly object[]) => JSON.stringify({ keys })
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(key: KeyObject, jti: string, kid = 'own'): string {
  const input = `${part({ alg: 'RS256', kid })}.${part({ iss: ISSUER, jti })}`
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}

const pem = own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const core = () =>
  elfCore({
    memory: [{ address: 0x10000n, bytes: Buffer.concat([Buffer.from(pem)], 8192) }],
    threads: [{ id: 7, stackPointer: 0x10010n }],
  }).bytes

const access = (id: string, at: string, tokenId: string) =>
  `${JSON.stringify({
    schema: 'mintmark-access/1',
    id,
    at,
    service: 'mail',
    operation: 'read',
    principal: 'ada@example.org',
    mailbox: 'ada@example.org',
    tokenId,
  })}\n`
const LOG =
  access('one', '2023-05-15T08:00:00Z', '99999999-2222-4333-8444-555555555555') +
  access('two', '2023-05-15T09:00:00Z', TOKEN_ID) +
  access('three', '2023-05-15T10:00:00Z', TOKEN_ID)

const probe = (at: string, outcome: string, key: KeyObject) =>
  JSON.stringify({
    schema: 'mintmark-trust-probe/1',
    target: 'https://mail.example.org/',
    issuer: ISSUER,
    at,
    vectors: [
      { id: 'consumer-key', family: 'storm-2023', outcome, signer: { spkiSha256: spkiOf(key) } },
      { id: 'exp-missing', family: 'claims', outcome: 'accepted' },
    ],
  })

type Files = Readonly<Record<string, string | Uint8Array>>

/** Writes files into a folder, and investigates it. */
function written(name: string, files: Files): string {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content)
  return folder
}

async function chainOf(folder: string): Promise<{ links: Map<unknown, Json>; answer: Json }> {
  const args = ['--case', `${folder}.case`, '--json']
  const { out, err } = await mintmark('investigate', folder, ...args)
  assert.equal(err, '')
  const answer = parsed(out)
  const [chain, ...more] = objects(answer['chains'])
  assert.deepEqual([chain?.['spkiSha256'], more], [OWN, []])
  const links = objects(chain?.['links'])
  return { links: new Map(links.map((link) => [link['link'], link])), answer }
}

const statesOf = (links: ReadonlyMap<unknown, Json>) =>
  [...links.values()].map(({ state }) => state)
const placesOf = (link: Json | undefined, folder: string) =>
  objects(link?.['evidence']).map(({ path, line }) => [String(path).slice(folder.length + 1), line])

const CORE_AND_LOG = { 'service.core': core(), 'mail.ndjson': LOG }

describe('a chain of a core and a log alone', () => {
  it('has the key, and names what is missing', async () => {
    const { links } = await chainOf(written('alone', CORE_AND_LOG))
    assert.deepEqual([...links.keys()], ['key', 'trust', 'tokens', 'accesses', 'verifiers'])
    assert.deepEqual(statesOf(links), ['established', 'missing', 'missing', 'missing', 'missing'])
    const [place] = objects(links.get('key')?.['evidence'])
    assert.ok(place !== undefined)
    const bytes = readFileSync(join(root, 'alone', 'service.core'))
    assert.equal(place['sha256'], createHash('sha256').update(bytes).digest('hex'))
    const offset = Number(place['offset'])
    assert.ok(
      bytes
        .subarray(offset, offset + 27)
        .toString()
        .includes('-----BEGIN PRIVATE KEY'),
    )
    assert.match(String(links.get('tokens')?.['text']), /^No record names the key of a token\./)
    for (const name of ['trust', 'tokens', 'accesses', 'verifiers'])
      assert.equal(typeof links.get(name)?.['settledBy'], 'string')
  })
})

const trustIn = async (name: string, files: Files) => {
  const { links } = await chainOf(written(name, { ...CORE_AND_LOG, ...files }))
  return links.get('trust')
}

describe('a key set beside the logs', () => {
  it('that says no end leaves that open', async () => {
    const trust = await trustIn('no-end', { 'keys.json': setOf(jwkOf(own.publicKey, 'own')) })
    assert.equal(trust?.['state'], 'missing')
    assert.match(String(trust['text']), /It belongs to issuer https:\/\/login\.example\.org/)
  })

  it('gives the end of a key, and says whether the accesses came later', async () => {
    const exp = Date.UTC(2021, 3, 4) / 1000
    const files = (name: string) => ({ [name]: setOf(jwkOf(own.publicKey, 'own', { exp })) })
    const trust = await trustIn('ended', {
      ...files('keys.json'),
      'tokens.txt': token(own.privateKey, TOKEN_ID),
    })
    assert.equal(trust?.['state'], 'established')
    assert.match(
      String(trust['text']),
      /^No longer to be trusted since 2021-04-04 00:00 UTC \(its own exp\)\./,
    )
    const later = { exp: Date.UTC(2030, 0) / 1000 }
    const open = await trustIn('ends-later', {
      'keys.json': setOf(jwkOf(own.publicKey, 'own', later)),
      'tokens.txt': token(own.privateKey, TOKEN_ID),
    })
    assert.match(String(open?.['text']), /^To be trusted until 2030-01-01/)
  })

  it('at several dates shows when the key was removed', async () => {
    const [both, one] = [
      setOf(jwkOf(own.publicKey, 'own'), jwkOf(other.publicKey, 'other')),
      setOf(jwkOf(other.publicKey, 'other')),
    ]
    const trust = await trustIn('dated', {
      'keys-2023-05-01.json': both,
      'keys-2023-05-10.json': one,
      'tokens.txt': token(own.privateKey, TOKEN_ID),
    })
    assert.match(
      String(trust?.['text']),
      /^No longer to be trusted since 2023-05-10 00:00 UTC \(no longer listed\)\./,
    )
    assert.deepEqual(placesOf(trust, join(root, 'dated')), [['keys-2023-05-10.json', null]])
  })

  it('with the same name in another folder is another document', async () => {
    const folder = written('two-folders', CORE_AND_LOG)
    written('two-folders/a', { 'keys-2023-05-01.json': setOf(jwkOf(own.publicKey, 'own')) })
    written('two-folders/b', { 'keys-2023-05-10.json': setOf(jwkOf(other.publicKey, 'other')) })
    const { links } = await chainOf(folder)
    assert.equal(links.get('trust')?.['state'], 'missing')
  })
})

describe('a key set that somebody else may have written', () => {
  it('gives no end of another key, nor one that no log can reach', {
    skip: withoutOpenssl,
  }, async () => {
    const chain = { x5c: [certificateOf(other, '/CN=other').toString('base64')] }
    const far = { exp: Date.UTC(9999, 11, 31) / 1000 }
    for (const [name, more] of Object.entries({ chain, far })) {
      const keys = setOf(jwkOf(own.publicKey, 'own', more))
      const trust = await trustIn(`no-end-${name}`, { 'keys.json': keys })
      assert.equal(trust?.['state'], 'missing', name)
    }
  })

  it('counts whatever is beside it', async () => {
    const exp = Date.UTC(2021, 3, 4) / 1000
    const folder = written('beside', {
      ...CORE_AND_LOG,
      'keys.json': setOf(jwkOf(own.publicKey, 'own', { exp })),
      observations: '{"schema":"mintmark-key-observation/1"}\n',
      'probe.json.gz': gzipSync(probe('2026-05-01T00:00:00Z', 'accepted', own.publicKey)),
    })
    const { out, err } = await mintmark('investigate', folder, '--case', `${folder}.case`, '--json')
    assert.match(err, /trust record .* is not used: LEDGER_/)
    assert.match(err, /probe\.json\.gz is not used: it is packed/)
    const links = objects(objects(parsed(out)['chains'])[0]?.['links'])
    assert.equal(links[1]?.['state'], 'established')
  })
})

describe('a trust record beside the logs', () => {
  const folder = join(root, 'recorded')
  before(async () => {
    const saved = written('saved', {
      'keys-2023-05-01.json': setOf(jwkOf(own.publicKey, 'own'), jwkOf(other.publicKey, 'other')),
      'keys-2023-05-10.json': setOf(jwkOf(other.publicKey, 'other')),
    })
    const { code } = await mintmark('trust', 'record', saved, '--out', join(root, 'record'))
    assert.ok(code < 2)
    written('recorded', { ...CORE_AND_LOG, 'tokens.txt': token(own.privateKey, TOKEN_ID) })
    cpSync(join(root, 'record'), join(folder, 'record'), { recursive: true })
  })

  it('shows by which observation the key was gone', async () => {
    const { links, answer } = await chainOf(folder)
    const trust = links.get('trust')
    assert.match(String(trust?.['text']), /since 2023-05-10 00:00 UTC \(no longer listed\)/)
    assert.deepEqual(placesOf(trust, folder), [['record/observations', 2]])
    const shapes = new Set(objects(answer['evidence']).map(({ shape }) => shape))
    assert.ok(!shapes.has('unrecognised'))
  })

  it('that was altered says nothing', async () => {
    const bad = join(root, 'altered')
    cpSync(folder, bad, { recursive: true })
    const lines = join(bad, 'record', 'observations')
    writeFileSync(lines, readFileSync(lines, 'utf8').replace('2023-05-10', '2022-05-10'))
    const { out, err } = await mintmark('investigate', bad, '--case', `${bad}.case`, '--json')
    assert.match(err, /is not used: LEDGER_DAMAGED/)
    const links = objects(objects(parsed(out)['chains'])[0]?.['links'])
    assert.equal(links[1]?.['state'], 'missing')
  })
})

describe('a captured token', () => {
  const keys = { 'keys.json': setOf(jwkOf(own.publicKey, 'own'), jwkOf(other.publicKey, 'other')) }

  it('connects the key with accesses, by its signature, and no output has it', async () => {
    const secret = token(own.privateKey, TOKEN_ID, 'a wrong kid')
    const lines = `${token(other.privateKey, '77777777-2222-4333-8444-555555555555')}\n${secret}\n`
    const folder = written('captured', { ...CORE_AND_LOG, ...keys, 'tokens.txt': lines })
    const args = ['--case', `${folder}.case`, '--json']
    const { out } = await mintmark('investigate', folder, ...args)
    const validate = new Ajv2020({ strict: false }).compile(parsed(readFileSync(SCHEMA, 'utf8')))
    assert.ok(validate(parsed(out)), JSON.stringify(validate.errors, null, 1))
    const chains = objects(parsed(out)['chains'])
    assert.equal(chains.length, 2)
    const links = objects(chains.find((chain) => chain['spkiSha256'] === OWN)?.['links'])
    const [, , tokens, accesses] = links
    assert.deepEqual([tokens?.['state'], accesses?.['state']], ['established', 'established'])
    assert.deepEqual(placesOf(tokens, folder), [['tokens.txt', 2]])
    assert.match(String(accesses?.['text']), /^2 accesses with these tokens, to 1 mailbox,/)
    assert.deepEqual(placesOf(accesses, folder), [
      ['mail.ndjson', 2],
      ['mail.ndjson', 3],
    ])
    const shown = await mintmark('investigate', folder, '--case', `${folder}.case`)
    const meta = await mintmark('sql', 'SELECT * FROM meta', '--case', `${folder}.case`)
    for (const text of [out, shown.out, meta.out])
      assert.ok(!secret.split('.').some((each) => text.includes(each)))
    assertHarmless(shown.out)
  })

  it('that only names the key is a lead', async () => {
    const forged = token(pair().privateKey, TOKEN_ID)
    const folder = written('named', { ...CORE_AND_LOG, ...keys, 'tokens.txt': forged })
    const { links } = await chainOf(folder)
    assert.deepEqual(
      [links.get('tokens')?.['state'], links.get('accesses')?.['state']],
      ['lead', 'lead'],
    )
  })

  it('stays with the case when its file is gone', async () => {
    const folder = written('gone', {
      ...CORE_AND_LOG,
      ...keys,
      'tokens.txt': token(own.privateKey, TOKEN_ID),
    })
    const { links } = await chainOf(folder)
    rmSync(join(folder, 'tokens.txt'))
    rmSync(join(folder, 'keys.json'))
    assert.deepEqual((await chainOf(folder)).links, links)
  })
})

describe('an alarm of a guard', () => {
  it('connects the key with accesses', async () => {
    const alarm = { schema: 'mintmark-alarm/1', alarm: 'unissued', kid: 'own', keyIssuer: ISSUER }
    const folder = written('alarmed', {
      ...CORE_AND_LOG,
      'keys.json': setOf(jwkOf(own.publicKey, 'own')),
      'alarms.ndjson': `${JSON.stringify({ ...alarm, tokenId: TOKEN_ID })}\n`,
    })
    const { links } = await chainOf(folder)
    assert.equal(links.get('tokens')?.['state'], 'established')
    assert.deepEqual(placesOf(links.get('tokens'), folder), [['alarms.ndjson', 1]])
  })
})

describe('an alarm of a guard for another issuer', () => {
  it('says nothing of a key with the same kid', async () => {
    const alarm = { schema: 'mintmark-alarm/1', kid: 'own', keyIssuer: 'https://other.example' }
    const folder = written('alarmed-elsewhere', {
      ...CORE_AND_LOG,
      'keys.json': setOf(jwkOf(own.publicKey, 'own')),
      'alarms.ndjson': `${JSON.stringify({ ...alarm, tokenId: TOKEN_ID })}\n`,
    })
    const { links } = await chainOf(folder)
    assert.equal(links.get('tokens')?.['state'], 'missing')
  })
})

const probedIn = async (name: string, ...probes: readonly string[]) => {
  const files = Object.fromEntries(probes.map((text, at) => [`probe-${at}.json`, text]))
  const { links } = await chainOf(written(name, { ...CORE_AND_LOG, ...files }))
  return links.get('verifiers')
}

describe('a probe beside the logs', () => {
  it('with this key says who accepts it, the newest one counting', async () => {
    const before1 = probe('2026-05-01T00:00:00.000Z', 'accepted', own.publicKey)
    const open = await probedIn('open', before1)
    assert.equal(open?.['state'], 'established')
    assert.match(
      String(open['text']),
      /^https:\/\/mail\.example\.org\/ accepted a token of this key/,
    )
    assert.match(String(open['text']), /No record says that the accesses went through it\.$/)
    const fixed = probe('2026-05-02T00:00:00.000Z', 'refused', own.publicKey)
    const closed = await probedIn('closed', fixed, before1)
    assert.match(String(closed?.['text']), /^\S+ refused a token of this key at 2026-05-02/)
  })

  it('counts what was accepted of several tokens, and nothing without a time', async () => {
    const at = '2026-05-01T00:00:00.000Z'
    const all = [probe(at, 'accepted', own.publicKey), probe(at, 'refused', own.publicKey)]
    for (const [name, probes] of Object.entries({ one: all, other: all.toReversed() })) {
      const link = await probedIn(`several-${name}`, ...probes)
      assert.match(String(link?.['text']), /^\S+ accepted a token of this key/)
    }
    const none = await probedIn('timeless', probe('some time', 'accepted', own.publicKey))
    assert.equal(none?.['state'], 'missing')
  })

  it('with other keys is a lead where they were accepted, and else leaves it open', async () => {
    const at = '2026-05-01T00:00:00.000Z'
    const lead = await probedIn('other-open', probe(at, 'accepted', other.publicKey))
    assert.deepEqual([lead?.['state'], typeof lead?.['settledBy']], ['lead', 'string'])
    const none = await probedIn('other-closed', probe(at, 'refused', other.publicKey))
    assert.equal(none?.['state'], 'missing')
    assert.match(String(none['text']), /This key was not among them/)
  })
})
