/** Keys that are written into source trees: found however they are spelled, and not where other keys are. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { findPinned } from '../src/index.ts'
import { readDocument } from '../src/sources/document.ts'
import { certified, jwks, rsaKey, scratch, writeAt } from './made_keys.ts'

const good = certified()
const { jwk: leaf, der } = good
const other = certified()
const x5c = [der.toString('base64')]
const rsa = rsaKey('2023-signing-key-7')
const known = [rsa, { ...leaf, kid: 'plain', use: 'sig', x5c }]
/** Pairs of keys of each kind. */
const pairs = [
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
  generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  generateKeyPairSync('ed25519'),
]

const jwkOf = (key: KeyObject) => ({ ...key.export({ format: 'jwk' }), kid: 'k' })

async function searched(
  files: Readonly<Record<string, string | Buffer>>,
  sources: readonly string[] = [],
) {
  const folder = scratch('tree')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeAt(path.join(folder, name), content)
  }
  const read = readDocument(jwks(...known, ...pairs.map(({ publicKey }) => jwkOf(publicKey))))
  assert.ok('document' in read)
  const { keys } = read.document
  const own = sources.map((name) => path.join(folder, name))
  const found = await findPinned(folder, keys, own)
  return {
    ...found,
    said: found.findings.map(
      ({ location, message }) => `${location?.file}:${location?.line ?? ''} ${message}`,
    ),
    keys,
  }
}

describe('pinned keys', () => {
  it('are found however they are written', async () => {
    const { keys } = await searched({})
    const [first, second] = keys
    assert.ok(first !== undefined && second !== undefined)
    const spki = first.spkiSha256 ?? ''
    const [certificate] = second.certificates
    assert.ok(certificate !== undefined)
    const n = Buffer.from(first.jwk['n'] ?? '', 'base64url')
    const colons = certificate.sha1.toUpperCase().replaceAll(/..(?=.)/g, '$&:')
    const { said } = await searched({
      '1.ts': `x\nconst key = '${first.thumbprint}'`,
      '2.yaml': `pin-sha256="${Buffer.from(spki, 'hex').toString('base64')}"`,
      '3.txt': `Fingerprint=${colons}`,
      '4.json': JSON.stringify({ n: n.toString('base64url') }),
      '5.go': `"00${n.toString('hex')}"`,
      '6.env': 'KID=2023-signing-key-7',
      '7.pem': good.pem,
      '8.json': JSON.stringify({ pem: good.pem }),
      '9.der': der,
      'layer.tar': Buffer.concat([Buffer.alloc(512), der, Buffer.alloc(512)]),
      'layer.tar.gz': gzipSync(Buffer.concat([Buffer.alloc(512), der])),
      'layer.tar.zst': zstdCompressSync(Buffer.concat([Buffer.alloc(512), der])),
      'x5t.txt': `x5t ${Buffer.from(certificate.sha1, 'hex').toString('base64url')}`,
    })
    assert.deepEqual(said, [
      '1.ts:2 RFC 7638 thumbprint of the key',
      '2.yaml:1 SPKI SHA-256 of the key',
      '3.txt:1 certificate SHA-1 of the key',
      '4.json:1 modulus of the key',
      '5.go:1 modulus of the key',
      '6.env:1 kid of the key',
      '7.pem:2 certificate or public key of the key',
      '8.json:1 certificate or public key of the key',
      '9.der: raw bytes of the key',
      'layer.tar: raw bytes of the key',
      'layer.tar.gz: raw bytes of the key',
      'layer.tar.zst: raw bytes of the key',
      'x5t.txt:1 certificate SHA-1 of the key',
    ])
  })
})

describe('pinned keys of each kind', () => {
  for (const { publicKey, privateKey } of pairs)
    it(`are found in PEM of every kind: ${publicKey.asymmetricKeyType}`, async () => {
      const [pem, own] = [publicKey, privateKey].map((key, at) =>
        String(key.export({ format: 'pem', type: at === 0 ? 'spki' : 'pkcs8' })),
      )
      const text = JSON.stringify({ pem: pem?.replaceAll('\n', '\r\n') })
      const utf16 = Buffer.from(`\ufeff${pem}`, 'utf16le')
      const type = privateKey.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1'
      const older =
        privateKey.asymmetricKeyType === 'ed25519'
          ? (own ?? '')
          : String(privateKey.export({ format: 'pem', type }))
      const { said } = await searched({
        'a.pem': pem ?? '',
        'b.json': text,
        'c.txt': utf16,
        'd.key': own ?? '',
        'e.key': older,
      })
      assert.deepEqual(said, [
        'a.pem:2 certificate or public key of the key',
        'b.json:1 certificate or public key of the key',
        'c.txt:2 certificate or public key of the key',
        'd.key:2 private half of the key',
        'e.key:2 private half of the key',
      ])
    })
})

describe('a search for pinned keys', () => {
  it('are not found in a tree that names other keys', async () => {
    const strange = rsaKey('2023-signing-key-8')
    const { said, files } = await searched({
      'a.json': JSON.stringify(strange),
      'b.pem': other.pem,
      'c.txt': 'plain words, 2023-signing-key, and nothing else',
    })
    assert.deepEqual([said, files], [[], 3])
  })

  it('passes over the sources of the keys and records, and not over a copy', async () => {
    const set = jwks(...known)
    const files = { 'keys/set.json': set, 'keys/pin.ts': good.pem, 'copy/set.json': set }
    const record = { 'record/observations': set, 'record/checkpoint': 'x', 'record/bodies/a': set }
    // Folders of these names are no record.
    const model = { 'model/observations/a.json': '{}', 'model/checkpoint/set.json': set }
    const { said } = await searched({ ...files, ...record, ...model }, ['keys'])
    const places = said.map((each) => each.split(':')[0])
    const found = ['copy/set.json', 'keys/pin.ts', 'model/checkpoint/set.json']
    assert.deepEqual([...new Set(places)], found)
  })

  it('say what was skipped, and which kids were not looked for', async () => {
    const found = await searched({
      'a.gz': gzipSync('x').subarray(0, -9),
      'a.xz': Buffer.from('fd377a585a00', 'hex'),
      'bomb.gz': gzipSync(Buffer.alloc((256 << 20) + 1)),
      'b.txt': 'y',
      '.git/config': 'z',
    })
    assert.deepEqual([...found.skipped], [['compressed', 3]])
    assert.equal(found.files, 1)
    assert.deepEqual(found.kidsLeftOut, ['plain', 'k', 'k', 'k', 'k'])
  })
})
