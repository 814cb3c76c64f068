/** A key whose form alone holds it is well-formed, an unverified key; verified once its public half is known. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { readAgain } from '@mintmark/testkit'
import { answerOf } from '../../src/answer.ts'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'well-formed-'))
after(() => rmSync(folder, { recursive: true }))

const ec = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const x25519 = readAgain(generateKeyPairSync('x25519'))

function secretOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
}

function clamped(key: KeyObject): Buffer {
  const secret = secretOf(key)
  secret[0] = (secret[0] ?? 0) & 0xf8
  secret[31] = ((secret[31] ?? 0) & 0x7f) | 0x40
  return secret
}

/** SEC1 with the name of its curve, and without its point. */
function bareSec1(key: KeyObject): Buffer {
  const head = Buffer.from('30310201010420', 'hex')
  const curve = Buffer.from('a00a06082a8648ce3d030107', 'hex')
  return Buffer.concat([head, secretOf(key), curve])
}

interface Form {
  readonly text: string
  readonly publicKey: KeyObject
}

const WIREGUARD: Form = {
  text: `[Interface]\nPrivateKey = ${clamped(x25519.privateKey).toString('base64')}\n`,
  publicKey: x25519.publicKey,
}
const SEC1: Form = {
  text: `-----BEGIN EC PRIVATE KEY-----\n${bareSec1(ec.privateKey).toString('base64')}\n-----END EC PRIVATE KEY-----\n`,
  publicKey: ec.publicKey,
}
const ENCODINGS: Readonly<Record<string, Form>> = {
  'a configuration of WireGuard': WIREGUARD,
  'a key of DNSSEC on a curve': {
    text: `Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: ${secretOf(ec.privateKey).toString('base64')}\n`,
    publicKey: ec.publicKey,
  },
  'SEC1 without its point': SEC1,
}

describe('a key that its encoding alone holds', () => {
  for (const [name, { text, publicKey }] of Object.entries(ENCODINGS)) {
    it(`${name}: an unverified key, until its public half is known`, async () => {
      const file = join(folder, 'key')
      writeFileSync(file, `something before\n${text}`)
      const bare = await scanFile(file)
      assert.deepEqual([bare.findings.length, bare.unverified.length], [0, 1])
      assert.equal(bare.unverified[0]?.isWellFormed, true)
      assert.equal(answerOf({ reports: [bare], unreadable: [] }).status, 'lead')
      const spki = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))
      const given = await scanFile(file, { publicKeys: parsePublicKeys(spki, 'given').keys })
      assert.equal(given.unverified.length, 0)
      assert.equal(given.findings[0]?.certainty, 'verified')
      assert.equal(given.findings[0].isWellFormed, undefined)
      assert.deepEqual(
        given.given.map(({ state }) => state),
        ['found'],
      )
    })
  }

  it('a copy of its value shows no more than it does', async () => {
    const file = join(folder, 'copy')
    const secret = clamped(x25519.privateKey)
    const gap = Buffer.alloc(64)
    writeFileSync(file, Buffer.concat([Buffer.from(WIREGUARD.text), gap, secret, gap]))
    const { findings, unverified } = await scanFile(file)
    assert.deepEqual(findings, [])
    assert.ok(unverified.length >= 2)
  })

  it('SEC1 with its point, which is verified, verifies one without', async () => {
    const file = join(folder, 'both')
    const whole = ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString()
    writeFileSync(file, `${SEC1.text}\n\n${whole}`)
    const { findings, unverified } = await scanFile(file)
    assert.deepEqual([findings.length, unverified.length], [2, 0])
  })
})
