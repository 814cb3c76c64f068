import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import {
  ED25519,
  isEc,
  isRsa,
  KEYS,
  P256,
  pemsOf,
  planted,
  type TestKey,
} from '@mintmark/testkit/text_keys'
import { scanFile } from '../../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'cut-heads-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

/** The armor of a key from the letter of its body with number `cut` on. */
function cutAt(pem: string, cut: number): string {
  const body = pem.indexOf('-----\n') + 6
  return pem.slice(body + cut)
}

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

/** Letters that may go while the equation can still be had: the scalar, or dP, dQ and qInv, are whole. */
function cutsOf({ name }: TestKey, pem: string): readonly number[] {
  if (name === 'rsa-2048') return [30, Math.floor(pem.length * 0.62)]
  if (name.startsWith('rsa')) return [30]
  if (!pem.includes('BEGIN EC')) return name.startsWith('secp') ? [19, 44] : [19, 47]
  return [3, 8]
}

describe('an armor whose head is gone is verified by itself', () => {
  for (const key of KEYS.filter((each) => isRsa(each) || isEc(each))) {
    for (const pem of pemsOf(key)) {
      it(`${key.name}, ${pem.slice(11, pem.indexOf('-----\n'))}`, async () => {
        for (const cut of cutsOf(key, pem)) {
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          const report = await scanned(cutAt(pem, cut))
          assert.deepEqual(idsOf(report), [key.spkiSha256], `${cut}`)
        }
      })
    }
  }

  it('and one that was overwritten in the middle', async () => {
    for (const key of KEYS.filter((each) => each === P256 || each.name === 'rsa-2048')) {
      for (const pem of pemsOf(key)) {
        for (const cut of cutsOf(key, pem)) {
          const begin = pem.indexOf('-----\n') + 6
          const present = pem.slice(0, begin + Math.max(0, cut - 16))
          // oxlint-disable-next-line no-await-in-loop -- one after the other
          const report = await scanned(`${present}${'\0'.repeat(16)}${cutAt(pem, cut)}`)
          assert.deepEqual(idsOf(report), [key.spkiSha256], `${key.name} ${cut}`)
        }
      }
    }
  })

  it('where line ends are escaped, and letters two bytes apart', async () => {
    const [pem = ''] = pemsOf(P256)
    for (const text of [cutAt(pem, 45).replaceAll('\n', '\\n'), spread(cutAt(pem, 45))]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      assert.deepEqual(idsOf(await scanned(text)), [P256.spkiSha256])
    }
  })

  it('not where a letter of the scalar is gone', async () => {
    const [pem = ''] = pemsOf(P256)
    const { findings, candidates } = await scanned(cutAt(pem, 52))
    assert.deepEqual([...findings, ...candidates], [])
  })
})

const spread = (text: string): string => Buffer.from(text, 'utf16le').toString('latin1')

describe('a secret whose curve is cut off', () => {
  const keys = KEYS.filter((key) => !isRsa(key) && !isEc(key))
  for (const key of keys) {
    const [pem = ''] = pemsOf(key)
    it(`${key.name} is a candidate alone, and verified by its public half`, async () => {
      const text = cutAt(pem, 20)
      const alone = await scanned(text)
      assert.deepEqual(alone.findings, [])
      assert.deepEqual(
        alone.candidates.map(({ form, note }) => `${form} ${note}`),
        ['base64 fragment'],
      )
      for (const report of [
        await scanned(text, key),
        await scanned(`${text}${'\0'.repeat(500)}${publicPem(key)}`),
      ]) {
        assert.deepEqual(idsOf(report), [key.spkiSha256])
        assert.deepEqual(report.candidates, [])
        assert.equal(report.findings[0]?.form, 'base64')
      }
    })

    it(`${key.name} is verified by itself where its name is there`, async () => {
      assert.deepEqual(idsOf(await scanned(cutAt(pem, 8))), [key.spkiSha256])
    })
  }

  it('is not made a finding by the public half of another', async () => {
    const [pem = ''] = pemsOf(ED25519)
    const other = keys.find(({ name }) => name === 'x25519')
    assert.ok(other)
    const report = await scanned(cutAt(pem, 20), other)
    assert.deepEqual(report.findings, [])
    assert.equal(report.candidates.length, 1)
  })
})

describe('a key without its public half', () => {
  it('is a finding where that is elsewhere', async () => {
    const { kty, crv, d } = P256.key.export({ format: 'jwk' })
    const text = JSON.stringify({ kty, crv, d })
    const alone = await scanned(text)
    assert.deepEqual([alone.findings.length, alone.candidates.length], [0, 1])
    const report = await scanned(`${text}${'\0'.repeat(500)}${publicPem(P256)}`)
    assert.deepEqual(idsOf(report), [P256.spkiSha256])
    assert.deepEqual(report.candidates, [])
    assert.equal(report.findings[0]?.proof, 'd·G = Q, which is known')
  })
})
