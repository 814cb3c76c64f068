import assert from 'node:assert/strict'
import {
  createDiffieHellmanGroup,
  createHash,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { describe, it } from 'node:test'
import { FixedBase } from '@mintmark/keys/arithmetic/fixed_base'
import { fromBigEndian, power, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { okpPublicKey } from '@mintmark/keys/arithmetic/okp'
import { childrenOf, contentOf, elementOf, TAG } from '@mintmark/keys/der/der'
import { groupKeyOfSpki } from '@mintmark/keys/public_half/group_spki'
import { groupSpki, OID, okpSpki } from '@mintmark/keys/public_half/spki'
import { type PublicKey, parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { readAgain } from '@mintmark/testkit'
import { armoured } from '@mintmark/testkit/public_key_world'
import * as fc from 'fast-check'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { GROUNDS } from './known_plants.ts'

interface GroupPair {
  readonly spki: Buffer
  readonly given: PublicKey
  /** Highest byte first. */
  readonly x: Buffer
  readonly y: Buffer
}

const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' })
const given = (bytes: Uint8Array | string) => parsePublicKeys(Buffer.from(bytes), 'given')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function dsaPair(pair: { publicKey: KeyObject; privateKey: KeyObject }): GroupPair {
  const { publicKey, privateKey } = readAgain(pair)
  const spki = spkiOf(publicKey)
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  const whole = elementOf(pkcs8, 0, pkcs8.length, TAG.sequence)
  const octets = whole && childrenOf(pkcs8, whole)?.[2]
  const number = octets && elementOf(pkcs8, octets.from, octets.to, TAG.integer)
  const key = given(spki).keys[0]
  const numbers = groupKeyOfSpki(spki)
  assert.ok(number && key && numbers)
  const x = toBigEndian(fromBigEndian(contentOf(pkcs8, number)), 32)
  return { spki, given: key, x, y: toBigEndian(numbers.y, 256) }
}

const DSA = dsaPair(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }))
const DH = dhPair()

/** As OpenSSL writes it: p, g, and how long the exponent is. */
function dhPair(): GroupPair {
  const group = createDiffieHellmanGroup('modp14')
  group.generateKeys()
  const [p, g] = [group.getPrime(), group.getGenerator()].map((bytes) => fromBigEndian(bytes))
  const [x, y] = [group.getPrivateKey(), group.getPublicKey()].map((bytes) => fromBigEndian(bytes))
  assert.ok(p && g && x && y)
  const spki = groupSpki(OID.dh, [p, g, 225n], y)
  const key = given(spki).keys[0] ?? assert.fail()
  return { spki, given: key, x: toBigEndian(x, 29), y: toBigEndian(y, 256) }
}

const string = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** A line of OpenSSH whose key says nothing. */
const line = (type: string) => {
  const name = Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type)])
  return `${type} ${Buffer.concat([name, Buffer.alloc(60, 7)]).toString('base64')}`
}

/** OpenSSL's BIGNUM {limbs*, top, dmax, neg, flags}, for constant time. */
function bignum(address: bigint, limbs: number): Uint8Array {
  const bytes = Buffer.alloc(24)
  bytes.writeBigUInt64LE(address, 0)
  for (const [i, value] of [limbs, limbs, 0, 4].entries()) bytes.writeUInt32LE(value, 8 + 4 * i)
  return bytes
}

it('a power of a fixed base is the power', () => {
  const numbers = fc.record({
    base: fc.bigInt(0n, 1n << 512n),
    modulus: fc.bigInt(2n, 1n << 512n),
    exponents: fc.array(fc.bigInt(0n, 1n << 200n), { minLength: 1, maxLength: 4 }),
  })
  fc.assert(
    fc.property(numbers, ({ base, modulus, exponents }) => {
      const fixed = new FixedBase(base, modulus)
      for (const exponent of exponents)
        assert.equal(fixed.power(exponent), power(base, exponent, modulus))
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 100) },
  )
})

describe('a public key of DSA is read', () => {
  const { p, q, g, y } = groupKeyOfSpki(DSA.spki) ?? assert.fail()
  const mpint = (value: bigint, length: number) =>
    string(Buffer.concat([Buffer.alloc(1), toBigEndian(value, length)]))
  const blob = Buffer.concat([
    string(Buffer.from('ssh-dss')),
    mpint(p, 256),
    mpint(q ?? 0n, 32),
    mpint(g, 256),
    mpint(y, 256),
  ])
  const cases = {
    DER: DSA.spki,
    PEM: armoured('PUBLIC KEY', DSA.spki),
    'a line of OpenSSH': `ssh-dss ${blob.toString('base64')} ada@example.org\n`,
  }
  for (const [name, bytes] of Object.entries(cases)) {
    it(`from ${name}, and named by its SubjectPublicKeyInfo`, () => {
      const { keys, problems } = given(bytes)
      assert.deepEqual(
        [keys.map(({ keyId }) => keyId.spkiSha256), problems],
        [[sha256(DSA.spki)], []],
      )
      assert.ok(keys[0]?.material.type === 'dsa' && keys[0].material.secret.length === 0)
    })
  }
})

it('a recipient of age is read, small and in capitals, and named as its X25519 key', () => {
  // Of age's own tests: its identity is 32 bytes of 0x42.
  const secret = Buffer.alloc(32, 0x42)
  const publicKey = okpPublicKey('X25519', secret) ?? assert.fail()
  const id = sha256(okpSpki({ curve: 'X25519', publicKey }))
  const recipient = 'age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj'
  for (const text of [`# public key: ${recipient}\n`, recipient.toUpperCase()]) {
    const { keys, problems } = given(text)
    assert.deepEqual([keys.map(({ keyId }) => keyId.spkiSha256), problems], [[id], []])
  }
  assert.deepEqual(given(recipient.replace('zvk', 'zvp')).keys, [])
})

it('a public key of DH is named without the length of its exponent, as it is when it is found', () => {
  const { keys, problems } = given(DH.spki)
  const { p, g, y } = groupKeyOfSpki(DH.spki) ?? assert.fail()
  const bare = sha256(groupSpki(OID.dh, [p, g], y))
  assert.deepEqual([keys.map(({ keyId }) => keyId.spkiSha256), problems], [[bare], []])
})

describe('what cannot be looked for is refused with a reason', () => {
  const slhDsa = Buffer.from('3030300b06096086480165030403140321', 'hex')
  const cases = [
    {
      name: 'SLH-DSA',
      bytes: armoured('PUBLIC KEY', Buffer.concat([slhDsa, Buffer.alloc(33)])),
      reason: /of SLH-DSA-SHA2-128s cannot be looked for/,
    },
    {
      name: 'secp224k1, an unsupported curve',
      bytes: Buffer.from(
        `3056301006072a8648ce3d020106052b8104002003420004${'11'.repeat(64)}`,
        'hex',
      ),
      reason: /curve that is not looked for/,
    },
    {
      name: 'a key in a security key',
      bytes: line('sk-ssh-ed25519@openssh.com'),
      reason: /security key cannot be looked for/,
    },
    { name: 'a type of OpenSSH', bytes: line('ssh-xmss@openssh.com'), reason: /type that is not/ },
    {
      name: 'a hybrid recipient of age',
      bytes: `age1pq1${'q'.repeat(60)}`,
      reason: /no X25519 key/,
    },
  ] as const
  for (const { name, bytes, reason } of cases) {
    it(`${name}, beside keys that can be`, () => {
      const { keys, problems } = given(bytes)
      assert.deepEqual(keys, [])
      assert.match(problems.join(), reason)
      if (typeof bytes !== 'string') return
      const both = given(`${armoured('PUBLIC KEY', DSA.spki)}${bytes}\n`)
      assert.equal(both.keys.length, 1)
      assert.match(both.problems.join(), reason)
    })
  }
})

describe('the secret of a known key', () => {
  const BASE = 0x7f1b_0100_0000n
  const AT = 20_000

  const hitsIn = (key: GroupPair, bytes: Uint8Array) =>
    new KnownKeySearch([key.given], { deep: false })
      .search(bytes, 0, bytes.length, BASE)
      .map(({ encoding, offset, key: { kind, bits, certainty } }) => ({
        kind,
        encoding,
        offset,
        bits,
        certainty,
      }))

  for (const [kind, key] of [
    ['dsa', DSA],
    ['dh', DH],
  ] as const) {
    for (const [ground, fill] of Object.entries(GROUNDS)) {
      it(`of ${kind.toUpperCase()} is found right before y, highest byte first (${ground})`, () => {
        const bytes = fill(40_000, 3)
        bytes.set(key.x, AT)
        bytes.set(key.y, AT + key.x.length)
        const expected = {
          kind,
          encoding: 'limbs-be',
          offset: AT,
          bits: 2048,
          certainty: 'verified',
        }
        assert.ok(
          hitsIn(key, bytes).some((hit) => JSON.stringify(hit) === JSON.stringify(expected)),
        )
      })
    }

    it(`of ${kind.toUpperCase()} is found where a BIGNUM points to it, far from y`, () => {
      const bytes = GROUNDS.random(2 << 20, 5)
      const at = 1_600_016
      bytes.set(Buffer.concat([key.x.toReversed(), Buffer.alloc(32 - key.x.length)]), at)
      bytes.set(bignum(BASE + BigInt(at), 4), 800_000)
      assert.deepEqual(hitsIn(key, bytes), [
        { kind, encoding: 'limbs-le64', offset: at, bits: 2048, certainty: 'verified' },
      ])
    })
  }

  it('is none where another key of the same group is known', () => {
    const other = DSA.y.toReversed()
    const bytes = new Uint8Array(40_000)
    bytes.set(DSA.x, AT)
    bytes.set(other, AT + 32)
    assert.deepEqual(hitsIn(DH, bytes), [])
  })
})
