/**
 * Public keys in what is signed around them, in DER: certificates that PKCS#7 carries (RFC 5652), and requests for a certificate
 * (RFC 2986). Nothing is verified: who signed is of no matter to what is searched for. @module
 */
import { childrenOf, type Element, elementAt, elementOf, hexOf, TAG } from '../der/der.ts'

/** 1.2.840.113549.1.7.2 */
const SIGNED_DATA = '2a864886f70d010702'
/** `[0]`: content of a ContentInfo, certificates of SignedData, attributes of a request. */
const CONTEXT_0 = 0xa0

/**
 * The certificates of a SignedData that begins at 0, views, in order; undefined for other bytes. A chain is in any
 * order, and may be longer than the lists that keys have.
 */
export function certificatesOfSigned(der: Uint8Array): Uint8Array[] | undefined {
  const [type, content] = sequenceAt(der, 0) ?? []
  if (type?.tag !== TAG.oid || hexOf(der, type) !== SIGNED_DATA) return undefined
  if (content?.tag !== CONTEXT_0) return undefined
  const list = sequenceAt(der, content.from)?.find(({ tag }) => tag === CONTEXT_0)
  return list === undefined ? [] : sequencesIn(der, list)
}

/** The SubjectPublicKeyInfo of a request for a certificate that begins at 0, a view; undefined for other bytes. */
export function spkiOfRequest(der: Uint8Array): Uint8Array | undefined {
  const [asked, , signature] = sequenceAt(der, 0) ?? []
  if (asked?.tag !== TAG.sequence || signature?.tag !== TAG.bits) return undefined
  const [version, , spki, attributes] = childrenOf(der, asked) ?? []
  if (version?.tag !== TAG.integer || spki?.tag !== TAG.sequence) return undefined
  // Some writers leave the attributes out.
  if (attributes !== undefined && attributes.tag !== CONTEXT_0) return undefined
  return der.subarray(spki.at, spki.to)
}

/** What is in the SEQUENCE at an offset. */
function sequenceAt(der: Uint8Array, at: number): Element[] | undefined {
  const whole = elementOf(der, at, der.length, TAG.sequence)
  return whole && childrenOf(der, whole)
}

/** Certificates are SEQUENCEs; other kinds (of attributes, of PKCS#6) are tagged. */
function sequencesIn(der: Uint8Array, { from, to }: Element): Uint8Array[] {
  const found: Uint8Array[] = []
  let element = elementAt(der, from, to)
  while (element !== undefined) {
    if (element.tag === TAG.sequence) found.push(der.subarray(element.at, element.to))
    element = elementAt(der, element.to, to)
  }
  return found
}
