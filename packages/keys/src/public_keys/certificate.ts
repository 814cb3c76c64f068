/** Keys of X.509 certificates (RFC 5280, 4.1). Unverified: any certificate names a key. */
import { X509Certificate } from 'node:crypto'
import { elementOf, TAG } from '../der/der.ts'
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
