/** Source: RFC 7517, 7518 section 6, 7638, 8037; RFC 5280, section 4.1. Nothing is verified. */
import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isObject, type Json, text } from '@mintmark/core'
import { CURVES } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { bitLength, fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { isSigningPoint } from '@mintmark/keys/arithmetic/okp'
import { elementAt, elementsIn } from '@mintmark/keys/der/der'
import { MOST_CERTIFICATES, MOST_RSA_BITS } from './bounds.ts'

export interface ListedKey {
  /** RFC 7638 over SHA-256, base64url: the identity of the key. */
  readonly thumbprint: string
  /** Hex; undefined where OpenSSL takes no such key. */
  readonly spkiSha256: string | undefined
  readonly spkiSha1: string | undefined
  readonly kid: string | undefined
  readonly kty: string
  readonly crv: string | undefined
  readonly use: string | undefined
  readonly alg: string | undefined
  readonly keyOps: readonly string[]
  readonly className: string | undefined
  readonly issuer: string | undefined
  readonly bits: number
  readonly n: bigint | undefined
  readonly e: bigint | undefined
  /** False for no point of its curve, or one of small order; undefined where that was not checked. */
  readonly isOnCurve: boolean | undefined
  readonly notBeforeMs: number | undefined
  readonly expiresMs: number | undefined
  readonly certificates: readonly CertificateFacts[]
  /** Whether the first certificate is of another key than the one beside it. */
  readonly isCertifiedOtherwise: boolean
  /** Names of private members that were published; never their values. */
  readonly privateMembers: readonly string[]
  readonly jwk: Readonly<Partial<Record<string, string>>>
}

/** Members that nobody may publish. Source: RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1. */
const PRIVATE_MEMBERS: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

type Members = Partial<Record<string, string>>

type ReadKey = { readonly key: ListedKey } | { readonly problem: string }

/** A map: a type that is called `constructor` is no member of it. */
const REQUIRED: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['e', 'kty', 'n']],
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
  ['AKP', ['alg', 'kty', 'pub']],
])
const ENCODED: ReadonlySet<string> = new Set(['n', 'e', 'x', 'y', 'pub'])

export const SYMMETRIC = 'a symmetric key'

export function readJwk(jwk: Json): ReadKey {
  const kty = text(jwk, 'kty') ?? ''
  if (kty === 'oct') return { problem: SYMMETRIC }
  const required = REQUIRED.get(kty)
  if (required === undefined) return { problem: 'a key of a type that is not known' }
  const members: Members = {}
  for (const name of required) {
    const given = text(jwk, name)
    const value = ENCODED.has(name) ? canonical(given, name) : given
    if (value === undefined) return { problem: `the member ${name} is missing or not base64url` }
    members[name] = value
  }
  const n = kty === 'RSA' ? numberOf(members['n'] ?? '') : undefined
  if (n !== undefined && n >> BigInt(MOST_RSA_BITS) !== 0n)
    return { problem: `an RSA key of more than ${MOST_RSA_BITS} bits: refused` }
  return { key: keyOf(jwk, members, n) }
}

function keyOf(jwk: Json, members: Members, n: bigint | undefined): ListedKey {
  const spki = spkiOf(members)
  const certificates = certificatesOf(jwk['x5c'])
  const [first] = certificates
  const hash = (name: string) => spki && createHash(name).update(spki).digest('hex')
  return {
    thumbprint: createHash('sha256').update(JSON.stringify(members)).digest('base64url'),
    spkiSha256: hash('sha256'),
    spkiSha1: hash('sha1'),
    kty: members['kty'] ?? '',
    crv: members['crv'],
    kid: text(jwk, 'kid'),
    use: text(jwk, 'use'),
    alg: text(jwk, 'alg'),
    keyOps: textsOf(jwk['key_ops']),
    className: text(jwk, 'x_class'),
    issuer: text(jwk, 'issuer'),
    n,
    e: members['e'] === undefined ? undefined : numberOf(members['e']),
    isOnCurve: onCurve(members),
    notBeforeMs: secondsOf(jwk['nbf']),
    expiresMs: secondsOf(jwk['exp']),
    certificates: certificates.map(({ facts }) => facts),
    isCertifiedOtherwise: first !== undefined && spki !== undefined && !isOf(first.publicKey, spki),
    privateMembers: PRIVATE_MEMBERS.filter((name) => jwk[name] !== undefined),
    bits: bitsOf(members, n),
    jwk: members,
  }
}

export function keyOfObject(
  publicKey: KeyObject,
  given: Partial<ListedKey> = {},
): ListedKey | undefined {
  try {
    const read = readJwk({ ...publicKey.export({ format: 'jwk' }) })
    return 'key' in read ? { ...read.key, ...given } : undefined
  } catch {
    return undefined
  }
}

function spkiOf(members: Members): Buffer | undefined {
  try {
    return createPublicKey({ key: { ...members }, format: 'jwk' }).export({
      format: 'der',
      type: 'spki',
    })
  } catch {
    return undefined
  }
}

const isOf = (key: KeyObject, spki: Buffer) =>
  key.export({ format: 'der', type: 'spki' }).equals(spki)

/** Canonical base64url; of numbers without leading zeros, as RFC 7518 demands. */
function canonical(value: string | undefined, name: string): string | undefined {
  if (value === undefined || !/^[\w-]+$/.test(value) || value.length % 4 === 1) return undefined
  const bytes = Buffer.from(value, 'base64url')
  const isNumber = name === 'n' || name === 'e'
  const start = isNumber ? bytes.findIndex((byte) => byte !== 0) : 0
  return start === -1 ? undefined : bytes.subarray(start).toString('base64url')
}

const numberOf = (encoded: string) => fromBigEndian(Buffer.from(encoded, 'base64url'))

function bitsOf(members: Members, n: bigint | undefined): number {
  if (n !== undefined) return bitLength(n)
  const curve = CURVES.find((each) => each.curve === members['crv'])
  if (curve !== undefined) return curve.bits
  return Buffer.from(members['x'] ?? members['pub'] ?? '', 'base64url').length * 8
}

function onCurve({ crv, kty, x = '', y = '' }: Members): boolean | undefined {
  if (kty === 'OKP' && (crv === 'Ed25519' || crv === 'Ed448'))
    return isSigningPoint(crv, Buffer.from(x, 'base64url'))
  const curve = kty === 'EC' ? CURVES.find((each) => each.curve === crv) : undefined
  return curve && isOnCurve(curve, { x: numberOf(x), y: numberOf(y) })
}

export const UNREAD_CERTIFICATE: string = `a certificate that cannot be read, or is beyond ${MOST_CERTIFICATES} of one key`

function certificatesOf(chain: unknown) {
  return textsOf(chain)
    .slice(0, MOST_CERTIFICATES)
    .flatMap((each) => readCertificate(Buffer.from(each, 'base64')) ?? [])
}

export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((each): each is string => typeof each === 'string')
    : []
}

function secondsOf(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) < 8.64e12 ? value * 1000 : undefined
}

const PRIVATE_PEM =
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g

/** Blocks stay, without what is in them; one without an end too. */
export const withoutPrivatePem = (source: string): string =>
  source.replaceAll(PRIVATE_PEM, '$1removed$2')

/** The same value without private members and PEM keys: that they were there can be seen. A key may lack its `kty`. */
export function withoutPrivate(value: unknown): unknown {
  if (typeof value === 'string') return withoutPrivatePem(value)
  if (Array.isArray(value)) return value.map(withoutPrivate)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      PRIVATE_MEMBERS.includes(name) ? 'removed' : withoutPrivate(member),
    ]),
  )
}

interface CertificateFacts {
  readonly sha256: string
  readonly sha1: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly brokenHash: 'MD5' | 'SHA-1' | undefined
  readonly isSelfIssued: boolean
}

interface ReadCertificate {
  readonly facts: CertificateFacts
  readonly publicKey: KeyObject
}

/** Content of the object identifiers, hex: `md5WithRSA`; `sha1WithRSA`, `ecdsa-with-SHA1`, `dsa-with-sha1`. */
const BROKEN: Readonly<Record<string, 'MD5' | 'SHA-1'>> = {
  '2a864886f70d010104': 'MD5',
  '2a864886f70d010105': 'SHA-1',
  '2a8648ce3d0401': 'SHA-1',
  '2a8648ce380403': 'SHA-1',
}

export function readCertificate(der: Uint8Array): ReadCertificate | undefined {
  try {
    const { subject, issuer, validFrom, validTo, raw, publicKey } = new X509Certificate(der)
    const hash = (name: string) => createHash(name).update(raw).digest('hex')
    const notBeforeMs = Date.parse(validFrom)
    const notAfterMs = Date.parse(validTo)
    if (Number.isNaN(notBeforeMs) || Number.isNaN(notAfterMs)) return undefined
    const facts = {
      sha256: hash('sha256'),
      sha1: hash('sha1'),
      notBeforeMs,
      notAfterMs,
      brokenHash: BROKEN[signatureOid(raw)],
      isSelfIssued: subject === issuer,
    }
    return { facts, publicKey }
  } catch {
    return undefined
  }
}

function signatureOid(der: Uint8Array): string {
  const whole = elementAt(der, 0, der.length)
  const [, algorithm] = (whole && elementsIn(der, whole.from, whole.to)) ?? []
  const oid = algorithm && elementAt(der, algorithm.from, algorithm.to)
  return oid === undefined ? '' : Buffer.from(der.subarray(oid.from, oid.to)).toString('hex')
}

export function certificateKey(der: Uint8Array, given?: Partial<ListedKey>): ListedKey | undefined {
  const read = readCertificate(der)
  return read && keyOfObject(read.publicKey, { certificates: [read.facts], ...given })
}
