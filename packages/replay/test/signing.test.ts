import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPublicKey, sign, verify, X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { crashWith } from '../src/signing/crash.ts'
import { type SigningKeys, signingKeys } from '../src/signing/signing_keys.ts'
import { publishedKeys } from './truth_reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-signing-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const keys: SigningKeys = signingKeys(7)
const certificates = publishedKeys(keys.jwks).map(
  ({ x5c }) => new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64')),
)
const { published, privateKey } = keys.leaked

/** Output of a program; skips where it is missing, which no test may be under `CI=true`. */
function output(t: TestContext, program: string, args: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (error === undefined) return stdout + stderr
  if (process.env['CI'] === 'true') throw error
  t.skip(`${program} is not installed`)
  return undefined
}

describe('keys of a seed', () => {
  it('are the same for one seed, and others for another', () => {
    assert.deepEqual(signingKeys(7).jwks, keys.jwks)
    assert.notEqual(signingKeys(8).leaked.published.kid, published.kid)
  })

  it('are RSA-2048, all different, and without a private half in the list', () => {
    assert.deepEqual(privateKey.asymmetricKeyDetails, {
      modulusLength: 2048,
      publicExponent: 65_537n,
    })
    const moduli = new Set(keys.jwks.keys.map(({ n }) => n))
    assert.equal(moduli.size, keys.jwks.keys.length)
    for (const jwk of keys.jwks.keys)
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.equal(secret in jwk, false)
  })

  it('sign what their published half verifies', () => {
    const signature = sign('sha256', Buffer.from('token'), privateKey)
    const publicKey = certificates[0]?.publicKey ?? createPublicKey(privateKey)
    assert.equal(verify('sha256', Buffer.from('token'), publicKey, signature), true)
  })

  it('have certificates that name and sign themselves', () => {
    for (const certificate of certificates) {
      assert.equal(certificate.verify(certificate.publicKey), true)
      assert.equal(certificate.checkIssued(certificate), true)
    }
    assert.equal(certificates[0]?.subject, published.subject)
    assert.equal(certificates[0].validFrom, 'Apr  5 14:43:35 2016 GMT')
    assert.equal(certificates[0].validTo, 'Apr  4 14:43:35 2021 GMT')
  })

  it('have certificates that OpenSSL verifies at a time at which they were valid', (t) => {
    const file = join(folder, 'leaked.pem')
    writeFileSync(file, certificates[0]?.toString() ?? '')
    const at = String(Date.UTC(2018, 0, 1) / 1000)
    const args = ['verify', '-attime', at, '-partial_chain', '-check_ss_sig', '-CAfile', file, file]
    const said = output(t, 'openssl', args)
    if (said !== undefined) assert.match(said, /: OK\n$/)
  })
})

/** What a crash is asked for on this machine; elsewhere than on Linux there is none. */
const noCore = process.platform === 'linux' ? false : 'cores are taken on Linux'

describe('the core of the crashed service', { skip: noCore }, () => {
  const path = join(folder, 'dumps', 'service.core')
  const marker = `marker-${'x'.repeat(20)}`

  before(async () => {
    process.env['MINTMARK_TEST_SECRET'] = marker
    try {
      assert.equal(await crashWith(privateKey, published.kid, path), undefined)
    } finally {
      delete process.env['MINTMARK_TEST_SECRET']
    }
  })

  it('holds the key, and nothing of the environment that it was made in', () => {
    const bytes = readFileSync(path)
    const prime = Buffer.from(String(privateKey.export({ format: 'jwk' }).p), 'base64url')
    assert.ok(bytes.includes(Buffer.from(prime.toReversed())))
    assert.equal(bytes.includes(marker), false)
  })

  it('is its owner’s alone, and some megabytes on disk', () => {
    const { mode, blocks } = statSync(path)
    assert.equal(mode & 0o777, 0o600)
    assert.ok(blocks * 512 < 64 << 20, String(blocks))
  })

  it('is opened by gdb, which shows where each thread was', (t) => {
    const said = output(t, 'gdb', [
      '-nx',
      '-batch',
      '-ex',
      'thread apply all bt',
      process.execPath,
      path,
    ])
    if (said === undefined) return
    assert.match(said, /terminated with signal SIGABRT/)
    assert.match(said, /^#1 +0x[0-9a-f]+ in uv_kill/m)
    assert.ok([...said.matchAll(/^Thread \d+/gm)].length > 1)
  })

  it('is not written over what is there', async () => {
    const there = statSync(path)
    assert.match((await crashWith(privateKey, published.kid, path)) ?? '', /EEXIST/)
    assert.equal(statSync(path).ino, there.ino)
  })

  it('is reported as an error where it cannot be written', async () => {
    const below = join(path, 'a-file-is-no-folder')
    assert.match((await crashWith(privateKey, published.kid, below)) ?? '', /EEXIST|ENOTDIR/)
  })
})

describe('where no core can be taken', () => {
  const elsewhere = [
    { platform: 'darwin', architecture: 'arm64', says: /taken on Linux, this is darwin/ },
    { platform: 'linux', architecture: 's390x', says: /s390x|taken on Linux/ },
  ] as const
  for (const { says, ...machine } of elsewhere)
    it(`says why: ${machine.platform} on ${machine.architecture}`, { skip: noCore }, async () => {
      const path = join(folder, `${machine.architecture}.core`)
      assert.match((await crashWith(privateKey, published.kid, path, machine)) ?? '', says)
      assert.equal(existsSync(path), false)
    })
})
