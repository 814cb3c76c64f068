import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { der, derInteger, derOid, derSequence } from '@mintmark/keys/der/der_write'
import { noise } from '@mintmark/testkit/noise'
import type { KeyHit } from '../../key_hits.ts'
import { hitsIn, idsOf, planted } from './binary_hits.ts'
import {
  BINARY_SPELLINGS,
  CHECK,
  capi,
  cngRsa,
  ED,
  idOf,
  mpint,
  openpgp,
  P256,
  part,
  RSA,
  ssh,
  sshEcdsa,
  sshEd25519,
  sshRsa,
  text,
  u32be,
  u32le,
} from './spelled_binary.ts'

describe('a binary encoding is found at every alignment, verified, once', () => {
  for (const { name, bytes, pair, encoding } of BINARY_SPELLINGS) {
    it(name, () => {
      for (let alignment = 0; alignment < 8; alignment++) {
        const hits = hitsIn(planted(bytes, 640 + alignment))
        assert.deepEqual(idsOf(hits), [idOf(pair)])
        assert.deepEqual([hits[0]?.certainty, hits[0]?.encoding], ['verified', encoding])
        assert.equal(hits[0]?.offset, 640 + alignment)
        assert.ok(hits[0].length <= bytes.length)
      }
    })
  }
})

describe('the private part of OpenSSH in a freed buffer, without its first 16 bytes, is verified:', () => {
  for (const [name, bytes, pair] of [
    ['RSA', sshRsa(), RSA],
    ['P-256', sshEcdsa(P256, 'nistp256'), P256],
    ['Ed25519', sshEd25519(), ED],
  ] as const) {
    it(name, () => {
      const freed = Buffer.concat([CHECK, bytes]).fill(noise(16), 0, 16)
      const hits = hitsIn(planted(freed, 641))
      assert.deepEqual(idsOf(hits), [idOf(pair)])
      assert.deepEqual([hits[0]?.certainty, hits[0]?.encoding], ['verified', 'openssh-v1-body'])
      assert.deepEqual(secretOf(hits[0]?.material), secretOf(hitsIn(bytes)[0]?.material))
      const names = 'ssh-rsa\0ssh-ed25519\0ecdsa-sha2-nistp256\0'.repeat(9)
      const beside = hitsIn(planted(Buffer.concat([text(names), freed]), 641))
      assert.deepEqual(idsOf(beside), [idOf(pair)])
    })
  }
})

/** What nobody else may have: the primes, the scalar, the seed. */
function secretOf(material: KeyHit['material']): unknown {
  if (material?.type === 'rsa') return [material.p, material.q]
  if (material?.type === 'ec') return material.d
  return material?.secret
}

describe('a damaged byte in a private number', () => {
  for (const { name, bytes } of BINARY_SPELLINGS) {
    it(`never proves another key: ${name}`, () => {
      const secret = secretOf(hitsIn(bytes)[0]?.material)
      assert.ok(secret)
      for (let at = 0; at < bytes.length; at += 11) {
        const damaged = planted(bytes, 64)
        damaged[64 + at] = (damaged[64 + at] ?? 0) ^ 0x20
        const verified = hitsIn(damaged).filter(({ certainty }) => certainty === 'verified')
        // Where e alone is damaged and no d is there to show it, the id is another and the key the same.
        for (const { material } of verified)
          assert.deepEqual(secretOf(material), secret, `byte ${at}`)
      }
    })
  }
})

it('several keys in one OpenSSH file are all found', () => {
  const bytes = Buffer.concat([CHECK, sshEd25519(), sshRsa(), sshEcdsa(P256, 'nistp256')])
  assert.deepEqual(idsOf(hitsIn(planted(bytes, 99))), [ED, RSA, P256].map(idOf))
})

describe('the same letters, two formats', () => {
  it('RSA2 of CAPI read as CNG is nothing, and the other way round', () => {
    assert.deepEqual(
      [capi(), cngRsa('RSA2')].map((bytes) =>
        hitsIn(planted(bytes, 50)).map(({ encoding }) => encoding),
      ),
      [['capi-blob'], ['cng-rsa2']],
    )
  })
})

function keystore(entry: number): Buffer {
  const alias = Buffer.concat([Buffer.from([0, 1]), text('a'), Buffer.alloc(8)])
  const certificate = Buffer.concat([Buffer.from([0, 5]), text('X.509'), u32be(64), noise(64)])
  const key = Buffer.concat([u32be(200), noise(200), u32be(1), certificate])
  const body = entry === 1 ? key : certificate
  return Buffer.concat([u32be(0xfeedfeed), u32be(2), u32be(1), u32be(entry), alias, body])
}

/** RFC 8018, appendix A.4: PBKDF2 with salt and count, AES-256-CBC with its vector. */
const PBES2 = derSequence(
  derSequence(
    derOid('2a864886f70d01050d'),
    derSequence(
      derSequence(derOid('2a864886f70d01050c'), derSequence(der(4, noise(16)), derInteger(2048n))),
      derSequence(derOid('60864801650304012a'), der(4, noise(16))),
    ),
  ),
  der(4, noise(128)),
)

const PROTECTED: readonly {
  name: string
  bytes: Buffer
  kind: KeyHit['kind']
  encoding: string
}[] = [
  {
    name: 'PKCS#8 with PBES2',
    bytes: PBES2,
    kind: 'encrypted-key',
    encoding: 'pkcs8-encrypted-der',
  },
  { name: 'JKS with a key', bytes: keystore(1), kind: 'keystore', encoding: 'jks' },
  {
    name: 'OpenSSH with a passphrase',
    bytes: Buffer.concat([
      text('openssh-key-v1\0'),
      ssh('aes256-ctr', 'bcrypt', ssh(noise(16), '')),
      u32be(1),
      ssh(ssh('ssh-ed25519', part(ED, 'x')), noise(144)),
    ]),
    kind: 'encrypted-key',
    encoding: 'openssh-v1-encrypted',
  },
  {
    name: 'OpenPGP with a passphrase',
    bytes: openpgp(254),
    kind: 'openpgp',
    encoding: 'openpgp-packet',
  },
  {
    name: 'DPAPI',
    bytes: Buffer.concat([
      Buffer.from('01000000d08c9ddf0115d1118c7a00c04fc297eb', 'hex'),
      u32le(1),
      noise(16),
      u32le(0, 2, 0, 0x6610, 256, 16),
      noise(16),
      u32le(0, 0x800e, 512, 32),
      noise(32),
      u32le(48),
      noise(48),
      u32le(64),
      noise(64),
    ]),
    kind: 'encrypted-key',
    encoding: 'dpapi',
  },
  {
    name: 'PVK with a password',
    bytes: Buffer.concat([u32le(0xb0b5f11e, 0, 1, 1, 16, 1172), noise(16 + 1172)]),
    kind: 'encrypted-key',
    encoding: 'pvk-encrypted',
  },
]

describe('what is encrypted is reported as protected', () => {
  for (const { name, bytes, kind, encoding } of PROTECTED) {
    it(name, () => {
      const [hit, ...more] = hitsIn(planted(bytes, 333))
      assert.deepEqual(more, [])
      assert.deepEqual([hit?.certainty, hit?.kind, hit?.encoding], ['protected', kind, encoding])
      assert.equal(hit?.offset, 333)
      assert.equal(hit.material, undefined)
    })
  }
})

describe('nothing private, nothing reported', () => {
  const cases = [
    { name: 'a Java keystore of certificates', bytes: keystore(2) },
    {
      name: 'a public key of OpenSSH',
      bytes: ssh('ssh-rsa', part(RSA, 'e'), mpint(part(RSA, 'n'))),
    },
    { name: 'a public key of Ed25519', bytes: ssh('ssh-ed25519', part(ED, 'x')) },
    { name: 'magics in a row', bytes: text('RSA1RSA2RSA3ECS2ECK2ECDVDSPVKDBMDSSSMLKR'.repeat(9)) },
    {
      name: 'a security key',
      bytes: ssh('sk-ssh-ed25519@openssh.com', part(ED, 'x'), 'ssh:', noise(64)),
    },
  ]
  for (const { name, bytes } of cases) {
    it(name, () => assert.deepEqual(hitsIn(planted(bytes, 70)), []))
  }
})
