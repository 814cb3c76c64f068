import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { planted, spkiHash } from '@mintmark/testkit/text_keys'
import { hitsIn, SPELLINGS } from './text_hits.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-tools-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function lacks(program: string, version: string): string | false {
  return spawnSync(program, [version]).error === undefined ? false : `${program} is not installed`
}

describe('keys of OpenSSH', { skip: lacks('ssh-keygen', '-?') }, () => {
  for (const [type, ...more] of [['rsa', '-b', '2048'], ['ecdsa', '-b', '384'], ['ed25519']]) {
    for (const passphrase of ['', 'test passphrase']) {
      it(`${type} ${passphrase === '' ? 'in the clear is verified' : 'with a passphrase is protected'}`, () => {
        const path = join(folder, `${type}-${passphrase.length}`)
        execFileSync('ssh-keygen', ['-q', '-t', `${type}`, ...more, '-N', passphrase, '-f', path])
        const text = readFileSync(path, 'latin1')
        for (const [encoding, spelled] of [
          ['pem', text],
          ['base64', text.replaceAll(/-----.*-----|\n/g, '')],
          ['base64-of-pem', Buffer.from(text).toString('base64')],
        ] as const) {
          for (const spell of Object.values(SPELLINGS)) {
            const [hit, ...others] = hitsIn(planted(spell(spelled), 11))
            assert.deepEqual(others, [])
            assert.ok(hit)
            assert.equal(hit.encoding, encoding)
            assert.equal(hit.certainty, passphrase === '' ? 'verified' : 'protected')
            if (passphrase !== '') assert.equal(hit.kind, 'encrypted-key')
          }
        }
        // ssh-keygen does not write Ed25519 as PKCS#8.
        if (passphrase !== '' || type === 'ed25519') return
        const pem = execFileSync('ssh-keygen', ['-e', '-m', 'PKCS8', '-f', `${path}.pub`])
        const [hit] = hitsIn(Buffer.from(text))
        assert.ok(hit?.material)
        assert.equal(keyIdOf(hit.material).spkiSha256, spkiHash(createPublicKey(pem)))
      })
    }
  }
})

describe('keys of GnuPG', { skip: lacks('gpg', '--version') }, () => {
  const home = join(folder, 'gnupg')
  const gpg = (...args: readonly string[]): Buffer =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  after(() => spawnSync('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']))

  for (const [passphrase, certainty] of [
    ['', 'verified'],
    ['test passphrase', 'protected'],
  ] as const) {
    it(`armor is ${certainty} ${passphrase === '' ? 'in the clear' : 'with a passphrase'}`, () => {
      execFileSync('mkdir', ['-p', '-m', '700', home])
      const name = `test-${certainty}@example.org`
      gpg('--passphrase', passphrase, '--quick-gen-key', name, 'rsa2048', 'sign', 'never')
      const text = gpg(
        '--passphrase',
        passphrase,
        '--armor',
        '--export-secret-keys',
        name,
      ).toString('latin1')
      for (const spell of Object.values(SPELLINGS)) {
        const [hit, ...others] = hitsIn(planted(spell(text), 3))
        assert.deepEqual(others, [])
        assert.ok(hit)
        assert.equal(`${hit.certainty} ${hit.encoding}`, `${certainty} openpgp-armour`)
      }
    })
  }
})
