/** All invented: no real key is here. Source: certificate of 2016; Microsoft, "Access tokens". */
import {
  checkPrimeSync,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
} from 'node:crypto'
import { mix, Random } from '../world/random.ts'
import { certificateOf } from './certificate.ts'

const STREAM = 0x6b657973
const SERIAL_BYTES = 8
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const ANY_TENANT = '{tenantid}'

interface Plan {
  readonly commonName: string
  readonly issuedTo: string
  readonly fromMs: number
  readonly toMs: number
}

const consumer = (fromMs: number, toMs: number): Plan => ({
  commonName: 'Replay Consumer STS Signing Public Key',
  issuedTo: CONSUMERS,
  fromMs,
  toMs,
})
const enterprise = (fromMs: number, toMs: number): Plan => ({
  commonName: 'Replay Enterprise STS Signing Public Key',
  issuedTo: ANY_TENANT,
  fromMs,
  toMs,
})

/** The first is the one that leaks: a consumer key whose certificate has run out. */
const PLANS: readonly [Plan, ...Plan[]] = [
  consumer(Date.UTC(2016, 3, 5, 14, 43, 35), Date.UTC(2021, 3, 4, 14, 43, 35)),
  consumer(Date.UTC(2016, 6, 13, 20, 59, 2), Date.UTC(2021, 6, 12, 20, 59, 2)),
  enterprise(Date.UTC(2022, 11, 16, 0, 0, 0), Date.UTC(2027, 11, 16, 0, 0, 0)),
  enterprise(Date.UTC(2023, 1, 6, 0, 0, 0), Date.UTC(2028, 1, 6, 0, 0, 0)),
]

export interface PublishedKey {
  /** SHA-1 of the certificate, base64url: what the headers of tokens name. */
  readonly kid: string
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly spkiSha256: string
  readonly subject: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly jwk: Readonly<Record<string, unknown>>
}

export interface SigningKeys {
  readonly leaked: { readonly published: PublishedKey; readonly privateKey: KeyObject }
  readonly jwks: { readonly keys: readonly PublishedKey['jwk'][] }
}

/** The keys of one seed. Cost: some tenth of a second each, to find their primes. */
export function signingKeys(seed: number): SigningKeys {
  const [leaked, ...others] = PLANS
  const privateKey = keyOf(seed, 0)
  const published = publish(privateKey, leaked, seed, 0)
  const rest = others.map((plan, at) => publish(keyOf(seed, at + 1), plan, seed, at + 1))
  return {
    leaked: { published, privateKey },
    jwks: { keys: [published, ...rest].map(({ jwk }) => jwk) },
  }
}

const keyOf = (seed: number, index: number): KeyObject =>
  seededKey(new Random(mix(seed, STREAM, index)))

function publish(key: KeyObject, plan: Plan, seed: number, index: number): PublishedKey {
  const random = new Random(mix(seed, STREAM, index, 1))
  const serial = Buffer.alloc(SERIAL_BYTES)
  serial.writeUInt32BE((random.next() & 0x7fffffff) | 0x01000000, 0)
  serial.writeUInt32BE(random.next(), 4)
  const certificate = certificateOf(key, { ...plan, serial })
  const kid = createHash('sha1').update(certificate).digest('base64url')
  const publicKey = createPublicKey(key)
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const { n, e } = publicKey.export({ format: 'jwk' })
  return {
    kid,
    spkiSha256: createHash('sha256').update(spki).digest('hex'),
    subject: `CN=${plan.commonName}`,
    notBeforeMs: plan.fromMs,
    notAfterMs: plan.toMs,
    jwk: {
      kty: 'RSA',
      use: 'sig',
      kid,
      x5t: kid,
      n,
      e,
      x5c: [certificate.toString('base64')],
      issuer: `https://login.example.com/${plan.issuedTo}/v2.0`,
    },
  }
}

/** Never secret: the same for one seed. Source: RFC 8017, section 3; OpenSSL tests the primes. */

const PRIME_BITS = 1024
const EXPONENT = 65_537n
const SMALL_PRIMES = primesBelow(5000)

/** An RSA-2048 private key with the exponent 65537. Whoever knows the seed knows the key. */
export function seededKey(random: Random): KeyObject {
  const one = seededPrime(random)
  let other = seededPrime(random)
  while (other === one) other = seededPrime(random)
  const [p, q] = one > other ? [one, other] : [other, one]
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n))
  const jwk = {
    kty: 'RSA',
    n: base64url(p * q),
    e: base64url(EXPONENT),
    d: base64url(d),
    p: base64url(p),
    q: base64url(q),
    dp: base64url(d % (p - 1n)),
    dq: base64url(d % (q - 1n)),
    qi: base64url(inverse(q, p)),
  }
  return createPrivateKey({ key: jwk, format: 'jwk' })
}

/** The two highest bits are set, so that the product of two has its full length. */
function seededPrime(random: Random): bigint {
  const bytes = Buffer.alloc(PRIME_BITS / 8)
  for (let offset = 0; offset < bytes.length; offset += 4)
    bytes.writeUInt32BE(random.next(), offset)
  bytes.writeUInt8(bytes.readUInt8(0) | 0xc0, 0)
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) | 1, bytes.length - 1)
  for (let candidate = fromBytes(bytes); ; candidate += 2n) {
    if (SMALL_PRIMES.some((small) => candidate % small === 0n)) continue
    if (candidate % EXPONENT !== 1n && checkPrimeSync(candidate)) return candidate
  }
}

function primesBelow(bound: number): bigint[] {
  const primes: number[] = []
  for (let n = 3; n < bound; n += 2) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes.map(BigInt)
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [low, high] = [modulus, value % modulus]
  let [before, now] = [0n, 1n]
  while (high !== 1n) {
    const quotient = low / high
    ;[low, high] = [high, low - quotient * high]
    ;[before, now] = [now, before - quotient * now]
  }
  return now < 0n ? now + modulus : now
}

const fromBytes = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`)

function base64url(value: bigint): string {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}
