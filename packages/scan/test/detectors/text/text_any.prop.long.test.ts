import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UNLIMITED, WorkBudget } from '@mintmark/keys/material/work_budget'
import { P256, pemsOf, RSA } from '@mintmark/testkit/text_keys'
import * as fc from 'fast-check'
import { REACH } from '../../../src/anchors/anchor.ts'
import { TEXT_ANCHORS } from '../../../src/detectors/text/text_anchors.ts'
import { hitsIn, SPELLINGS } from './text_hits.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

/** Pieces that the readers know, so that random texts go deep into them. */
const PIECES = [
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN RSA PRIVATE KEY-----\n',
  '-----END PRIVATE KEY-----',
  'Proc-Type: 4,ENCRYPTED\n',
  '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ',
  '-----BEGIN OpenVPN Static key V1-----\n',
  'MIIEowIBAAKCAQEA',
  'MIIEvgIBADANBgkqhkiG9w0BAQEFAASC',
  'MHcCAQEEI',
  'MC4CAQAwBQYDK2VwBCIEI',
  'IDAQABAoIBAQ',
  'MIIJqQIBAzCCCW8GCSqGSIb3DQEHA',
  'BgkqhkiG9w0BBQ0w',
  'b3BlbnNzaC1rZXktdjEA',
  'LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t',
  '0tLS0tQkVHSU4g',
  '{"kty":"RSA","n":"',
  '\\"kty\\":\\"EC\\",\\"d\\":\\"',
  "{'kty': 'oct', 'k': '",
  '","d":"AAAA"}',
  '<RSAKeyValue><Modulus>',
  '</Modulus><P>AAAA</P><Q>AAAA</Q></RSAKeyValue>',
  'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPublic-Lines: 1\n',
  'Private-Lines: 1\n',
  'Private-key-format: v1.2\nAlgorithm: 13 (X)\nPrivateKey: ',
  '(private-key (rsa (n #00',
  '#)(d #00',
  '(11:private-key(3:rsa(1:n3:abc',
  '(21:protected-private-key(3:rsa',
  'eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.',
  'refresh_token=',
  '0.AX0A.AgABA',
  '1//0',
  'ghr_',
  '\\n',
  '&nbsp;',
  '<br>',
  '%0A',
  '" +\n "',
  '&',
  '<',
  '\\',
  '=',
  '\0',
]

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  {
    weight: 2,
    arbitrary: fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b).toString('base64')),
  },
)
const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))

function assertSound(bytes: Uint8Array): void {
  for (const { offset, length } of hitsIn(bytes)) {
    assert.ok(offset >= 0 && length > 0 && offset + length <= bytes.length + 1)
  }
}

describe('a text detector, for any bytes', () => {
  it('never throws, and says nothing outside of them', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...Object.values(SPELLINGS)), (given, spell) => {
        const bytes = spell(given)
        const before = Buffer.from(bytes)
        assertSound(bytes)
        assert.deepEqual(Buffer.from(bytes), before)
      }),
      { numRuns: 2 * numRuns },
    )
  })

  it('never throws at an offset that is none of its own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(299), (bytes, at) => {
        for (const { detect } of TEXT_ANCHORS) {
          detect(bytes, Math.min(at, bytes.length - 1), { budget: UNLIMITED })
        }
      }),
      { numRuns },
    )
  })

  it('verifies no key with another letter in its scalar', () => {
    const [, pem = ''] = pemsOf(P256)
    const from = pem.indexOf('\n') + 12
    fc.assert(
      fc.property(fc.nat(37), fc.constantFrom('A', 'z', '0', '+'), (skip, letter) => {
        const at = from + skip
        if (pem[at] === letter || pem[at] === '\n') return
        const damaged = Buffer.from(`${pem.slice(0, at)}${letter}${pem.slice(at + 1)}`)
        const verified = hitsIn(damaged).filter(({ certainty }) => certainty === 'verified')
        assert.deepEqual(verified, [])
      }),
      { numRuns: Math.min(numRuns, 200) },
    )
  })
})

describe('the anchors', () => {
  it('have names of their own, patterns of 2 to 16 bytes, and look no farther than they may', () => {
    assert.equal(new Set(TEXT_ANCHORS.map(({ name }) => name)).size, TEXT_ANCHORS.length)
    for (const { pattern, before, behind } of TEXT_ANCHORS) {
      assert.ok(pattern.length >= 2 && pattern.length <= 16)
      assert.ok(before >= 0 && before <= REACH && behind > 0 && behind <= REACH)
    }
  })
})

describe('a window made to cost', () => {
  const bodies = pemsOf(RSA).map((pem) => pem.replaceAll(/-----.*-----|\n/g, ''))
  const fillings = [
    // Filled with that of Ed25519, a window contains a thousand keys: any 32 bytes are one. `work_budget.ts` bounds those.
    ...PIECES.filter((filling) => filling.length > 2 && !filling.startsWith('MC4CAQAw')),
    'kty',
    'eyJ',
    'IBAAK',
    'AgEAAoIBAQC',
    'BCIEI',
    '"kty":"RSA",',
    ...bodies.map((body) => body.slice(0, 40)),
    ...bodies.map((body) => body.slice(0, 400)),
  ]
  const SIZE = 1 << 16

  it('takes seconds of a processor for 64 KiB, not minutes, whatever fills it', () => {
    for (const filling of fillings) {
      for (const spell of Object.values(SPELLINGS)) {
        const bytes = spell(filling.repeat(Math.ceil(SIZE / filling.length))).subarray(0, SIZE)
        const start = process.cpuUsage()
        const budget = new WorkBudget()
        hitsIn(bytes, TEXT_ANCHORS, budget)
        const { user, system } = process.cpuUsage(start)
        const tookMs = (user + system) / 1000
        const name = JSON.stringify(filling.slice(0, 30))
        const countedMs = budget.end().cost / 1e6
        // The count is the same on every machine, and at most 640 ms.
        assert.ok(countedMs < 1000, `${name}: counted ${countedMs} ms`)
        // For what is not counted.
        assert.ok(tookMs < 20_000, `${name}: took ${tookMs} ms`)
      }
    }
  })
})
