/** Public keys in PKCS#7 (RFC 5652) and in requests for certificates (RFC 2986); unverified. */
import { childrenOf, type Element, elementAt, elementOf, hexOf, TAG } from '../der/der.ts'
import { Row } from '../der/row.ts'

/** 1.2.840.113549.1.7.2 */
const SIGNED_DATA = '2a864886f70d010702'
/** `[0]`: certificates of SignedData. */
const CERTIFICATES = 0xa0
const CONTENT_INFO = new Row('06 a0')
const REQUEST = new Row('30 * 03')
const ASKED = new Row('02 * 30 a0? *?')

/** Views, in any order; a chain may be longer than the lists that keys have. */
export function certificatesOfSigned(der: Uint8Array): Uint8Array[] | undefined {
  const [type, content] = CONTENT_INFO.in(der)
  if (type === undefined || content === undefined || hexOf(der, type) !== SIGNED_DATA)
    return undefined
  const signed = elementOf(der, content.from, der.length, TAG.sequence)
  const list = signed && childrenOf(der, signed)?.find(({ tag }) => tag === CERTIFICATES)
  return list === undefined ? [] : sequencesIn(der, list)
}

/** A view; undefined for other bytes. */
export function spkiOfRequest(der: Uint8Array): Uint8Array | undefined {
  const [asked] = REQUEST.in(der)
  const [, , spki, attributes, other] = ASKED.of(der, asked)
  const isRequest = attributes !== undefined || other === undefined
  return spki && isRequest ? der.subarray(spki.at, spki.to) : undefined
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
