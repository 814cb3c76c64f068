import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  randomBytes,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource } from '@mintmark/dump'
import { fromBigEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { contentOf } from '@mintmark/keys/der/der'
import { der, derInteger, derOid, derSequence } from '@mintmark/keys/der/der_write'
import { OID } from '@mintmark/keys/public_half/spki'
import { noise } from '@mintmark/testkit/noise'
import { withoutOpenssl } from '@mintmark/testkit/public_key_world'
import { planWindows } from '../../../src/anchors/scan_plan.ts'
import { scannerFor } from '../../../src/engine/scanner_task.ts'
import { searchWindow } from '../../../src/engine/window_result.ts'
import type { RawFinding } from '../../../src/findings/finding.ts'
import { decryptionSchedule, expandKey } from '../../../src/schedules/aes_words.ts'
import { spkiSha256 } from './binary_hits.ts'
import { elementsOf } from './der_world.ts'
import { BINARY_SPELLINGS, ED, idOf, P256, RSA } from './spelled_binary.ts'

const scanner = scannerFor({ kind: 'encodings', isDeep: false })

/** What the first pass reports of `bytes` in noise. */
function seenIn(bytes: Uint8Array, before = 640): readonly RawFinding[] {
  const dump = Buffer.concat([noise(before, 'before'), bytes, noise(400, 'behind')])
  const [window] = planWindows([{ offset: 0, length: dump.length, isAligned: true }])
  assert.ok(window)
  const ample = { ...window, moreCost: 1e6 }
  const { rawFindings, limits } = searchWindow(
    scanner,
    bytesSource(dump),
    ample,
    new Uint8Array(32),
  )
  assert.deepEqual(limits, [])
  // Several anchors lead to one offset.
  const places = rawFindings.map((each) => [`${each.offset} ${each.encoding}`, each] as const)
  return [...new Map(places).values()]
}

/** The encodings of which something is verified, with its id. */
function verifiedIn(bytes: Uint8Array): readonly string[] {
  return seenIn(bytes)
    .filter(({ certainty }) => certainty === 'verified')
    .map(({ encoding, keyId }) => `${encoding} ${keyId?.spkiSha256}`)
}

const DSA = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })

/** p, q, g, y and x of the DSA key. */
function dsaNumbers(): Record<'p' | 'q' | 'g' | 'y' | 'x', bigint> {
  const pkcs8 = DSA.privateKey.export({ format: 'der', type: 'pkcs8' })
  const [, algorithm, octets] = elementsOf(pkcs8)
  assert.ok(algorithm && octets)
  const group = elementsOf(pkcs8.subarray(algorithm.at, algorithm.to))[1]
  assert.ok(group)
  const inner = pkcs8.subarray(algorithm.at, algorithm.to)
  const parameters = inner.subarray(group.at, group.to)
  const [p, q, g] = elementsOf(parameters).map((each) => fromBigEndian(contentOf(parameters, each)))
  const x = fromBigEndian(contentOf(pkcs8, octets).subarray(2))
  assert.ok(p && q && g)
  const spki = DSA.publicKey.export({ format: 'der', type: 'spki' })
  const bits = elementsOf(spki)[1]
  assert.ok(bits)
  const y = fromBigEndian(contentOf(spki, bits).subarray(5))
  return { p, q, g, y, x }
}

const dsaId = spkiSha256(DSA.publicKey.export({ format: 'der', type: 'spki' }))

describe('DSA and DH', () => {
  const { p, q, g, y, x } = dsaNumbers()

  it('the traditional form of DSA, which begins like RSA, is DSA', () => {
    const bytes = derSequence(...[0n, p, q, g, y, x].map(derInteger))
    const found = seenIn(bytes)
    assert.deepEqual(
      found.map(({ kind, encoding, certainty, keyId }) => [
        kind,
        encoding,
        certainty,
        keyId?.spkiSha256,
      ]),
      [['dsa', 'dsa-der', 'verified', dsaId]],
    )
  })

  it('DH of X9.42, whose key id is of its own algorithm', () => {
    const group = derSequence(...[p, g, q].map(derInteger))
    const algorithm = derSequence(derOid(OID.dhX942), group)
    const bytes = derSequence(derInteger(0n), algorithm, der(0x04, derInteger(x)))
    const key = createPublicKey(createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }))
    const id = spkiSha256(key.export({ format: 'der', type: 'spki' }))
    assert.deepEqual(verifiedIn(bytes), [`pkcs8-der ${id}`])
  })
})

it('RSA of three primes', () => {
  const primes = [0, 1, 2].map(() => generatePrimeSync(688, { bigint: true }))
  const [p = 0n, q = 0n, r = 0n] = primes
  const [n, e] = [p * q * r, 65_537n]
  const d = inverse(e, (p - 1n) * (q - 1n) * (r - 1n))
  if (d === undefined) return
  const others = derSequence(
    derSequence(...[r, d % (r - 1n), inverse(p * q, r) ?? 0n].map(derInteger)),
  )
  const numbers = [1n, n, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p) ?? 0n]
  const [found, ...more] = seenIn(derSequence(...numbers.map(derInteger), others))
  assert.deepEqual(more, [])
  assert.deepEqual([found?.kind, found?.certainty], ['rsa', 'verified'])
  assert.match(found?.verification ?? '', /3 primes/)
})

describe('AES schedules in both directions and word orders', () => {
  for (const length of [16, 24, 32]) {
    for (const [name, isDecryption, isForward] of [
      ['enc', false, false],
      ['dec', true, false],
      ['dec-forward', true, true],
    ] as const) {
      for (const isSwapped of [false, true]) {
        it(`${length * 8} bits, ${name}${isSwapped ? ', swapped' : ''}`, () => {
          const words = expandKey(randomBytes(length))
          const schedule = isDecryption ? decryptionSchedule(words, isForward) : words
          const bytes = Buffer.alloc(schedule.byteLength)
          for (const [i, word] of schedule.entries()) {
            if (isSwapped) bytes.writeUInt32BE(word, 4 * i)
            else bytes.writeUInt32LE(word, 4 * i)
          }
          const found = seenIn(bytes)
          assert.deepEqual(
            found.map(({ encoding, bits, certainty }) => [encoding, bits, certainty]),
            [[`aes-schedule-${name}${isSwapped ? '-swapped' : ''}`, length * 8, 'verified']],
          )
        })
      }
    }
  }
})

describe('base64 without armor', () => {
  const keys = [
    ['RSA', RSA, RSA.privateKey.export({ type: 'pkcs1', format: 'der' })],
    ['P-256', P256, P256.privateKey.export({ type: 'sec1', format: 'der' })],
    ['Ed25519', ED, ED.privateKey.export({ type: 'pkcs8', format: 'der' })],
  ] as const
  for (const [name, pair, bytes] of keys) {
    for (const phase of [0, 1, 2]) {
      for (const encoding of ['latin1', 'utf16le'] as const) {
        it(`${name}, ${phase} bytes into a group, in ${encoding}`, () => {
          const text = Buffer.concat([noise(phase, 'phase'), bytes]).toString('base64')
          const found = verifiedIn(Buffer.from(` ${text} `, encoding))
          assert.deepEqual([...new Set(found)], [`base64 ${idOf(pair)}`])
        })
      }
    }
  }
})

describe('files of openssl', { skip: withoutOpenssl }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-rows-'))
  after(() => rmSync(folder, { recursive: true }))
  const key = join(folder, 'key.pem')
  writeFileSync(key, RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const openssl = (...args: readonly string[]): Buffer => {
    const out = join(folder, 'out')
    execFileSync('openssl', [...args, '-out', out], { stdio: 'pipe' })
    return readFileSync(out)
  }

  it('PKCS#12 with its key bag in the clear gives the key, another is reported as a keystore', () => {
    const args = ['pkcs12', '-export', '-nocerts', '-inkey', key, '-passout', 'pass:x']
    const open = openssl(...args, '-keypbe', 'NONE', '-nomac')
    assert.deepEqual(verifiedIn(open), [`pkcs8-der ${idOf(RSA)}`])
    const closed = seenIn(openssl(...args)).map(
      ({ encoding, certainty }) => `${encoding} ${certainty}`,
    )
    assert.deepEqual(closed.toSorted(), ['pkcs12 protected', 'pkcs8-encrypted-der protected'])
  })

  for (const [name, options] of [
    ['PBES2', ['-v2', 'aes-256-cbc']],
    ['PBE-SHA1-3DES', ['-v1', 'PBE-SHA1-3DES']],
  ] as const) {
    it(`PKCS#8 with ${name} is reported as encrypted, in DER and in PEM`, () => {
      for (const format of ['DER', 'PEM']) {
        const args = ['pkcs8', '-topk8', '-in', key, '-outform', format, '-passout', 'pass:x']
        const [found, ...more] = seenIn(openssl(...args, ...options))
        assert.deepEqual(more, [])
        assert.deepEqual([found?.kind, found?.certainty], ['encrypted-key', 'protected'])
      }
    })
  }
})

it('every sample of binary encodings is found by the whole scan as by its detector', () => {
  for (const { name, bytes, pair, encoding } of BINARY_SPELLINGS) {
    assert.ok(verifiedIn(bytes).includes(`${encoding} ${idOf(pair)}`), name)
  }
})
