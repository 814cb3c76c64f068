/** Keys of X.509 certificates (RFC 5280, 4.1). Unverified: any certificate names a key. */
import { X509Certificate } from 'node:crypto'
import { childrenOf, type Element, elementAt, elementOf, hexOf, TAG } from '../der/der.ts'
import { Row } from '../der/row.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { keyIdOf } from '../public_half/key_id.ts'
import type { PublicKey } from '../public_half/public_key.ts'
import { keyOfSpki } from './spki_key.ts'

const CERTIFICATE = new Row('30')
const SIGNED = new Row('a0? * * * * * 30')

/** Undefined also for kinds that are not searched for. */
export function keyOfCertificate(
  der: Uint8Array,
  budget: WorkBudget = UNLIMITED,
): PublicKey | undefined {
  const spki = spkiOfCertificate(der)
  const material = spki && keyOfSpki(spki, budget)
  if (material === undefined) return undefined
  return keyWith(material, namesOf(der, budget))
}

/** The SubjectPublicKeyInfo of a certificate that begins at 0, a view; undefined for none. */
export function spkiOfCertificate(der: Uint8Array): Uint8Array | undefined {
  const [signed] = CERTIFICATE.in(der)
  const spki = SIGNED.of(der, signed).at(-1)
  return spki && der.subarray(spki.at, spki.to)
}

export function keyWith(
  material: PublicKey['material'],
  known: Pick<PublicKey, 'kid' | 'subject' | 'notAfterMs'>,
): PublicKey {
  const { kid, subject } = known
  return { ...known, material, keyId: { ...keyIdOf(material), kid, subject } }
}

export const plainKey = (material: PublicKey['material'] | undefined): PublicKey | undefined =>
  material && keyWith(material, {})

/** @param der may go on behind the certificate */
function namesOf(der: Uint8Array, budget: WorkBudget): Pick<PublicKey, 'subject' | 'notAfterMs'> {
  budget.spend(100_000)
  try {
    const whole = elementOf(der, 0, der.length, TAG.sequence)
    const { subject, validTo } = new X509Certificate(der.subarray(0, whole?.to))
    const notAfterMs = Date.parse(validTo)
    return {
      // An attribute a line; a certificate may have no subject at all, whatever the types say.
      ...(subject ? { subject: subject.trim().replaceAll('\n', ', ') } : {}),
      ...(Number.isNaN(notAfterMs) ? {} : { notAfterMs }),
    }
  } catch {
    return {}
  }
}

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
