/** Every value of an RSA key that a process could hold, by plain arithmetic. */
import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { bigEndian, type Needle, numberOf, spelled } from './encodings.ts'
import type { Secret } from './secret_pieces.ts'

/** What must be found of one key, and erased. */
export interface Truth {
  /** SHA-256 of the DER SubjectPublicKeyInfo; empty for a symmetric key. */
  readonly keyId: string
  /** PEM SubjectPublicKeyInfo, to give to the command. */
  readonly publicKey: string
  /** Private values in all spellings: each place must be found. */
  readonly needles: readonly Needle[]
  /** Parts of a text that are no key by themselves, and must be gone after scrubbing all the same. */
  readonly parts: readonly Needle[]
  /** Public values, which show that the key was in the process at all. */
  readonly publicNeedles: readonly Needle[]
  readonly rsa?: RsaNumbers
  /** Values of which no piece may be left after scrubbing. */
  readonly secrets: readonly Secret[]
}

export interface RsaNumbers {
  readonly n: bigint
  readonly e: bigint
  readonly d: bigint
  readonly p: bigint
  readonly q: bigint
}

export const idOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex')

export const fromBase64url = (text: string | undefined): bigint =>
  numberOf(Buffer.from(text ?? '', 'base64url'))

/** Of a private key that node:crypto holds, with its DER and PEM. */
export function rsaTruthOf(key: KeyObject): Truth {
  const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString()
  const { n, e, d, p, q } = key.export({ format: 'jwk' })
  const [bigN, bigE, bigD] = [fromBase64url(n), fromBase64url(e), fromBase64url(d)]
  const numbers = { n: bigN, e: bigE, d: bigD, p: fromBase64url(p), q: fromBase64url(q) }
  const truth = rsaTruth(numbers, [
    { name: 'pkcs1', bytes: key.export({ format: 'der', type: 'pkcs1' }) },
    { name: 'pkcs8', bytes: key.export({ format: 'der', type: 'pkcs8' }) },
    { name: 'pem', bytes: Buffer.from(pem.trim()) },
  ])
  return { ...truth, parts: pemLines(pem) }
}

/** Of primes alone, as OpenSSL makes d of them. */
export function rsaTruthOfPrimes(p: bigint, q: bigint): Truth {
  const e = 65537n
  const d = inverse(e, ((p - 1n) * (q - 1n)) / gcd(p - 1n, q - 1n))
  return rsaTruth({ n: p * q, e, d, p, q })
}

/** Of bare numbers, where no file has the key. */
export function rsaTruth(numbers: RsaNumbers, whole: readonly Needle[] = []): Truth {
  const { n, e } = numbers
  const publicKey = createPublicKey({ key: rsaJwk(n, e), format: 'jwk' })
  return {
    keyId: idOf(publicKey),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    needles: [...rsaValues(numbers).flatMap(([name, value]) => spelled(name, value)), ...whole],
    parts: [],
    publicNeedles: spelled('n', n),
    rsa: numbers,
    secrets: rsaSecrets(numbers),
  }
}

const rsaJwk = (n: bigint, e: bigint): JsonWebKey => ({
  kty: 'RSA',
  n: bigEndian(n).toString('base64url'),
  e: bigEndian(e).toString('base64url'),
})

function rsaSecrets({ n, d, p, q }: RsaNumbers): readonly Secret[] {
  const bits = n.toString(2).length
  const values = { p, q, dP: d % (p - 1n), dQ: d % (q - 1n), qInv: inverse(q, p) }
  return [
    { name: 'd', value: d, bits },
    ...Object.entries(values).map(([name, value]) => ({ name, value, bits: bits / 2 })),
  ]
}

function rsaValues({ n, e, d, p, q }: RsaNumbers): readonly (readonly [string, bigint])[] {
  const phi = (p - 1n) * (q - 1n)
  const lambda = phi / gcd(p - 1n, q - 1n)
  const radix = 1n << BigInt(n.toString(2).length / 2)
  const values: readonly (readonly [string, bigint])[] = [
    ['d', d],
    ['d mod phi', inverse(e, phi)],
    ['d mod lambda', inverse(e, lambda)],
    ['p', p],
    ['q', q],
    ['dP', d % (p - 1n)],
    ['dQ', d % (q - 1n)],
    ['qInv', inverse(q, p)],
    ['pInv', inverse(p, q)],
    ['R2 mod p', (radix * radix) % p],
    ['R2 mod q', (radix * radix) % q],
    ['R mod p', radix % p],
    ['R mod q', radix % q],
    ['p-1', p - 1n],
    ['q-1', q - 1n],
    ['p+1', p + 1n],
    ['q+1', q + 1n],
    ['R-p', radix - p],
    ['R-q', radix - q],
    ['phi', phi],
    ['lambda', lambda],
  ]
  const seen = new Set<bigint>()
  return values.filter(([, value]) => (seen.has(value) ? false : seen.add(value)))
}

/** The first, a middle and the last line of a PEM body; the first in UTF-16 as well. */
export function pemLines(pem: string): readonly Needle[] {
  const lines = pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----'))
  const [first = '', last = ''] = [lines[0], lines.at(-1)]
  const middle = lines[lines.length >> 1] ?? ''
  return [
    // The very first letters are the same in all keys of one kind and size.
    { name: 'pem first line', bytes: Buffer.from(first) },
    { name: 'pem first line utf-16', bytes: Buffer.from(first, 'utf16le') },
    { name: 'pem middle line', bytes: Buffer.from(middle) },
    { name: 'pem last line', bytes: Buffer.from(last) },
  ].filter(({ bytes }) => bytes.length >= 16)
}

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x < 0n ? -x : x
}

/** a⁻¹ mod m, by Euclid. */
function inverse(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, a % m, 0n, 1n]
  while (r1 !== 0n) {
    const quotient = r0 / r1
    ;[r0, r1, s0, s1] = [r1, r0 - quotient * r1, s1, s0 - quotient * s1]
  }
  return ((s0 % m) + m) % m
}
