import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { ML_DSA, mlDsaFromSeed } from '@mintmark/keys/arithmetic/ml_dsa'
import { ML_KEM, mlKemFromSeed } from '@mintmark/keys/arithmetic/ml_kem'
import { isSlhDsaKey, SLH_DSA } from '@mintmark/keys/arithmetic/slh_dsa'
import { TAG } from '@mintmark/keys/der/der'
import { der, derInteger, derOid, derSequence } from '@mintmark/keys/der/der_write'
import { PQ_SCHEMES, type PqScheme } from '@mintmark/keys/der_keys/post_quantum'
import { noise } from '@mintmark/testkit/noise'
import { scanInput } from '../../../src/scan_bytes.ts'
import { hitsIn, idsOf, planted, spkiSha256, verifiedIn } from './binary_hits.ts'

/**
 * Test keys: the seed is 0, 7, 14 … modulo 256. What OpenSSL 3.5.9 makes of it: SHA-256 of the SubjectPublicKeyInfo and of
 * the expanded key.
 */
const KNOWN = [
  {
    name: 'ML-KEM-512',
    spki: 'd1b55dd046aa9ad55b1d41f29829749888dd749acee060e863925dc386ddad5b',
    expanded: '22ec0b30f20f840b242e7dbc3db7a5de054351bbcd4719e58bdf2f7c85bd1119',
  },
  {
    name: 'ML-KEM-768',
    spki: 'b757e0e5d4a099d754d4454d24b5166311b8cee052558ec4160d93137115e31f',
    expanded: 'b6dcc61106523e05efcb8a8f4a0acaf36a15f23ba704a15e80d37edf25ddd5e3',
  },
  {
    name: 'ML-KEM-1024',
    spki: 'c4234cf374a86fd09983e8feb81564971dbed18ffc8b0ff5b51a5e726c5c7087',
    expanded: 'f1e33d8c2b63f4c917da18ea9b575d29414434ed2b9318aa8573ccf007e57b8d',
  },
  {
    name: 'ML-DSA-44',
    spki: '7e0f30abf3203c6dfbe24e928877fc0c5cfd561f8dca62db638dadc504c7517b',
    expanded: 'b4a6ea809e63f6643a679b21bc7b088fc0c391ccaed2392cdcb6589d274b8eae',
  },
  {
    name: 'ML-DSA-65',
    spki: '87e1ea08f5ffc74c8f7a36de2fdd716e80cf69ebdd2841cf6b05b96f35a8c3ec',
    expanded: 'b9f3790714c50de885f65368cfc22b3431d6f3e6041789bdefbe3af2d9a0cf55',
  },
  {
    name: 'ML-DSA-87',
    spki: 'e5de60b44c4093e5347d5b18a10ad93f5fa099445fc3e89a727bd7f4378d693e',
    expanded: '246ab8cd260701f79fac234cdd17131971db936041619c5722e3cfef5436c83c',
  },
]

function schemeOf(name: string): PqScheme {
  return PQ_SCHEMES.find((scheme) => scheme.name === name) ?? assert.fail()
}

function seedOf({ seedLength }: PqScheme): Buffer {
  return Buffer.from(Array.from({ length: seedLength }, (_, i) => (i * 7) & 0xff))
}

function expandedOf(name: string): Buffer {
  const seed = seedOf(schemeOf(name))
  const kem = ML_KEM.find((parameters) => parameters.name === name)
  if (kem !== undefined) return mlKemFromSeed(kem, seed).secret
  const dsa = ML_DSA.find((parameters) => parameters.name === name)
  return mlDsaFromSeed(dsa ?? assert.fail(), seed).secret
}

function pkcs8({ oid }: PqScheme, inner: Uint8Array): Buffer {
  return derSequence(derInteger(0n), derSequence(derOid(oid)), der(TAG.octets, inner))
}

function octets(bytes: Uint8Array): Buffer {
  return der(TAG.octets, bytes)
}

/** Every spelling of a private key. */
function spellings(name: string): [string, Buffer][] {
  const scheme = schemeOf(name)
  const seed = seedOf(scheme)
  const expanded = expandedOf(name)
  return [
    ['a seed', pkcs8(scheme, der(0x80, seed))],
    ['an expanded key', pkcs8(scheme, octets(expanded))],
    ['both', pkcs8(scheme, derSequence(octets(seed), octets(expanded)))],
    ['a bare seed', pkcs8(scheme, seed)],
    ['a bare expanded key', pkcs8(scheme, expanded)],
    ['with the public key behind it', pkcs8(scheme, octets(Buffer.concat([expanded, noise(64)])))],
  ]
}

describe('seeds expand as OpenSSL expands them', () => {
  for (const { name, expanded } of KNOWN) {
    it(name, () => assert.equal(spkiSha256(expandedOf(name)), expanded))
  }
})

describe('post-quantum keys in PKCS#8 are verified', () => {
  for (const { name, spki } of KNOWN) {
    for (const [spelling, bytes] of spellings(name)) {
      it(`${name} as ${spelling}`, () => {
        const hits = hitsIn(planted(bytes, 1001))
        assert.deepEqual(idsOf(hits), [spki])
        assert.deepEqual([hits[0]?.certainty, hits[0]?.offset], ['verified', 1001])
        assert.equal(hits[0]?.length, bytes.length)
      })
    }
    it(`${name} without its first 16 bytes`, () => {
      const [, [, both] = assert.fail()] = spellings(name)
      assert.deepEqual(idsOf(hitsIn(planted(both.subarray(16), 1001))), [spki])
    })
  }
})

describe('a post-quantum key with a damaged byte', () => {
  for (const { name } of KNOWN) {
    it(`${name}: is no finding`, () => {
      const [, [, bytes] = assert.fail()] = spellings(name)
      // The first and the last 64 bytes hold values that nothing proves (K of ML-DSA, z of ML-KEM). Whoever has s₁ and s₂ of
      // ML-DSA can make its t₀, which is the rest.
      const end = name.startsWith('ML-DSA') ? 860 : bytes.length - 64
      for (let at = 200; at < end; at += 331) {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ 0x04
        assert.deepEqual(verifiedIn(planted(damaged, 64)), [], `byte ${at}`)
      }
    })
  }
})

describe('CNG blobs of post-quantum keys', () => {
  const cases = [
    { name: 'ML-KEM-768', magic: 'MLKR', isSeed: false },
    { name: 'ML-KEM-768', magic: 'MLKS', isSeed: true },
    { name: 'ML-DSA-65', magic: 'DSSK', isSeed: false },
    { name: 'ML-DSA-65', magic: 'DSSS', isSeed: true },
  ]
  for (const { name, magic, isSeed } of cases) {
    it(magic, () => {
      const scheme = schemeOf(name)
      const key = isSeed ? seedOf(scheme) : expandedOf(name)
      const set = Buffer.from(`${scheme.set}\0`, 'utf16le')
      const header = Buffer.alloc(12)
      header.write(magic, 'latin1')
      header.writeUInt32LE(set.length, 4)
      header.writeUInt32LE(key.length, 8)
      const hits = hitsIn(planted(Buffer.concat([header, set, key]), 513))
      assert.deepEqual(idsOf(hits), [KNOWN.find((known) => known.name === name)?.spki])
      assert.equal(hits[0]?.certainty, 'verified')
    })
  }
})

/** Test keys: seeds 1, 8, 15 … modulo 256; the roots are OpenSSL 3.5.9's (`-pkeyopt hexseed`). */
const ROOTS = [
  ['SLH-DSA-SHA2-128f', '514ccb9f5567d3152cd5900bd96f58db'],
  ['SLH-DSA-SHA2-192f', '0d187b82fb498df13bbb73cd298109aab738248ea3a8c15a'],
  ['SLH-DSA-SHA2-256f', '8e3313dfc23c124ef9ff51402c678426eab18a69f8a587d58549112fc2927820'],
  ['SLH-DSA-SHAKE-128f', '774e52add994c5483cafe081caee6fa9'],
  ['SLH-DSA-SHAKE-192f', '222f4536def161ceeb170ffb967138bb4f18461842d39a4f'],
] as const

describe('the root of an SLH-DSA key follows from its seeds', () => {
  for (const [name, root] of ROOTS) {
    it(name, () => {
      const parameters = SLH_DSA.find((each) => each.name === name) ?? assert.fail()
      const { n } = parameters
      const seeds = Buffer.from(Array.from({ length: 3 * n }, (_, i) => (i * 7 + 1) & 0xff))
      const secret = Buffer.concat([seeds, Buffer.from(root, 'hex')])
      assert.ok(isSlhDsaKey(parameters, secret))
      secret[0] = 0
      assert.ok(!isSlhDsaKey(parameters, secret))
    })
  }

  it('in PKCS#8 it is a finding', () => {
    const scheme = schemeOf('SLH-DSA-SHA2-128f')
    const seeds = Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 7 + 1) & 0xff))
    const secret = Buffer.concat([seeds, Buffer.from(ROOTS[0][1], 'hex')])
    const [hit] = hitsIn(planted(pkcs8(scheme, secret), 77))
    assert.deepEqual([hit?.kind, hit?.certainty, hit?.offset], ['slh-dsa', 'verified', 77])
  })

  it('takes a second where its tree is high, and hides no key behind it', async () => {
    const scheme = schemeOf('SLH-DSA-SHA2-128s')
    const seeds = Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 7 + 1) & 0xff))
    const secret = Buffer.concat([seeds, Buffer.from('e77f42074f52d73e9d52a75748c718b4', 'hex')])
    const { privateKey } = generateKeyPairSync('x25519')
    const behind = privateKey.export({ format: 'der', type: 'pkcs8' })
    const folder = mkdtempSync(join(tmpdir(), 'mintmark-pq-'))
    after(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'keys')
    writeFileSync(path, Buffer.concat([pkcs8(scheme, secret), Buffer.alloc(99), behind]))
    const { findings, limits } = await scanInput({ kind: 'file', path }, 'keys')
    assert.deepEqual(
      findings.map(({ kind, certainty }) => [kind, certainty]),
      [
        ['slh-dsa', 'verified'],
        ['x25519', 'verified'],
      ],
    )
    assert.deepEqual(limits, [])
  })
})
