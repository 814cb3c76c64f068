import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, it } from 'node:test'
import { fromBigEndian, inverse } from '../src/arithmetic/modular.ts'
import { der, derInteger, derOid, derSequence } from '../src/der_write.ts'
import type { Detected } from '../src/detected.ts'
import { hitsIn, idsOf, noise, planted, spkiSha256 } from './binary_hits.ts'

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 })
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' })
const ED = generateKeyPairSync('ed25519')

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

function idOf({ publicKey }: Pair): string {
  return spkiSha256(publicKey.export({ format: 'der', type: 'spki' }))
}

/** A member of the private JWK as bytes. */
function part(
  { privateKey }: Pair,
  name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi' | 'x' | 'y',
): Buffer {
  const value: unknown = privateKey.export({ format: 'jwk' })[name]
  return Buffer.from(typeof value === 'string' ? value : assert.fail(), 'base64url')
}

function parts(pair: Pair, names: readonly Parameters<typeof part>[1][]): Buffer[] {
  return names.map((name) => part(pair, name))
}

function sized(bytes: Uint8Array, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes])
}

function u32le(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, i * 4)
  return bytes
}

function u32be(word: number): Buffer {
  return u32le(word).swap32()
}

function text(letters: string): Buffer {
  return Buffer.from(letters, 'latin1')
}

/** RFC 4251: strings, and numbers with a zero before a high bit. */
function ssh(...strings: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.concat(
    strings.flatMap((each) => {
      const bytes = typeof each === 'string' ? text(each) : each
      return [u32be(bytes.length), bytes]
    }),
  )
}

function mpint(bytes: Uint8Array): Buffer {
  return (bytes[0] ?? 0) < 0x80 ? Buffer.from(bytes) : Buffer.concat([Buffer.alloc(1), bytes])
}

const CHECK = Buffer.from('0badc0de0badc0de', 'hex')

function sshRsa(): Buffer {
  return ssh('ssh-rsa', ...parts(RSA, ['n', 'e', 'd', 'qi', 'p', 'q']).map(mpint), 'comment')
}

function point(pair: Pair): Buffer {
  return Buffer.concat([Buffer.from([4]), part(pair, 'x'), part(pair, 'y')])
}

function sshEcdsa(pair: Pair, name: string): Buffer {
  return ssh(`ecdsa-sha2-${name}`, name, point(pair), mpint(part(pair, 'd')), 'comment')
}

function sshEd25519(): Buffer {
  const [publicKey, seed] = [part(ED, 'x'), part(ED, 'd')]
  return ssh('ssh-ed25519', publicKey, Buffer.concat([seed, publicKey]), 'comment')
}

function reversed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.toReversed())
}

/** PRIVATEKEYBLOB, numbers lowest byte first. */
function capi(): Buffer {
  const names = ['n', 'p', 'q', 'dp', 'dq', 'qi', 'd'] as const
  const numbers = names.map((name) =>
    reversed(sized(part(RSA, name), name === 'n' || name === 'd' ? 256 : 128)),
  )
  const header = Buffer.from('0702000000a40000', 'hex')
  return Buffer.concat([header, text('RSA2'), u32le(2048, 65_537), ...numbers])
}

/** BCRYPT_RSAKEY_BLOB, numbers highest byte first. */
function cngRsa(magic: 'RSA2' | 'RSA3'): Buffer {
  const more =
    magic === 'RSA3' ? parts(RSA, ['dp', 'dq', 'qi']).map((each) => sized(each, 128)) : []
  const d = magic === 'RSA3' ? [sized(part(RSA, 'd'), 256)] : []
  const header = [text(magic), u32le(2048, 3, 256, 128, 128)]
  return Buffer.concat([...header, ...parts(RSA, ['e', 'n', 'p', 'q']), ...more, ...d])
}

function cngEcc(pair: Pair, magic: string): Buffer {
  const [x, y, d] = parts(pair, ['x', 'y', 'd'])
  assert.ok(x && y && d)
  return Buffer.concat([text(magic), u32le(x.length), x, y, d])
}

/** The parameters of P-256: FIPS 186-4, D.1.2.3. */
const P256_PARAMETERS = [
  'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff',
  'ffffffff00000001000000000000000000000000fffffffffffffffffffffffc',
  '5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b',
  '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
].map((hex) => Buffer.from(hex, 'hex'))

function cngEccFull(magic: string): Buffer {
  const header = [text(magic), u32le(1, 1, 0, 32, 32, 1, 0)]
  return Buffer.concat([
    ...header,
    ...P256_PARAMETERS,
    Buffer.from([1]),
    ...parts(P256, ['x', 'y', 'd']),
  ])
}

/** A token of libgcrypt: (name value). */
function token(name: string, value: Uint8Array): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16LE(value.length)
  return Buffer.concat([
    Buffer.from([3, 1, 1, 0]),
    text(name),
    Buffer.from([1]),
    length,
    value,
    Buffer.from([4]),
  ])
}

function libgcrypt(names: readonly string[]): Buffer {
  const [p, q] = [part(RSA, 'p'), part(RSA, 'q')]
  const u = inverse(fromBigEndian(p), fromBigEndian(q)) ?? assert.fail()
  const values: Record<string, Buffer> = {
    n: mpint(part(RSA, 'n')),
    e: part(RSA, 'e'),
    d: mpint(part(RSA, 'd')),
    p: mpint(p),
    q: mpint(q),
    u: mpint(sized(Buffer.from(u.toString(16).padStart(256, '0'), 'hex'), 128)),
  }
  return Buffer.concat(names.map((name) => token(name, values[name] ?? assert.fail())))
}

/** An OpenPGP number: bits and bytes without leading zeros. */
function mpi(bytes: Uint8Array): Buffer {
  const bits = fromBigEndian(bytes).toString(2).length
  const spelled = bytes.subarray(bytes.length - Math.ceil(bits / 8))
  return Buffer.concat([Buffer.from([bits >> 8, bits & 0xff]), spelled])
}

function openpgp(usage: number): Buffer {
  const open = [Buffer.from([4, 0x60, 0, 0, 0, 1]), ...parts(RSA, ['n', 'e']).map(mpi)]
  const [p, q] = [part(RSA, 'p'), part(RSA, 'q')]
  const u = inverse(fromBigEndian(p), fromBigEndian(q)) ?? assert.fail()
  const secret = [part(RSA, 'd'), p, q, Buffer.from(u.toString(16).padStart(256, '0'), 'hex')]
  const closed = usage === 0 ? [...secret.map(mpi), Buffer.alloc(2)] : [noise(400)]
  const body = Buffer.concat([...open, Buffer.from([usage]), ...closed])
  return Buffer.concat([Buffer.from([0x95, body.length >> 8, body.length & 0xff]), body])
}

function openpgpEd25519(): Buffer {
  const head = Buffer.from('046000000016092b06010401da470f01', 'hex')
  const native = Buffer.concat([Buffer.from([0x40]), part(ED, 'x')])
  const body = [head, mpi(native), Buffer.alloc(1), mpi(part(ED, 'd')), Buffer.alloc(2)]
  const bytes = Buffer.concat(body)
  return Buffer.concat([Buffer.from([0x94, bytes.length]), bytes])
}

const PROVEN = [
  {
    name: 'OpenSSH RSA',
    bytes: Buffer.concat([CHECK, sshRsa()]),
    pair: RSA,
    form: 'openssh-v1-body',
  },
  {
    name: 'OpenSSH RSA without what comes before',
    bytes: sshRsa(),
    pair: RSA,
    form: 'openssh-v1-body',
  },
  { name: 'OpenSSH P-256', bytes: sshEcdsa(P256, 'nistp256'), pair: P256, form: 'openssh-v1-body' },
  { name: 'OpenSSH P-521', bytes: sshEcdsa(P521, 'nistp521'), pair: P521, form: 'openssh-v1-body' },
  { name: 'OpenSSH Ed25519', bytes: sshEd25519(), pair: ED, form: 'openssh-v1-body' },
  {
    name: 'the agent adds RSA',
    bytes: Buffer.concat([Buffer.from([17]), sshRsa()]),
    pair: RSA,
    form: 'ssh-agent-add',
  },
  { name: 'CAPI', bytes: capi(), pair: RSA, form: 'capi-blob' },
  {
    name: 'PVK',
    bytes: Buffer.concat([u32le(0xb0b5f11e, 0, 1, 0, 0, 1172), capi()]),
    pair: RSA,
    form: 'pvk',
  },
  { name: 'CNG RSA2', bytes: cngRsa('RSA2'), pair: RSA, form: 'cng-rsa2' },
  { name: 'CNG RSA3', bytes: cngRsa('RSA3'), pair: RSA, form: 'cng-rsa3' },
  { name: 'CNG ECS2', bytes: cngEcc(P256, 'ECS2'), pair: P256, form: 'cng-ecc' },
  { name: 'CNG ECK6', bytes: cngEcc(P521, 'ECK6'), pair: P521, form: 'cng-ecc' },
  { name: 'CNG ECDV, short', bytes: cngEcc(P256, 'ECDV'), pair: P256, form: 'cng-ecc' },
  { name: 'CNG ECDV, full', bytes: cngEccFull('ECDV'), pair: P256, form: 'cng-ecc-full' },
  { name: 'CNG ECKV, full', bytes: cngEccFull('ECKV'), pair: P256, form: 'cng-ecc-full' },
  {
    name: 'libgcrypt, all of RSA',
    bytes: libgcrypt(['n', 'e', 'd', 'p', 'q', 'u']),
    pair: RSA,
    form: 'libgcrypt-sexp',
  },
  {
    name: 'libgcrypt, d, p, q, u',
    bytes: libgcrypt(['d', 'p', 'q', 'u']),
    pair: RSA,
    form: 'libgcrypt-sexp',
  },
  {
    name: 'libgcrypt, P-256',
    bytes: Buffer.concat([token('q', point(P256)), token('d', mpint(part(P256, 'd')))]),
    pair: P256,
    form: 'libgcrypt-sexp',
  },
  { name: 'OpenPGP RSA', bytes: openpgp(0), pair: RSA, form: 'openpgp-packet' },
  { name: 'OpenPGP Ed25519', bytes: openpgpEd25519(), pair: ED, form: 'openpgp-packet' },
]

describe('a binary form is found at every alignment, proven, once', () => {
  for (const { name, bytes, pair, form } of PROVEN) {
    it(name, () => {
      for (let alignment = 0; alignment < 8; alignment++) {
        const hits = hitsIn(planted(bytes, 640 + alignment))
        assert.deepEqual(idsOf(hits), [idOf(pair)])
        assert.deepEqual([hits[0]?.certainty, hits[0]?.form], ['proven', form])
        assert.equal(hits[0]?.offset, 640 + alignment)
        assert.ok(hits[0].length <= bytes.length)
      }
    })
  }
})

/** What nobody else may have: the primes, the scalar, the seed. */
function secretOf(material: Detected['material']): unknown {
  if (material?.type === 'rsa') return [material.p, material.q]
  if (material?.type === 'ec') return material.d
  return material?.secret
}

describe('a damaged byte in a private number', () => {
  for (const { name, bytes } of PROVEN) {
    it(`never proves another key: ${name}`, () => {
      const secret = secretOf(hitsIn(bytes)[0]?.material)
      assert.ok(secret)
      for (let at = 0; at < bytes.length; at += 11) {
        const damaged = planted(bytes, 64)
        damaged[64 + at] = (damaged[64 + at] ?? 0) ^ 0x20
        const proven = hitsIn(damaged).filter(({ certainty }) => certainty === 'proven')
        // Where e alone is damaged and no d is there to show it, the id is another and the key the same.
        for (const { material } of proven)
          assert.deepEqual(secretOf(material), secret, `byte ${at}`)
      }
    })
  }
})

it('several keys in one OpenSSH file are all found', () => {
  const bytes = Buffer.concat([CHECK, sshEd25519(), sshRsa(), sshEcdsa(P256, 'nistp256')])
  assert.deepEqual(idsOf(hitsIn(planted(bytes, 99))), [ED, RSA, P256].map(idOf))
})

it('a number of libgcrypt that stands alone is a candidate', () => {
  const [hit, ...more] = hitsIn(planted(libgcrypt(['p']), 99))
  assert.equal(more.length, 0)
  assert.deepEqual([hit?.certainty, hit?.note, hit?.kind], ['candidate', 'fragment', 'rsa'])
})

describe('the same letters, two formats', () => {
  it('RSA2 of CAPI read as CNG is nothing, and the other way round', () => {
    assert.deepEqual(
      [capi(), cngRsa('RSA2')].map((bytes) => hitsIn(planted(bytes, 50)).map(({ form }) => form)),
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

const LESSER: readonly { name: string; bytes: Buffer; kind: Detected['kind']; form: string }[] = [
  { name: 'PKCS#8 with PBES2', bytes: PBES2, kind: 'encrypted-key', form: 'pkcs8-encrypted-der' },
  { name: 'JKS with a key', bytes: keystore(1), kind: 'keystore', form: 'jks' },
  {
    name: 'OpenSSH with a passphrase',
    bytes: Buffer.concat([
      text('openssh-key-v1\0'),
      ssh('aes256-ctr', 'bcrypt', ssh(noise(16), '')),
      u32be(1),
      ssh(ssh('ssh-ed25519', part(ED, 'x')), noise(144)),
    ]),
    kind: 'encrypted-key',
    form: 'openssh-v1-encrypted',
  },
  {
    name: 'OpenPGP with a passphrase',
    bytes: openpgp(254),
    kind: 'openpgp',
    form: 'openpgp-packet',
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
    form: 'dpapi',
  },
  {
    name: 'PVK with a password',
    bytes: Buffer.concat([u32le(0xb0b5f11e, 0, 1, 1, 16, 1172), noise(16 + 1172)]),
    kind: 'encrypted-key',
    form: 'pvk-encrypted',
  },
]

describe('what is encrypted is told as a lesser thing', () => {
  for (const { name, bytes, kind, form } of LESSER) {
    it(name, () => {
      const [hit, ...more] = hitsIn(planted(bytes, 333))
      assert.deepEqual(more, [])
      assert.deepEqual([hit?.certainty, hit?.kind, hit?.form], ['lesser', kind, form])
      assert.equal(hit?.offset, 333)
      assert.equal(hit.material, undefined)
    })
  }
})

describe('nothing private, nothing told', () => {
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

it('a symmetric CNG key is a candidate', () => {
  const bytes = Buffer.concat([text('KDBM'), u32le(1, 32), noise(32)])
  const [hit] = hitsIn(planted(bytes, 70))
  assert.deepEqual([hit?.certainty, hit?.kind, hit?.bits], ['candidate', 'aes', 256])
})
