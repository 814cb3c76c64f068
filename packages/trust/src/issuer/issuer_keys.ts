/**
 * Keys of the test issuer: their roles, and the merged key set.
 *
 * One key set carries the keys of several issuers and classes, as Microsoft Entra publishes them: a verifier that takes a
 * key by its `kid` alone trusts all of them for everything.
 *
 * @module
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import type { Json } from '@mintmark/core'
import { certificateOf } from '@mintmark/replay/certificate'

/** Class of each role, and the path of its own issuer below the test issuer. */
const ROLES = {
  /** Signs genuine tokens. */
  signing: ['enterprise', ''],
  /** Announced successor; withdrawn while a probe measures the time to distrust. */
  next: ['enterprise', ''],
  /** A second one, withdrawn while the key endpoint cannot be reached. */
  spare: ['enterprise', ''],
  /** Signs nothing any more, and is still listed. */
  retired: ['retired', ''],
  /** Retired too; a probe takes it out of the set. */
  leaving: ['retired', ''],
  consumer: ['consumer', '/consumers'],
  /** Of another tenant. */
  tenant: ['enterprise', '/other-tenant'],
  /** Of an issuer that is disabled, still listed. */
  disabled: ['disabled', '/disabled'],
  encryption: ['encryption', ''],
  /** The attacker's; in no set. The class is what the attacker would claim. */
  stranger: ['enterprise', ''],
  /** RSA, of SAML metadata and in no set: signs responses; has an expired certificate; the attacker's. */
  saml: ['saml', ''],
  'saml-expired': ['saml', ''],
  'saml-stranger': ['saml', ''],
} as const

export type KeyRole = keyof typeof ROLES

export const isRole = (name: string | undefined): name is KeyRole =>
  name !== undefined && Object.hasOwn(ROLES, name)

export interface StoredKey {
  readonly role: KeyRole
  readonly kid: string
  readonly isListed: boolean
  /** PKCS #8, PEM. */
  readonly pem: string
}

/** Paths below which discovery answers, the issuer's own first. */
export const ISSUER_PATHS: readonly string[] = [
  ...new Set(Object.values(ROLES).map(([, path]) => path)),
]

const isSaml = (role: KeyRole): boolean => ROLES[role][0] === 'saml'

/** Whether a key set may have it. */
export const isPublished = (role: KeyRole): boolean => role !== 'stranger' && !isSaml(role)

export type IssuerAlgorithm = 'ES256' | 'RS256'

function newKey(role: KeyRole, algorithm: IssuerAlgorithm): StoredKey {
  // Services that take SAML know RSA, and few know ECDSA.
  const { privateKey } =
    isSaml(role) || algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    role,
    kid: kidOf(privateKey),
    isListed: isPublished(role),
    pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

/** Keys with one more for each role that has none. @param hasSaml those of SAML too, which take a second to make */
export function completed(
  keys: readonly StoredKey[],
  hasSaml: boolean,
  algorithm: IssuerAlgorithm,
): StoredKey[] {
  const missing = Object.keys(ROLES)
    .filter(isRole)
    .filter((role) => (hasSaml || !isSaml(role)) && !keys.some((key) => key.role === role))
  return [...keys, ...missing.map((role) => newKey(role, algorithm))]
}

export const algorithmOf = ({ pem }: Pick<StoredKey, 'pem'>): IssuerAlgorithm =>
  createPublicKey(pem).asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256'

/** Algorithm of an issuer's tokens; undefined before it has a signing key. */
export function issuerAlgorithm(keys: readonly StoredKey[]): IssuerAlgorithm | undefined {
  const signing = keys.find(({ role }) => role === 'signing')
  return signing && algorithmOf(signing)
}

const YEAR_2020 = Date.UTC(2020, 0)

/** Certificate of a key of SAML metadata in DER, the same bytes each time; one role's has expired. */
export function certificateFor(key: StoredKey): Buffer {
  return certificateOf(privateKeyOf(key), {
    commonName: 'mintmark trust issuer',
    serial: Buffer.from([1]),
    fromMs: YEAR_2020,
    toMs: Date.UTC(key.role === 'saml-expired' ? 2021 : 2049, 0),
  })
}

/** The old signing key stays listed as a retired one, its successor signs, and a new successor is announced. */
export function rotated(keys: readonly StoredKey[]): StoredKey[] {
  const others = keys.filter(({ role }) => role !== 'retired').map(moved)
  return [...others, newKey('next', issuerAlgorithm(keys) ?? 'ES256')]
}

function moved(key: StoredKey): StoredKey {
  if (key.role === 'signing') return { ...key, role: 'retired' }
  return key.role === 'next' ? { ...key, role: 'signing', isListed: true } : key
}

export function issuerOf(role: KeyRole, url: string): string {
  return `${url}${ROLES[role][1]}`
}

/** The signing key first: a reader that takes the first key that fits takes that one. */
export function keySet(keys: readonly StoredKey[], url: string): Json {
  const listed = keys.filter(({ isListed, role }) => isListed && isPublished(role))
  const first = (key: StoredKey) => (key.role === 'signing' ? 0 : 1)
  return {
    keys: listed.toSorted((a, b) => first(a) - first(b)).map((key) => publicKey(key, url)),
  }
}

const ENCRYPTION = { ES256: 'ECDH-ES', RS256: 'RSA-OAEP-256' } as const

/** The key set on the attacker's server. */
export function strangerKeySet(keys: readonly StoredKey[], url: string): Json {
  return { keys: keys.filter(({ role }) => role === 'stranger').map((key) => publicKey(key, url)) }
}

function publicKey(key: StoredKey, url: string): Json {
  const { role, kid, pem } = key
  const alg = algorithmOf(key)
  const isForEncryption = role === 'encryption'
  return {
    ...createPublicKey(pem).export({ format: 'jwk' }),
    kid,
    use: isForEncryption ? 'enc' : 'sig',
    alg: isForEncryption ? ENCRYPTION[alg] : alg,
    issuer: issuerOf(role, url),
    x_class: ROLES[role][0],
  }
}

export const privateKeyOf = ({ pem }: StoredKey): KeyObject => createPrivateKey(pem)

/** Thumbprint of the key. Source: RFC 7638, section 3.2. */
function kidOf(key: KeyObject): string {
  const { crv, e, kty, n, x, y } = createPublicKey(key).export({ format: 'jwk' })
  return createHash('sha256').update(JSON.stringify({ crv, e, kty, n, x, y })).digest('base64url')
}
