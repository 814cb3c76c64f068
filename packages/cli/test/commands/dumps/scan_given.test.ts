/** Each public key that is given has a line in the answer: found, rebuilt, absent, or why it cannot be excluded. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { elfCore, type KeyPair, readAgain } from '@mintmark/testkit'
import { unwrapped as mintmark } from '../../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-given-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

const rsa = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const absent = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const ec = readAgain(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }))
const spkiOf = ({ publicKey }: KeyPair) =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()
const given = file('given.pem', spkiOf(rsa))
const other = file('other.pem', spkiOf(absent))
const curve = file('curve.pem', spkiOf(ec))
const noise = (length: number): Buffer => Buffer.alloc(length, '.,;:\0\x01')
const prime = Buffer.from(rsa.privateKey.export({ format: 'jwk' }).p ?? '', 'base64url')
const limbs = file('limbs', Buffer.concat([noise(4096), prime.toReversed(), noise(4096)]))

it('whether it is found, absent, or cannot be excluded, in text and in JSON', async () => {
  const args = ['scan', limbs, '--public-key', other, curve, given]
  const { code, out } = await mintmark(...args)
  assert.equal(code, 1)
  assert.match(
    out,
    /GIVEN PUBLIC KEYS.*\n {2}FOUND {2}rsa 2048 .*\n {2}CANNOT BE EXCLUDED {2}ec 256 .*: .* at every offset in every encoding\n {2}ABSENT from 1 file {2}rsa 2048 /,
  )
  const json = (await mintmark(...args, '--json')).out
  const states = [...json.matchAll(/"state": "([a-z-]+)"/g)].map(([, state]) => state)
  // Of all files together, and of the one file.
  const each = ['absent', 'not-excluded', 'found']
  assert.deepEqual(states, [...each, ...each])
})

it('none is absent where a file was not searched to its end', async () => {
  const whole = elfCore({ memory: [{ address: 0x1000n, bytes: noise(9000) }] }).bytes
  const cut = file('cut', whole.subarray(0, 6000))
  const { code, out } = await mintmark('scan', cut, '--public-key', given)
  assert.equal(code, 3)
  assert.match(out, /CANNOT BE EXCLUDED {2}rsa 2048 .*: not all was searched/)
  assert.match(
    out,
    /^CANNOT TELL: .*\n\nNOT SEARCHED\n.*cut: 1 of \d+ segments are cut: .*; make the dump again/,
  )
  const { out: json } = await mintmark('scan', cut, '--public-key', given, '--json')
  assert.match(json, /"absent": \[\]/)
})

it('none is absent where one of several files could not be read', async () => {
  const { code, out } = await mintmark('scan', limbs, join(folder, 'gone'), '--public-key', other)
  assert.equal(code, 3)
  assert.match(out, /CANNOT BE EXCLUDED {2}rsa 2048 .*: not all was searched/)
})

it('none is absent beside an encrypted key, which may be any', async () => {
  const pem = rsa.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'of a test',
  })
  const { code, out } = await mintmark('scan', file('encrypted', pem), '--public-key', given)
  assert.equal(code, 0)
  assert.match(out, /CANNOT BE EXCLUDED {2}rsa 2048 .*: an encrypted key or a key store may/)
})
