/**
 * What a certificate says: whose key, from when until when, signed how. Nothing is verified.
 *
 * Source: RFC 5280, section 4.1; object identifiers of RFC 8017 and RFC 5758.
 *
 * @module
 */
import { createHash, type KeyObject, X509Certificate } from 'node:crypto'

export interface CertificateFacts {
  /** Of the DER, hex. */
  readonly sha256: string
  readonly sha1: string
  readonly subject: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** Hash under its signature where that is broken. */
  readonly brokenHash: 'MD5' | 'SHA-1' | undefined
  readonly isSelfIssued: boolean
}

export interface ReadCertificate {
  readonly facts: CertificateFacts
  readonly publicKey: KeyObject
}

/** Content of the object identifiers, hex: md5WithRSA; sha1WithRSA, ecdsa-with-SHA1, dsa-with-sha1. */
const BROKEN: Readonly<Record<string, 'MD5' | 'SHA-1'>> = {
  '2a864886f70d010104': 'MD5',
  '2a864886f70d010105': 'SHA-1',
  '2a8648ce3d0401': 'SHA-1',
  '2a8648ce380403': 'SHA-1',
}

/** Undefined for what is no certificate. */
export function readCertificate(der: Uint8Array): ReadCertificate | undefined {
  try {
    const certificate = new X509Certificate(der)
    const { subject, issuer, validFrom, validTo, raw, publicKey } = certificate
    const hash = (name: string) => createHash(name).update(raw).digest('hex')
    const notBeforeMs = Date.parse(validFrom)
    const notAfterMs = Date.parse(validTo)
    if (Number.isNaN(notBeforeMs) || Number.isNaN(notAfterMs)) return undefined
    const facts = {
      sha256: hash('sha256'),
      sha1: hash('sha1'),
      subject: subject.replaceAll('\n', ', '),
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

/** Content of the identifier behind the part that is signed; `''` where the bytes are of another shape. */
function signatureOid(der: Uint8Array): string {
  const whole = headerOf(der, 0)
  const signed = whole && headerOf(der, whole.from)
  const algorithm = signed && headerOf(der, signed.to)
  const oid = algorithm && headerOf(der, algorithm.from)
  return oid === undefined ? '' : Buffer.from(der.subarray(oid.from, oid.to)).toString('hex')
}

/** Where the content of the DER element at a place begins and ends. */
function headerOf(der: Uint8Array, at: number): { from: number; to: number } | undefined {
  const first = der[at + 1]
  if (first === undefined) return undefined
  const more = first < 0x80 ? 0 : first & 0x7f
  if (more > 4) return undefined
  let length = more === 0 ? first : 0
  for (let k = 0; k < more; k++) length = length * 256 + (der[at + 2 + k] ?? 0)
  const from = at + 2 + more
  return from + length > der.length ? undefined : { from, to: from + length }
}
