/** Saved files, git histories and HAR files; and what is refused of hostile ones. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import {
  historiesOf,
  KeyRecord,
  observationsOf,
  parseSource,
  recordOnce,
  seriesOf,
} from '../src/index.ts'
import { readDocument } from '../src/sources/document.ts'
import { certified, ecKey, type Jwk, jwks, saml, samlKey, scratch, writeAt } from './made_keys.ts'

const NOW = Date.parse('2026-11-30T00:00:00Z')
const fetching = { now: () => NOW, origins: new Set<string>() }
const [a, b] = [ecKey('a'), ecKey('b')]

async function lookedAt(...places: readonly string[]) {
  const looks = await observationsOf(places.map(parseSource), fetching)
  return { ...looks, series: await seriesOf(looks) }
}

const said = ({ observations }: Awaited<ReturnType<typeof lookedAt>>) =>
  observations.map(({ document, atMs, clock, outcome, why }) =>
    [outcome, clock, new Date(atMs).toISOString().slice(0, 16), document, why ?? '']
      .join(' ')
      .trim(),
  )

describe('saved files', () => {
  it('with a date in their names are one document at several times', async () => {
    const folder = scratch('saved')
    writeAt(path.join(folder, 'jwks-2023-05-08.json'), jwks(a, b))
    writeAt(path.join(folder, 'jwks-20230501T1230Z.json'), jwks(a))
    const undated = writeAt(path.join(folder, 'other.json'), jwks(b))
    utimesSync(undated, new Date('2024-01-01T00:00Z'), new Date('2024-01-01T00:00Z'))
    writeAt(path.join(folder, 'notes.txt'), 'no key file')
    writeAt(path.join(folder, 'package.json'), '{"properties": {"keys": {}}}')
    writeAt(path.join(folder, 'tsconfig.json'), '// comments are no JSON')
    const cut = writeAt(path.join(folder, 'z.json'), '{"keys": [')
    utimesSync(cut, 0, 0)
    const found = await lookedAt(folder)
    assert.deepEqual(said(found), [
      'read file-name 2023-05-08T00:00 file:jwks-*.json',
      'read file-name 2023-05-01T12:30 file:jwks-*.json',
      'read file-time 2024-01-01T00:00 file:other.json',
      'unavailable file-time 1970-01-01T00:00 file:z.json not JSON',
    ])
    const [listing] = historiesOf(found.series).find(({ kids }) => kids[0] === 'b')?.listings ?? []
    assert.equal(listing?.lastAbsentMs, Date.parse('2023-05-01T12:30Z'))
  })

  it('that are recorded again are the same observations', async () => {
    const folder = scratch('again')
    writeAt(path.join(folder, 'jwks-2023-05-08.json'), jwks(a))
    const record = await KeyRecord.open(path.join(scratch('again-record'), 'keys'))
    const options = { ...fetching, record, sources: [parseSource(folder)] }
    assert.deepEqual([(await recordOnce(options)).written.length, record.content.head.size], [1, 1])
    const again = await recordOnce(options)
    assert.deepEqual([again.written.length, again.known, record.content.head.size], [0, 1, 1])
    await record.close()
  })

  it('take the class that the source is given', async () => {
    const file = writeAt(path.join(scratch('class'), 'jwks.json'), jwks(a))
    const { series } = await lookedAt(`consumer=${file}`)
    assert.deepEqual(historiesOf(series)[0]?.classes, ['consumer'])
  })

  it('that are not there are a problem, and the others are read all the same', async () => {
    const file = writeAt(path.join(scratch('missing'), 'jwks.json'), jwks(a))
    const { observations, problems } = await lookedAt(`${file}.not`, file)
    assert.equal(observations.length, 1)
    assert.match(problems.join(), /cannot be read: there is no such file/)
  })
})

describe('a git history', () => {
  it('gives each version of each key file, at the time of its commit, and that it was removed', async () => {
    const folder = scratch('git')
    const commit = (date: string) => {
      const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org' }
      const env = {
        ...process.env,
        ...who,
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@example.org',
        GIT_COMMITTER_DATE: date,
        GIT_AUTHOR_DATE: date,
      }
      execFileSync('git', ['add', '-A'], { cwd: folder })
      execFileSync('git', ['commit', '-q', '-m', 'change'], { cwd: folder, env })
    }
    execFileSync('git', ['init', '-q', '.'], { cwd: folder })
    mkdirSync(path.join(folder, 'conf'))
    const file = path.join(folder, 'conf/jwks.json')
    writeAt(file, jwks(a))
    writeAt(path.join(folder, 'README.txt'), 'text')
    writeAt(path.join(folder, 'package.json'), '{}')
    commit('2023-05-01T00:00:00Z')
    writeAt(file, jwks(a, b))
    commit('2023-05-08T00:00:00Z')
    writeAt(path.join(folder, 'README.txt'), 'more text')
    commit('2023-05-10T00:00:00Z')
    rmSync(file)
    rmSync(path.join(folder, 'package.json'))
    commit('2023-05-15T00:00:00Z')
    const found = await lookedAt(`git:${folder}`)
    const name = `git:${path.basename(folder)}/conf/jwks.json`
    assert.deepEqual(said(found), [
      `read commit 2023-05-01T00:00 ${name}`,
      `read commit 2023-05-08T00:00 ${name}`,
      `gone commit 2023-05-15T00:00 ${name} removed`,
    ])
    assert.match(found.observations[0]?.commit ?? '', /^[\da-f]{40}$/)
    const [listing] = historiesOf(found.series).find(({ kids }) => kids[0] === 'b')?.listings ?? []
    assert.deepEqual(
      [listing?.lastAbsentMs, listing?.firstPresentMs, listing?.firstAbsentMs],
      ['2023-05-01', '2023-05-08', '2023-05-15'].map((day) => Date.parse(day)),
    )
  })
})

describe('a repository', () => {
  it('runs nothing that its configuration names', async () => {
    const folder = scratch('git-hostile')
    const marker = path.join(folder, 'ran')
    const script = writeAt(
      path.join(folder, 'gpg.sh'),
      `#!/bin/sh\ncat > /dev/null\necho ran >> ${marker}\necho '[GNUPG:] SIG_CREATED D 1 8 00 0 A' >&2\necho '-----BEGIN PGP SIGNATURE-----'\necho '-----END PGP SIGNATURE-----'\n`,
    )
    chmodSync(script, 0o700)
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
    git('init', '-q', '.')
    writeAt(path.join(folder, 'jwks.json'), jwks(a))
    for (const [name, value] of [
      ['gpg.program', script],
      ['log.showSignature', 'true'],
      ['core.fsmonitor', script],
      ['diff.external', script],
      ['core.pager', script],
      ['user.name', 'a'],
      ['user.email', 'a@example.org'],
    ] as const)
      git('config', name, value)
    git('-c', 'core.fsmonitor=false', 'add', 'jwks.json')
    git('-c', 'core.fsmonitor=false', 'commit', '-q', '-S', '-m', 'signed')
    git('log')
    assert.ok(existsSync(marker))
    rmSync(marker)
    const { observations } = await lookedAt(`git:${folder}`)
    assert.equal(observations.length, 1)
    assert.equal(existsSync(marker), false)
  })

  it('of what is no repository is a problem', async () => {
    const { problems } = await lookedAt(`git:${scratch('no-git')}`)
    assert.match(problems.join(), /no git repository/)
  })
})

const entry = (url: string, text: string, encoding?: string, status = 200) => ({
  startedDateTime: '2023-05-01T10:00:00.000Z',
  request: { method: 'GET', url },
  response: { status, content: { text, encoding } },
})

describe('a HAR file', () => {
  it('gives the key documents among its answers, at their times and under their addresses', async () => {
    const entries = [
      entry('https://id.example.org/keys', jwks(a).toString('base64'), 'base64'),
      entry('https://id.example.org/page', '<html></html>'),
      entry('https://id.example.org/old', jwks(b).toString(), undefined, 404),
    ]
    const file = writeAt(path.join(scratch('har'), 'a.har'), JSON.stringify({ log: { entries } }))
    assert.deepEqual(said(await lookedAt(file)), [
      'read har 2023-05-01T10:00 https://id.example.org/keys',
    ])
  })

  it('that is none is not read, and said', async () => {
    const file = writeAt(path.join(scratch('no-har'), 'a.har'), '{"log": 1}')
    assert.match(said(await lookedAt(file)).join(), /^unavailable har .* no HAR$/)
  })
})

const problemOf = (body: Uint8Array | string) => {
  const read = readDocument(Buffer.from(body))
  return 'problem' in read ? read.problem : `read: ${read.document.keys.length} keys`
}

describe('a hostile document', () => {
  const many = `{"keys":[${'{"kty":"RSA"},'.repeat(500_000)}{}]}`
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${'<!ENTITY b "&a;&a;&a;">'.repeat(9)}]><md:EntityDescriptor>&b;</md:EntityDescriptor>`
  const external =
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><EntityDescriptor>&a;</EntityDescriptor>'
  const cases: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
    ['of 10 MB', Buffer.alloc(10 << 20, 0x20), /more than 8 MiB: refused/],
    ['nested deeply', '['.repeat(1_000_000), /nested deeper than 32: refused/],
    [
      'nested in a key',
      `{"keys":[{"kty":"RSA","n":${'['.repeat(50)}${']'.repeat(50)}}]}`,
      /nested deeper than 32/,
    ],
    ['of many keys', many, /more than 20000 keys: refused/],
    ['that is no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /not UTF-8/],
    ['cut short', '{"keys":[', /not JSON/],
    ['of entities in XML', bomb, /document type.*refused/],
    ['of an external entity', external, /document type.*refused/],
    ['of unknown entities', saml('&boom;'), /an entity that is not known: refused/],
    ['of an entity named as a member', saml('&valueOf;'), /an entity that is not known: refused/],
    ['of deep XML', '<a>'.repeat(100), /nested deeper than 32: refused/],
    ['of many elements', `<a>${'<b/>'.repeat(200_001)}</a>`, /more than 200000 elements: refused/],
    ['of crossed elements', '<a><b></a></b>', /not well-formed/],
    ['of a repeated attribute', '<a x="1" x="2"/>', /not well-formed/],
    ['of a tag that never ends', `<a ${'b="c" '.repeat(100_000)}`, /not well-formed/],
    ['of several roots', '<a/><b/>', /not well-formed/],
  ]
  for (const [name, body, wanted] of cases)
    it(`${name} is refused`, () => assert.match(problemOf(body), wanted))

  it('is refused in bounded time, whatever its text', () => {
    // Only a search without bound is slow, and does not end before the run does.
    for (const [, body] of cases) problemOf(body)
    for (const letter of ['"', '\\', '<', '-----BEGIN A-----', '<!--', '<?', '<![CDATA['])
      assert.notEqual(problemOf(letter.repeat(Math.floor((2 << 20) / letter.length))), '')
  })

  it('with keys that cannot be read gives the others, and says why without their bytes', () => {
    const bad: Jwk[] = [
      { ...a, x: '!!!not base64!!!' },
      { ...a, x: `${a['x']}=` },
      { kty: 'RSA', n: '', e: 'AQAB' },
      { kty: 'XYZ' },
      { kty: 'constructor' },
      { kty: '__proto__' },
      { kty: 'RSA', n: 'f'.repeat(4000), e: 'AQAB' },
    ]
    const read = readDocument(jwks(...bad, b))
    assert.ok('document' in read)
    assert.deepEqual(
      read.document.keys.map(({ kid }) => kid),
      ['b'],
    )
    assert.deepEqual(read.document.unread, [
      'the member x is missing or not base64url',
      'the member n is missing or not base64url',
      'a key of a type that is not known',
      'an RSA key of more than 16384 bits: refused',
    ])
  })
})

describe('what a key document hides', () => {
  it('names a certificate that cannot be read, or is one too many, beside others', () => {
    const { jwk, der } = certified()
    const [good, broken] = [der.toString('base64'), Buffer.from('300100', 'hex').toString('base64')]
    const start = '<ds:X509Certificate>'
    const twice = samlKey(der).replace(start, `${start}${broken}</ds:X509Certificate>${start}`)
    const seventeen = Array.from({ length: 17 }, () => good)
    for (const body of [
      jwks({ ...jwk, x5c: [good, broken] }),
      jwks({ ...jwk, x5c: seventeen }),
      saml(twice),
    ]) {
      const read = readDocument(body)
      assert.ok('document' in read)
      assert.deepEqual(read.document.unread, [
        'a certificate that cannot be read, or is beyond 16 of one key',
      ])
      assert.equal(read.document.keys.length, 1)
    }
  })

  it('names a private key in PEM that is cut, encrypted or a member, and a cut public one', () => {
    const { jwk, pem, keyPem } = certified()
    const headers = keyPem.replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n')
    for (const source of [keyPem.slice(0, 200), headers, JSON.stringify({ keys: [jwk], keyPem })]) {
      const read = readDocument(Buffer.from(source))
      assert.deepEqual('document' in read && read.document.secrets, ['a private key in PEM'])
    }
    const cut = readDocument(Buffer.from(`${pem}${pem.slice(0, 200)}`))
    assert.ok('document' in cut)
    assert.deepEqual(cut.document.unread, ['a PEM block that holds no public key or certificate'])
  })
})

describe('the identity of a key', () => {
  it('is the thumbprint of RFC 7638, section 3.1', () => {
    // Key of that section, which is published.
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    const read = readDocument(jwks({ kty: 'RSA', n, e: 'AQAB' }))
    assert.ok('document' in read)
    assert.equal(read.document.keys[0]?.thumbprint, 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
    assert.equal(read.document.keys[0].bits, 2048)
  })

  it('is the same in a JWK, in SAML metadata, in PEM and in DER', () => {
    const { jwk, der, pem } = certified()
    const thumbprints = [jwks(jwk), saml(samlKey(der)), Buffer.from(pem), der].map((body) => {
      const read = readDocument(body)
      return 'document' in read ? read.document.keys[0]?.thumbprint : read.problem
    })
    assert.match(thumbprints[0] ?? '', /^[\w-]{43}$/)
    assert.equal(new Set(thumbprints).size, 1)
  })
})
