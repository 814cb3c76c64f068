import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { ED25519, P256, planted, RSA, type TestKey } from '@mintmark/testkit/text_keys'
import { scanFile } from '../../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'public-half-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

function publicPem({ key }: TestKey): string {
  return String(createPublicKey(key).export({ format: 'pem', type: 'spki' }))
}

async function scanned(
  text: string,
  given?: TestKey,
): Promise<Awaited<ReturnType<typeof scanFile>>> {
  const file = path.join(folder, `${files++}`)
  writeFileSync(file, planted(Buffer.from(text), 4096))
  const publicKeys = given && parsePublicKeys(Buffer.from(publicPem(given)), 'given.pem').keys
  return await scanFile(file, { threads: 1, ...(publicKeys && { publicKeys }) })
}

function idsOf({ findings }: Awaited<ReturnType<typeof scanFile>>): readonly unknown[] {
  return [...new Set(findings.map(({ keyId }) => keyId?.spkiSha256))]
}

describe('a key without its public half', () => {
  it('is a finding where that is elsewhere', async () => {
    const { kty, crv, d } = P256.key.export({ format: 'jwk' })
    const text = JSON.stringify({ kty, crv, d })
    const alone = await scanned(text)
    assert.deepEqual([alone.findings.length, alone.unverified.length], [0, 1])
    const report = await scanned(`${text}${'\0'.repeat(500)}${publicPem(P256)}`)
    assert.deepEqual(idsOf(report), [P256.spkiSha256])
    assert.deepEqual(report.unverified, [])
    assert.equal(report.findings[0]?.verification, 'd·G = Q, which is known')
  })
})

describe('a JWK whose first 16 letters a freed buffer has lost', () => {
  for (const key of [RSA, P256, ED25519]) {
    it(key.name, async () => {
      const { kty, ...members } = key.key.export({ format: 'jwk' })
      for (const text of [
        JSON.stringify(members),
        JSON.stringify({ kty, kid: 'a', ...members }).slice(16),
        JSON.stringify(JSON.stringify(members)),
      ]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const report = await scanned(text)
        assert.deepEqual(idsOf(report), [key.spkiSha256])
        assert.equal(report.findings[0]?.encoding, 'jwk')
      }
    })
  }
})
