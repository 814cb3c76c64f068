import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys'
import type { Finding, ScanReport } from '@mintmark/scan'
import { readAgain } from '@mintmark/testkit'
import { scanOf } from '../../src/evidence/dump_findings.ts'
import { reportOf } from '../scan_reports.ts'

const DUMP = { sha256: 'ab'.repeat(32), files: ['a.core'] }
const id = (at: number): string => at.toString(16).padStart(64, '0')

const finding = (spkiSha256: string | undefined, more: Partial<Finding> = {}): Finding => ({
  file: 'a.core',
  offset: 4096,
  address: '0x1000',
  length: 10,
  kind: 'rsa',
  encoding: 'pem',
  bits: 2048,
  certainty: 'verified',
  verification: 'n = p·q',
  note: undefined,
  keyId: { spkiSha256, jwkThumbprint: 'thumb', kid: undefined, subject: undefined },
  owner: { kind: 'stack', name: '7' },
  copies: 1,
  ...more,
})
const report = (findings: readonly Finding[], more: Partial<ScanReport> = {}): ScanReport =>
  reportOf(findings, {
    file: 'a.core',
    unverified: [finding(id(9), { certainty: 'unverified' })],
    ...more,
  })
const limit = (code: ScanReport['limits'][number]['code']) => ({
  code,
  message: `limit ${code}`,
  facts: {},
})

const noteOf = (...notes: readonly Finding['note'][]) =>
  scanOf(DUMP, 'g', report(notes.map((each) => finding(id(1), { note: each }))), []).keys[0]?.note

describe('what a case keeps of a scan', () => {
  it('is each verified key once, with its encodings, their locations, and where the first is', () => {
    const found = [
      finding(id(1)),
      finding(id(2), { encoding: 'pkcs8', owner: undefined, address: undefined }),
      finding(id(1), { encoding: 'limbs-le64', offset: 9 }),
      finding(id(1), { offset: 8192 }),
      finding(undefined, { kind: 'aes', encoding: 'aes-schedule-enc', keyId: undefined }),
      finding(undefined, {
        kind: 'aes',
        encoding: 'hex',
        keyId: undefined,
        offset: 9000,
        sameKeyAt: 4096,
      }),
    ]
    const { keys, otherKeys, given, sha256 } = scanOf(DUMP, 'g', report(found), [])
    assert.deepEqual([otherKeys, given, sha256], [1, 'g', DUMP.sha256])
    assert.deepEqual(
      keys.map((key) => [
        key.spkiSha256,
        key.encodings.map(({ encoding, locations, offset }) => [encoding, locations, offset]),
      ]),
      [
        [
          id(1),
          [
            ['pem', 2, 4096],
            ['limbs-le64', 1, 9],
          ],
        ],
        [id(2), [['pkcs8', 1, 4096]]],
      ],
    )
    const [first] = keys[0]?.encodings ?? []
    const [bare] = keys[1]?.encodings ?? []
    assert.deepEqual([first?.owner, first?.address], ['stack 7', '0x1000'])
    assert.deepEqual([bare?.owner, bare?.address], [null, null])
  })

  it('names a key by the given public key, and not by one in the dump', () => {
    const jwk = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).publicKey.export({
      format: 'jwk',
    })
    const given = parsePublicKeys(
      Buffer.from(JSON.stringify({ keys: [{ ...jwk, kid: 'given' }] })),
      '',
    ).keys
    const spki = given[0]?.keyId.spkiSha256
    const lay = { spkiSha256: spki, jwkThumbprint: 't', kid: 'lay there', subject: 'CN=lay' }
    const [key] = scanOf(DUMP, 'g', report([finding(spki, { keyId: lay })]), given).keys
    assert.deepEqual([key?.kid, key?.subject, key?.notAfter], ['given', 'CN=lay', null])
  })

  it('calls a key published only where every location does', () => {
    assert.equal(noteOf('self-test', 'self-test'), 'self-test')
    assert.equal(noteOf('self-test', undefined), '')
    assert.equal(noteOf(undefined, 'fragment'), '')
  })
})

describe('a scan that is kept', () => {
  it('is bounded, and says what was left', () => {
    const found = Array.from({ length: 1003 }, (_, at) => finding(id(at)))
    const { keys, limits } = scanOf(DUMP, 'g', report(found, { limits: [limit('search-cut')] }), [])
    assert.deepEqual(
      [keys.length, limits],
      [1000, ['limit search-cut', '3 more keys than are stored']],
    )
  })

  for (const [code, mark] of [
    ['search-cut', 'g'],
    ['many-hits', 'g'],
    ['unreadable', ''],
    ['thread-failed', ''],
  ] as const)
    it(`after ${code} is ${mark === '' ? 'searched again the next time' : 'kept for good'}`, () => {
      assert.equal(scanOf(DUMP, 'g', report([], { limits: [limit(code)] }), []).given, mark)
    })
})
