import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { scanFile } from '../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'scan-keys-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey, publicKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const spki = publicKey.export({ format: 'der', type: 'spki' })
const spkiSha256 = createHash('sha256').update(spki).digest('hex')
const jwk = privateKey.export({ format: 'jwk' })
/** A prime as OpenSSL keeps it: its lowest byte first. */
const limbs = Uint8Array.from(Buffer.from(jwk.p ?? '', 'base64url')).toReversed()
const AT = 40_000

function fileOf(name: string, parts: Readonly<Record<number, Uint8Array>>): string {
  const ends = Object.entries(parts).map(([at, part]) => Number(at) + part.length)
  const bytes = Buffer.alloc(Math.max(100_000, ...ends))
  for (const [at, part] of Object.entries(parts)) bytes.set(part, Number(at))
  const file = path.join(folder, name)
  writeFileSync(file, bytes)
  return file
}

const given = parsePublicKeys(
  Buffer.from(JSON.stringify({ keys: [{ kty: 'RSA', n: jwk.n, e: jwk.e, kid: 'signing-1' }] })),
  'jwks.json',
).keys

describe('a prime in limbs', () => {
  it('is found with its public key given, and named by it', async () => {
    const report = await scanFile(fileOf('given', { [AT]: limbs }), { publicKeys: given })
    const [finding, ...more] = report.findings
    assert.deepEqual(more, [])
    assert.equal(finding?.offset, AT)
    assert.equal(finding.encoding, 'limbs-le64')
    assert.equal(finding.keyId?.spkiSha256, spkiSha256)
    assert.equal(finding.keyId.kid, 'signing-1')
    assert.deepEqual(report.absent, [])
  })

  it('is found with the public key that is elsewhere in the dump', async () => {
    for (const threads of [1, 2]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const report = await scanFile(fileOf('harvested', { [AT]: limbs, 90000: spki }), { threads })
      assert.deepEqual(
        report.findings.map(({ offset, encoding, keyId }) => [offset, encoding, keyId?.spkiSha256]),
        [[AT, 'limbs-le64', spkiSha256]],
      )
    }
  })

  it('is not found without', async () => {
    const report = await scanFile(fileOf('alone', { [AT]: limbs }))
    assert.deepEqual(report.findings, [])
  })
})

it('a given key without a private copy is reported as absent, by name', async () => {
  const report = await scanFile(fileOf('public', { [AT]: spki }), { publicKeys: given })
  assert.deepEqual(report.findings, [])
  assert.deepEqual(
    report.absent.map((id) => [id.spkiSha256, id.kid]),
    [[spkiSha256, 'signing-1']],
  )
})

it('a key found whole is found in limbs too', async () => {
  const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const report = await scanFile(fileOf('whole', { 100: pem, [AT]: limbs }))
  assert.deepEqual(
    report.findings.map(({ offset, encoding }) => [offset, encoding]),
    [
      [100, 'pem'],
      [AT, 'limbs-le64'],
    ],
  )
})

describe('a search for scalars that was cut short', () => {
  const dear = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-384' }))
  const { x = '', d = '' } = dear.privateKey.export({ format: 'jwk' })
  const publicKeys = parsePublicKeys(
    dear.publicKey.export({ format: 'der', type: 'spki' }),
    'public.der',
  ).keys
  const plain = Buffer.from(x, 'base64url')
  /** Copies of the public half in what looks like secrets: more than there is time for. */
  const bytes = Buffer.from(noise(400_000, 'copies'))
  for (let at = 1024; at < 300_000; at += 8192) bytes.set(plain, at)

  it('is reported where the given key was not found', async () => {
    const { findings, limits } = await scanFile(fileOf('cut', { 0: bytes }), { publicKeys })
    assert.deepEqual(findings, [])
    assert.match(limits.map(({ message }) => message).join(), /the search for scalars was cut/)
  })

  it('is not where it was: its values are looked for everywhere', async () => {
    const pem = Buffer.from(dear.privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const secret = Buffer.from(d, 'base64url')
    const file = fileOf('found', { 0: bytes, 401000: pem, 410000: secret })
    const { findings, limits } = await scanFile(file, { publicKeys })
    assert.deepEqual(
      findings.map(({ offset, encoding }) => [offset, encoding]),
      [
        [401_000, 'pem'],
        [410_000, 'limbs-be'],
      ],
    )
    assert.deepEqual(limits, [])
  })
})
