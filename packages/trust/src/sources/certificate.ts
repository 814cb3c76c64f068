/**
 * Facts of a certificate: key, validity, signature algorithm. Nothing is verified.
 *
 * Source: RFC 5280, section 4.1; object identifiers of RFC 8017 and RFC 5758.
 *
 * @module
 */
import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { elementAt, elementsIn } from '@mintmark/keys/der/der'

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
  const whole = elementAt(der, 0, der.length)
  const [, algorithm] = (whole && elementsIn(der, whole.from, whole.to)) ?? []
  const oid = algorithm && elementAt(der, algorithm.from, algorithm.to)
  return oid === undefined ? '' : Buffer.from(der.subarray(oid.from, oid.to)).toString('hex')
}
