/**
 * Files made to hold a scan up, for `floods.bench.ts`: bytes that look like keys from end to end.
 */
import {
  createECDH,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  generatePrimeSync,
  type KeyObject,
} from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type PublicKey, parsePublicKeys } from '@mintmark/keys'
import { ALL_ANCHORS, derivedValues } from '@mintmark/scan'
import { elfCore, readAgain } from '@mintmark/testkit'

/** A flood, `length` bytes of it. */
export type Flood = (length: number) => Buffer

/** Repeats no byte within what is taken of it. */
function noise(length: number, seed: string): Buffer {
  return createHash('shake256', { outputLength: length }).update(seed).digest()
}

const over = (unit: Uint8Array): Flood => {
  return (length) => Buffer.alloc(length, unit)
}

/** Parts that differ, one after the other. */
function parts(part: (index: number) => Uint8Array): Flood {
  return (length) => {
    const bytes = Buffer.alloc(length)
    for (let at = 0, i = 0; at < length; i++) {
      const next = part(i)
      bytes.set(next.subarray(0, length - at), at)
      at += next.length
    }
    return bytes
  }
}

const GAP = Buffer.alloc(8)
const numberOf = (bytes: number, index: number) => {
  const number = noise(bytes, `number ${index}`)
  number[0] = (number[0] ?? 0) | 1
  number[bytes - 1] = (number[bytes - 1] ?? 0) | 0xc0
  return number
}

function everyAnchor(): Buffer {
  return Buffer.concat(
    ALL_ANCHORS.flatMap(({ name, pattern }) => [Buffer.from(pattern), noise(48, name)]),
  )
}

/** A key in PEM whose last number is wrong: all of it is read before that is known. */
function damaged(key: KeyObject): Buffer {
  const der = Buffer.from(key.export({ format: 'der', type: 'pkcs1' }))
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n')
  return Buffer.from(`-----BEGIN RSA PRIVATE KEY-----\n${lines}\n-----END RSA PRIVATE KEY-----\n`)
}

/** Genuine keys of RSA with 1,024 bits in DER: products of a few primes, each of another pair. */
function manyRsaKeys(): Buffer {
  const primes = Array.from({ length: 24 }, () => generatePrimeSync(512, { bigint: true }))
  const pairs = primes.flatMap((p, i) => primes.slice(0, i).map((q) => ({ p, q })))
  return Buffer.concat(pairs.flatMap(({ p, q }) => rsaKeyOf(p > q ? { p, q } : { p: q, q: p })))
}

function text(value: bigint | undefined): string {
  const hex = (value ?? 0n).toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url')
}

function rsaKeyOf({ p, q }: { readonly p: bigint; readonly q: bigint }): Buffer[] {
  const e = 65_537n
  const material = { type: 'rsa', n: p * q, e, p, q, d: undefined } as const
  const values = new Map(derivedValues(material).map(({ name, value }) => [name, value]))
  const [d = '', dp = '', dq = '', qi = ''] = ['d-mod-phi', 'dp', 'dq', 'qinv'].map((name) =>
    text(values.get(name)),
  )
  // An exponent that a prime less 1 has in common with it has no inverse.
  if (!values.has('d-mod-phi')) return []
  const numbers = { n: text(p * q), e: text(e), d, p: text(p), q: text(q), dp, dq, qi }
  const key = createPrivateKey({ key: { kty: 'RSA', ...numbers }, format: 'jwk' })
  return [key.export({ format: 'der', type: 'pkcs1' })]
}

/** A genuine key of P-256 in SEC1. */
function ecKey(): Buffer {
  const pair = createECDH('prime256v1')
  const point = pair.generateKeys()
  const secret = pair.getPrivateKey()
  const scalar = Buffer.concat([Buffer.alloc(32 - secret.length), secret])
  const head = Buffer.from('30770201010420', 'hex')
  return Buffer.concat([
    head,
    scalar,
    Buffer.from('a00a06082a8648ce3d030107a144034200', 'hex'),
    point,
  ])
}

/** Genuine keys of P-256 in PEM, each another. */
function ecTexts(count: number): string {
  const texts = Array.from({ length: count }, () => {
    const lines = ecKey().toString('base64').replaceAll(/.{64}/g, '$&\n')
    return `-----BEGIN EC PRIVATE KEY-----\n${lines}\n-----END EC PRIVATE KEY-----\n`
  })
  return texts.join('')
}

/** Bytes of a piece of memory, and how many pieces there are at most. */
const PIECE = { bytes: 800, most: 40_000 } as const

/** A core whose memory is in short pieces, in another order. */
function inPieces(flood: Flood): Flood {
  return (length) => {
    const count = Math.min(PIECE.most, Math.floor(length / (PIECE.bytes + 56)))
    const size = Math.floor((length - 56 * count) / count / 16) * 16
    const memory = flood(count * size)
    const all = Array.from({ length: count }, (_, k) => ({
      address: BigInt(0x10_0000 + k * size),
      bytes: memory.subarray(k * size, (k + 1) * size),
    }))
    // A prime: each comes once where it does not divide their count.
    const other = all.flatMap((_, k) => all[(k * 7919) % count] ?? [])
    return Buffer.from(elfCore({ memory: other }).bytes)
  }
}

/** What a file holds once it is unpacked, beside what it takes: of text full of keys. */
const TIMES_PACKED = 3

/** A file of gzip that unpacks to more than twice its size. */
function packed(flood: Flood): Flood {
  return (length) => gzipSync(flood(TIMES_PACKED * length), { level: 1 }).subarray(0, length)
}

/** Range of memory as LiME writes it, four bytes of it. */
function limeRange(index: number): Buffer {
  const head = Buffer.alloc(32)
  head.writeUInt32LE(0x4c69_4d45, 0)
  head.writeUInt32LE(1, 4)
  head.writeUInt32LE(0x1000 + 16 * index, 8)
  head.writeUInt32LE(0x1003 + 16 * index, 16)
  return Buffer.concat([head, Buffer.from('abcd')])
}

/** What a scan is given, and floods that know it. */
export interface FloodWorld {
  /** SubjectPublicKeyInfo in PEM, of the key whose values some floods are full of. */
  readonly publicKey: string
  readonly floods: Readonly<Record<string, Flood>>
}

const little = (value: string): Uint8Array =>
  Uint8Array.from(Buffer.from(value, 'base64url')).toReversed()

/** Makes a key, and floods of it and of much else. */
export function floodWorld(): FloodWorld {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const { p = '', d = '' } = privateKey.export({ format: 'jwk' })
  const der = privateKey.export({ format: 'der', type: 'pkcs1' })
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const exponent = Buffer.from('0100010000000000', 'hex')
  const rsaKeys = over(manyRsaKeys())
  const texts = Buffer.from(ecTexts(1000))
  const hexTexts = over(Buffer.from(texts.toString('hex')))
  return {
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    floods: {
      zeros: over(GAP),
      'random bytes': parts((i) => noise(1 << 20, `random ${i}`)),
      letters: over(Buffer.from('A')),
      'every anchor': over(everyAnchor()),
      'random numbers of 128 bytes': parts((i) => Buffer.concat([numberOf(128, i), GAP])),
      'moduli, each beside an exponent': parts((i) =>
        Buffer.concat([numberOf(256, i), GAP, exponent, GAP]),
      ),
      'public keys, all different': parts((i) => {
        const one = Buffer.from(spki)
        one.set(numberOf(192, i), 60)
        return one
      }),
      'a key in DER': over(der),
      'a damaged key in PEM': over(damaged(privateKey)),
      'begins of PEM': over(Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n')),
      'a prime of the key': over(Buffer.concat([little(p), GAP])),
      'a prime of the key in base64': over(Buffer.from(`"p":"${p}",`)),
      'the private exponent of the key': over(Buffer.concat([little(d), GAP])),
      'RSA keys, 276 of them': rsaKeys,
      'the same in a core of short pieces': inPieces(rsaKeys),
      'keys in PEM in UTF-16': over(Buffer.from(texts.toString(), 'utf16le')),
      'keys in PEM in base64 in base64': over(
        Buffer.from(Buffer.from(texts.toString('base64')).toString('base64')),
      ),
      'keys in PEM in hexadecimal digits': hexTexts,
      'the same, packed by gzip': packed(hexTexts),
      'keys in PEM, packed by gzip': packed(over(texts)),
      'EC keys, all different': parts(() => ecKey()),
      'ranges of LiME': parts((i) => limeRange(i)),
    },
  }
}

/** As many keys as `count`, in a JWK set, the given one among them. */
export function manyKeys(publicKey: string, count: number): string {
  const [own] = parsePublicKeys(Buffer.from(publicKey), 'key').keys
  if (own === undefined) throw new Error('no key')
  const others = Array.from({ length: count - 1 }, (_, i) => ({
    kty: 'RSA',
    e: 'AQAB',
    n: Buffer.from(numberOf(256, i).toReversed()).toString('base64url'),
  }))
  return JSON.stringify({ keys: [jwkOf(own), ...others] })
}

function jwkOf({ material }: PublicKey): { readonly [member: string]: string } {
  if (material.type !== 'rsa') throw new TypeError('no RSA key')
  const n = Buffer.from(material.n.toString(16), 'hex').toString('base64url')
  return { kty: 'RSA', e: 'AQAB', n }
}
