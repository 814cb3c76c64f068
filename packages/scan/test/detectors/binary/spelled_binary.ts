import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { fromBigEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { spkiSha256 } from './binary_hits.ts'

export interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export const RSA: Pair = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
export const P256: Pair = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
export const P521: Pair = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-521' }))
export const ED: Pair = readAgain(generateKeyPairSync('ed25519'))

export function idOf({ publicKey }: Pair): string {
  return spkiSha256(publicKey.export({ format: 'der', type: 'spki' }))
}

/** A member of the private JWK as bytes. */
export function part(
  { privateKey }: Pair,
  name: 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi' | 'x' | 'y',
): Buffer {
  const value: unknown = privateKey.export({ format: 'jwk' })[name]
  return Buffer.from(typeof value === 'string' ? value : assert.fail(), 'base64url')
}

export function parts(pair: Pair, names: readonly Parameters<typeof part>[1][]): Buffer[] {
  return names.map((name) => part(pair, name))
}

export function sized(bytes: Uint8Array, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes])
}

export function u32le(...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4)
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, i * 4)
  return bytes
}

export function u32be(word: number): Buffer {
  return u32le(word).swap32()
}

export function text(letters: string): Buffer {
  return Buffer.from(letters, 'latin1')
}

/** RFC 4251: strings, and numbers with a zero before a high bit. */
export function ssh(...strings: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.concat(
    strings.flatMap((each) => {
      const bytes = typeof each === 'string' ? text(each) : each
      return [u32be(bytes.length), bytes]
    }),
  )
}

export function mpint(bytes: Uint8Array): Buffer {
  return (bytes[0] ?? 0) < 0x80 ? Buffer.from(bytes) : Buffer.concat([Buffer.alloc(1), bytes])
}

export const CHECK: Buffer = Buffer.from('0badc0de0badc0de', 'hex')

export function sshRsa(): Buffer {
  return ssh('ssh-rsa', ...parts(RSA, ['n', 'e', 'd', 'qi', 'p', 'q']).map(mpint), 'comment')
}

export function point(pair: Pair): Buffer {
  return Buffer.concat([Buffer.from([4]), part(pair, 'x'), part(pair, 'y')])
}

export function sshEcdsa(pair: Pair, name: string): Buffer {
  return ssh(`ecdsa-sha2-${name}`, name, point(pair), mpint(part(pair, 'd')), 'comment')
}

export function sshEd25519(): Buffer {
  const [publicKey, seed] = [part(ED, 'x'), part(ED, 'd')]
  return ssh('ssh-ed25519', publicKey, Buffer.concat([seed, publicKey]), 'comment')
}

export function reversed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.toReversed())
}

/** PRIVATEKEYBLOB, numbers lowest byte first. */
export function capi(): Buffer {
  const names = ['n', 'p', 'q', 'dp', 'dq', 'qi', 'd'] as const
  const numbers = names.map((name) =>
    reversed(sized(part(RSA, name), name === 'n' || name === 'd' ? 256 : 128)),
  )
  const header = Buffer.from('0702000000a40000', 'hex')
  return Buffer.concat([header, text('RSA2'), u32le(2048, 65_537), ...numbers])
}

/** BCRYPT_RSAKEY_BLOB, numbers highest byte first. */
export function cngRsa(magic: 'RSA2' | 'RSA3'): Buffer {
  const more =
    magic === 'RSA3' ? parts(RSA, ['dp', 'dq', 'qi']).map((each) => sized(each, 128)) : []
  const d = magic === 'RSA3' ? [sized(part(RSA, 'd'), 256)] : []
  const header = [text(magic), u32le(2048, 3, 256, 128, 128)]
  return Buffer.concat([...header, ...parts(RSA, ['e', 'n', 'p', 'q']), ...more, ...d])
}

export function cngEcc(pair: Pair, magic: string): Buffer {
  const [x, y, d] = parts(pair, ['x', 'y', 'd'])
  assert.ok(x && y && d)
  return Buffer.concat([text(magic), u32le(x.length), x, y, d])
}

/** A token of libgcrypt: (name value). */
export function token(name: string, value: Uint8Array): Buffer {
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

export function libgcrypt(names: readonly string[]): Buffer {
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
export function mpi(bytes: Uint8Array): Buffer {
  const bits = fromBigEndian(bytes).toString(2).length
  const spelled = bytes.subarray(bytes.length - Math.ceil(bits / 8))
  return Buffer.concat([Buffer.from([bits >> 8, bits & 0xff]), spelled])
}

export function openpgp(usage: number): Buffer {
  const open = [Buffer.from([4, 0x60, 0, 0, 0, 1]), ...parts(RSA, ['n', 'e']).map(mpi)]
  const [p, q] = [part(RSA, 'p'), part(RSA, 'q')]
  const u = inverse(fromBigEndian(p), fromBigEndian(q)) ?? assert.fail()
  const secret = [part(RSA, 'd'), p, q, Buffer.from(u.toString(16).padStart(256, '0'), 'hex')]
  const closed = usage === 0 ? [...secret.map(mpi), Buffer.alloc(2)] : [noise(400)]
  const body = Buffer.concat([...open, Buffer.from([usage]), ...closed])
  return Buffer.concat([Buffer.from([0x95, body.length >> 8, body.length & 0xff]), body])
}

export function openpgpEd25519(): Buffer {
  const head = Buffer.from('046000000016092b06010401da470f01', 'hex')
  const native = Buffer.concat([Buffer.from([0x40]), part(ED, 'x')])
  const body = [head, mpi(native), Buffer.alloc(1), mpi(part(ED, 'd')), Buffer.alloc(2)]
  const bytes = Buffer.concat(body)
  return Buffer.concat([Buffer.from([0x94, bytes.length]), bytes])
}

/** Whole keys in binary encodings. */
export const BINARY_SPELLINGS: readonly {
  name: string
  bytes: Buffer
  pair: Pair
  encoding: string
}[] = [
  {
    name: 'OpenSSH RSA',
    bytes: Buffer.concat([CHECK, sshRsa()]),
    pair: RSA,
    encoding: 'openssh-v1-body',
  },
  {
    name: 'OpenSSH RSA without what comes before',
    bytes: sshRsa(),
    pair: RSA,
    encoding: 'openssh-v1-body',
  },
  {
    name: 'OpenSSH P-256',
    bytes: sshEcdsa(P256, 'nistp256'),
    pair: P256,
    encoding: 'openssh-v1-body',
  },
  {
    name: 'OpenSSH P-521',
    bytes: sshEcdsa(P521, 'nistp521'),
    pair: P521,
    encoding: 'openssh-v1-body',
  },
  { name: 'OpenSSH Ed25519', bytes: sshEd25519(), pair: ED, encoding: 'openssh-v1-body' },
  {
    name: 'the agent adds RSA',
    bytes: Buffer.concat([Buffer.from([17]), sshRsa()]),
    pair: RSA,
    encoding: 'ssh-agent-add',
  },
  { name: 'CAPI', bytes: capi(), pair: RSA, encoding: 'capi-blob' },
  {
    name: 'PVK',
    bytes: Buffer.concat([u32le(0xb0b5f11e, 0, 1, 0, 0, 1172), capi()]),
    pair: RSA,
    encoding: 'pvk',
  },
  { name: 'CNG RSA2', bytes: cngRsa('RSA2'), pair: RSA, encoding: 'cng-rsa2' },
  { name: 'CNG RSA3', bytes: cngRsa('RSA3'), pair: RSA, encoding: 'cng-rsa3' },
  { name: 'CNG ECS2', bytes: cngEcc(P256, 'ECS2'), pair: P256, encoding: 'cng-ecc' },
  { name: 'CNG ECK6', bytes: cngEcc(P521, 'ECK6'), pair: P521, encoding: 'cng-ecc' },
  { name: 'CNG ECDV, short', bytes: cngEcc(P256, 'ECDV'), pair: P256, encoding: 'cng-ecc' },
  {
    name: 'libgcrypt, all of RSA',
    bytes: libgcrypt(['n', 'e', 'd', 'p', 'q', 'u']),
    pair: RSA,
    encoding: 'libgcrypt-sexp',
  },
  {
    name: 'libgcrypt, d, p, q, u',
    bytes: libgcrypt(['d', 'p', 'q', 'u']),
    pair: RSA,
    encoding: 'libgcrypt-sexp',
  },
  {
    name: 'libgcrypt, P-256',
    bytes: Buffer.concat([token('q', point(P256)), token('d', mpint(part(P256, 'd')))]),
    pair: P256,
    encoding: 'libgcrypt-sexp',
  },
  { name: 'OpenPGP RSA', bytes: openpgp(0), pair: RSA, encoding: 'openpgp-packet' },
  { name: 'OpenPGP Ed25519', bytes: openpgpEd25519(), pair: ED, encoding: 'openpgp-packet' },
]
