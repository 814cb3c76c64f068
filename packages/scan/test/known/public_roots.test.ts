import assert from 'node:assert/strict'
import { createHash, generatePrimeSync, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { rootCertificates } from 'node:tls'
import { hasNoSmallFactor, hasTinyFactor } from '@mintmark/keys/arithmetic/modulus_like'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { isPublicRoot } from '@mintmark/keys/public_keys/public_roots'
import { certificateOf, RSA } from '@mintmark/testkit/public_key_world'
import { RsaSearch } from '../../src/known/rsa/rsa_search.ts'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import {
  areRandomDigits,
  DIGIT_ENCODINGS,
  digitBytes,
  digitCount,
} from '../../src/known/values/digit_encodings.ts'
import { OF_DISCOVERED_KEYS } from '../../src/known/values/search_limits.ts'
import { randomRanges } from '../../src/known/values/text_encodings.ts'
import { KnownKeys } from '../../src/report/known_keys.ts'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'public-roots-'))
after(() => rmSync(folder, { recursive: true }))

const roots = rootCertificates.map((pem) => new X509Certificate(pem))

const idOf = ({ publicKey }: X509Certificate): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

/** A modulus as limbs in an allocation of its own, as OpenSSL keeps it. */
function limbsOf({ publicKey }: X509Certificate): Buffer {
  const { n } = publicKey.export({ format: 'jwk' })
  const limbs = Buffer.from(n ?? '', 'base64url').toReversed()
  const size = Buffer.alloc(16)
  size.writeBigUInt64LE(BigInt(limbs.length + 17), 8)
  return Buffer.concat([size, limbs, Buffer.alloc(8)])
}

/** A signature in an allocation of its own. */
function signatureOf(length: number, seed: number): Buffer {
  const size = Buffer.alloc(16)
  size.writeBigUInt64LE(BigInt(length + 17), 8)
  const blocks = Array.from({ length: length / 32 }, (_, k) =>
    createHash('sha256').update(`${seed} ${k}`).digest(),
  )
  return Buffer.concat([size, ...blocks, Buffer.alloc(8)])
}

const WORDS = ['compiler', 'Operator', 'Machine', 'Global', 'Cache', 'Handle', 'Isolate', 'Object']

/** A name as compilers make them of namespaces, classes and arguments. */
function mangled(seed: number): string {
  const parts = [...createHash('sha256').update(`${seed}`).digest()].slice(0, 9)
  const names = parts.map((byte) => `${WORDS[byte & 7]}${WORDS[(byte >> 3) & 7]}`)
  return `_ZN2v88internal${names.map((name) => `${name.length}${name}`).join('')}E`
}

/** What a process that trusts public authorities holds: their certificates as text, as DER and taken apart. */
function trustingProcess(): Buffer {
  const names = Array.from({ length: 12_000 }, (_, seed) => `${mangled(seed)}\0`).join('')
  return Buffer.concat([
    Buffer.from(rootCertificates.join('\n')),
    ...roots.flatMap((root, seed) => [
      root.raw,
      Buffer.alloc(16),
      limbsOf(root),
      ...[512, 256, 128].map((length) => signatureOf(length, seed + 1000 * length)),
    ]),
    Buffer.from(names),
    certificateOf(RSA, '/CN=localhost'),
    Buffer.alloc(64),
  ])
}

describe('public roots', () => {
  it('are those that the runtime carries', () => {
    const others = roots.filter((root) => !isPublicRoot(idOf(root))).map(({ subject }) => subject)
    assert.deepEqual(others, [])
    assert.equal(isPublicRoot('0'.repeat(64)), false)
  })

  it('leave a process that trusts them searched to its end, and are counted', async () => {
    const path = join(folder, 'process')
    writeFileSync(path, trustingProcess())
    const report = await scanFile(path, { threads: 1 })
    assert.deepEqual(
      report.limits.filter(({ facts }) => String(facts['anchor']).endsWith(OF_DISCOVERED_KEYS)),
      [],
    )
    assert.equal(report.publicRoots, new Set(roots.map(idOf)).size)
    assert.deepEqual(report.findings, [])
  })
})

describe('a search for keys that are in a dump', () => {
  it('leaves out those of public roots, unless they are given', (t) => {
    const { keys } = parsePublicKeys(Buffer.from(rootCertificates.join('\n')), 'roots')
    const root = keys.find(({ material }) => material.type === 'rsa')
    assert.ok(root !== undefined)
    let slices = 0
    t.mock.method(RsaSearch.prototype, 'slice', () => {
      slices++
      return { found: [], numbers: [] }
    })
    const bytes = randomBytes(64 << 10)
    for (const [given, discovered] of [
      [[], [root]],
      [[root], []],
    ] as const) {
      const search = new KnownKeySearch(given, { deep: true, discovered })
      search.search(bytes, 0, bytes.length)
      assert.equal(slices, given.length)
    }
  })
})

const keyOf = (n: bigint): PublicKey => {
  const material = {
    type: 'rsa',
    n,
    e: 65_537n,
    p: undefined,
    q: undefined,
    d: undefined,
  } as const
  return keyWith(material, {})
}

describe('a bare number beside an exponent', () => {
  it('that is a prime is a factor, and no key to look for', () => {
    const [p, q] = [
      generatePrimeSync(1024, { bigint: true }),
      generatePrimeSync(1024, { bigint: true }),
    ]
    const keys = new KnownKeys([])
    for (const n of [p, q, p * q]) keys.add(keyOf(n), true)
    assert.deepEqual(
      keys.all.map(({ material }) => material),
      [keyOf(p * q).material],
    )
  })

  it('that has a small factor is none', () => {
    assert.equal(hasNoSmallFactor(1999n * generatePrimeSync(1000, { bigint: true })), false)
    assert.equal(hasNoSmallFactor(generatePrimeSync(512, { bigint: true }) * 2003n), true)
  })

  it('has one of six small factors where the sum of its groups of three bytes has', () => {
    let divided = 0
    for (let k = 0; k < 300; k++) {
      const big = randomBytes(254 + (k % 3))
      const n = BigInt(`0x${big.toString('hex')}`)
      const isDivided = [3n, 5n, 7n, 13n, 17n, 241n].some((prime) => n % prime === 0n)
      assert.equal(hasTinyFactor(big, true), isDivided)
      assert.equal(hasTinyFactor(big.toReversed(), false), isDivided)
      if (isDivided) divided++
    }
    assert.ok(divided > 100 && divided < 280)
  })
})

describe('what can be a number in text', () => {
  it('is all base64 of random bytes', () => {
    for (let k = 0; k < 2000; k++) {
      const text = randomBytes(96).toString(k % 2 === 0 ? 'base64' : 'base64url')
      assert.deepEqual(randomRanges(text, 83), [{ from: 0, to: text.length }])
    }
  })

  it('is no name that a compiler makes', () => {
    const names = Array.from({ length: 500 }, (_, seed) => mangled(seed))
    assert.deepEqual(
      names.filter((name) => randomRanges(name, 83).length > 0),
      [],
    )
  })

  it('begins between groups of letters behind a name', () => {
    const text = mangled(1) + randomBytes(96).toString('base64')
    const [range] = randomRanges(text, 83)
    assert.ok(range !== undefined && range.from % 4 === 0 && range.to === text.length)
    assert.ok(range.from <= mangled(1).length)
  })
})

describe('digits', () => {
  const bits = 1024

  for (const encoding of DIGIT_ENCODINGS) {
    it(`of ${encoding.name} are random where a number is, and not where they count`, () => {
      const count = digitCount(encoding, bits)
      const number = BigInt(`0x${randomBytes(bits / 8).toString('hex')}`)
      const small = Array.from(
        { length: count },
        (_, k) => BigInt(k + 100) << BigInt(k * encoding.width),
      )
      // The last digit has fewer bits than the others.
      const counters = BigInt.asUintN(
        bits,
        small.reduce((sum, digit) => sum + digit),
      )
      const isRandom = (value: bigint): boolean =>
        areRandomDigits(encoding, digitBytes(encoding, value, bits), 0, count)
      assert.equal(isRandom(number), true)
      assert.equal(isRandom(counters), false)
    })
  }
})
