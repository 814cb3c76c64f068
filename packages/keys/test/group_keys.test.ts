import assert from 'node:assert/strict'
import {
  createDiffieHellmanGroup,
  createHash,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { armoured } from '@mintmark/testkit/public_key_world'
import { fromBigEndian, toBigEndian } from '../src/arithmetic/modular.ts'
import { okpPublicKey } from '../src/arithmetic/okp.ts'
import { groupKeyOfSpki } from '../src/public_half/group_spki.ts'
import { groupSpki, OID, okpSpki } from '../src/public_half/spki.ts'
import { type PublicKey, parsePublicKeys } from '../src/public_keys/parse.ts'

interface GroupPair {
  readonly spki: Buffer
  readonly given: PublicKey
}

const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' })
const given = (bytes: Uint8Array | string) => parsePublicKeys(Buffer.from(bytes), 'given')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function dsaPair(pair: { publicKey: KeyObject; privateKey: KeyObject }): GroupPair {
  const spki = spkiOf(readAgain(pair).publicKey)
  return { spki, given: given(spki).keys[0] ?? assert.fail() }
}

const DSA = dsaPair(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }))
const DH = dhPair()

/** As OpenSSL writes it: p, g, and how long the exponent is. */
function dhPair(): GroupPair {
  const group = createDiffieHellmanGroup('modp14')
  group.generateKeys()
  const [p, g] = [group.getPrime(), group.getGenerator()].map((bytes) => fromBigEndian(bytes))
  const y = fromBigEndian(group.getPublicKey())
  assert.ok(p && g)
  const spki = groupSpki(OID.dh, [p, g, 225n], y)
  return { spki, given: given(spki).keys[0] ?? assert.fail() }
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
