import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { BINARY_ANCHORS } from '../../../src/detectors/binary/binary_anchors.ts'
import { TEXT_ANCHORS } from '../../../src/detectors/text/text_anchors.ts'
import { scanFile } from '../../../src/scan_file.ts'
import { hitsIn } from './text_hits.ts'

const DATA = fileURLToPath(new URL('../../../../../../shared/data', import.meta.url))
const KEYFINDER = join(DATA, 'keyfinder/tests/data')
const ALL = [...TEXT_ANCHORS, ...BINARY_ANCHORS]

const skip = existsSync(KEYFINDER) ? false : 'the test material of keyfinder is not there'

function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : []
}

function verifiedIds(bytes: Uint8Array): ReadonlySet<string | undefined> {
  const verified = hitsIn(bytes, ALL).filter(({ certainty }) => certainty === 'verified')
  return new Set(
    verified.flatMap(({ material }) => (material && keyIdOf(material).spkiSha256) ?? []),
  )
}

/** The keys that a file says are in it. */
function wantedIds(file: string): ReadonlySet<string | undefined> {
  const text = readFileSync(file, 'latin1')
  return new Set(Array.from(text.matchAll(/spkisha256:([\da-f]{64})/g), (match) => match[1]))
}

describe('keyfinder valid', { skip }, () => {
  const files = filesIn(join(KEYFINDER, 'valid'))
  for (const name of files.filter((each) => !each.endsWith('.pdf'))) {
    const file = join(KEYFINDER, 'valid', name)
    it(`${name} gives exactly the keys that are in it`, async () => {
      const { findings, unverified, limits } = await scanFile(file)
      // A key of DNSSEC on a curve has no public half beside it: it is well-formed.
      const wellFormed = unverified.filter(({ isWellFormed }) => isWellFormed === true)
      const all = [...findings, ...wellFormed]
      assert.deepEqual(new Set(all.map(({ keyId }) => keyId?.spkiSha256)), wantedIds(file))
      assert.equal(findings.length > 0, name !== 'dnssec-ec.private')
      assert.deepEqual(limits, [])
    })

    it(`${name}: the anchors alone find them`, () => {
      assert.deepEqual(verifiedIds(readFileSync(file)), wantedIds(file))
    })
  }

  for (const name of files.filter((each) => each.endsWith('.pdf')))
    it(`${name} is not opened, which is a gap of the search`, async () => {
      const { findings, limits } = await scanFile(join(KEYFINDER, 'valid', name))
      assert.deepEqual(findings, [])
      assert.deepEqual(
        limits.map(({ code }) => code),
        ['packed-unsearched'],
      )
    })
})

describe('keyfinder invalid', { skip }, () => {
  for (const name of filesIn(join(KEYFINDER, 'invalid'))) {
    it(`${name} has no finding`, async () => {
      const file = join(KEYFINDER, 'invalid', name)
      assert.deepEqual((await scanFile(file)).findings, [])
      const hits = hitsIn(readFileSync(file), ALL)
      assert.deepEqual(
        hits.filter(({ certainty }) => certainty === 'verified'),
        [],
      )
    })
  }
})

describe('JWK of the JOSE cookbook', { skip }, () => {
  const folder = join(DATA, 'jose-cookbook/jwk')
  const wanted: Readonly<Record<string, string | undefined>> = {
    '3_1.ec_public_key.json': undefined,
    '3_2.ec_private_key.json': 'verified ec 521',
    '3_3.rsa_public_key.json': undefined,
    '3_4.rsa_private_key.json': 'verified rsa 2048',
    '3_5.symmetric_key_mac_computation.json': 'unverified hmac 256',
    '3_6.symmetric_key_encryption.json': 'unverified aes 256',
  }
  for (const [file, expected] of Object.entries(wanted)) {
    it(`${file} gives ${expected ?? 'nothing'}`, () => {
      const [hit, ...others] = hitsIn(readFileSync(join(folder, file)))
      assert.deepEqual(others, [])
      assert.equal(hit && `${hit.certainty} ${hit.kind} ${hit.bits}`, expected)
    })
  }
})
