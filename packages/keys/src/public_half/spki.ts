/** SubjectPublicKeyInfo. Source: RFC 5280, section 4.1.2.7; RFC 3279, RFC 5480, RFC 8410. */
import { curveNamed } from '../arithmetic/curves.ts'
import { toBigEndian } from '../arithmetic/modular.ts'
import { okpNamed } from '../arithmetic/okp.ts'
import { contentOf, type Element, hexOf, TAG } from '../der/der.ts'
import { derBits, derInteger, derOid, derSequence } from '../der/der_write.ts'
import { Row } from '../der/row.ts'
import type { EcMaterial, OkpMaterial, RsaMaterial } from '../material/key_material.ts'

export const OID = {
  rsa: '2a864886f70d010101',
  rsaPss: '2a864886f70d01010a',
  rsaOaep: '2a864886f70d010107',
  ec: '2a8648ce3d0201',
  ecdh: '2b8104010c',
  dsa: '2a8648ce380401',
  dh: '2a864886f70d010301',
  dhX942: '2a8648ce3e0201',
} as const

export const RSA_OIDS: ReadonlySet<string> = new Set([OID.rsa, OID.rsaPss, OID.rsaOaep])
export const EC_OIDS: ReadonlySet<string> = new Set([OID.ec, OID.ecdh])

const RSA_ALGORITHM = derSequence(derOid(OID.rsa), Buffer.from([TAG.none, 0]))

export function rsaSpki({ n, e }: Pick<RsaMaterial, 'n' | 'e'>): Buffer {
  const key = derSequence(derInteger(n), derInteger(e))
  return derSequence(RSA_ALGORITHM, derBits(key))
}

export function ecSpki({ curve, x, y }: Pick<EcMaterial, 'curve' | 'x' | 'y'>): Buffer {
  const { oid, lengthBytes } = curveNamed(curve)
  const point = [Buffer.from([4]), toBigEndian(x, lengthBytes), toBigEndian(y, lengthBytes)]
  return derSequence(derSequence(derOid(OID.ec), derOid(oid)), derBits(Buffer.concat(point)))
}

export function okpSpki({ curve, publicKey }: Pick<OkpMaterial, 'curve' | 'publicKey'>): Buffer {
  return plainSpki(okpNamed(curve).oid, publicKey)
}

/** For algorithms without parameters: RFC 8410, FIPS 203 to 205. */
export function plainSpki(oid: string, publicKey: Uint8Array): Buffer {
  return derSequence(derSequence(derOid(oid)), derBits(publicKey))
}

/** For DSA and DH, whose parameters are whole numbers and whose public half is one. */
export function groupSpki(oid: string, parameters: readonly bigint[], y: bigint): Buffer {
  const group = derSequence(...parameters.map((value) => derInteger(value)))
  return derSequence(derSequence(derOid(oid), group), derBits(derInteger(y)))
}

export interface Algorithm {
  readonly oid: string
  readonly parameters: Element | undefined
}

export interface SpkiParts extends Algorithm {
  readonly publicKey: Uint8Array
}

const ALGORITHM = new Row('06 *?')
const SPKI = new Row('30 03')

export function algorithmOf(bytes: Uint8Array, element: Element): Algorithm | undefined {
  const [oid, parameters] = ALGORITHM.of(bytes, element)
  return oid && { oid: hexOf(bytes, oid), parameters }
}

/** The parts of a SubjectPublicKeyInfo that begins at 0, or undefined for other bytes. */
export function spkiParts(spki: Uint8Array): SpkiParts | undefined {
  const [element, bits] = SPKI.in(spki)
  const algorithm = element && algorithmOf(spki, element)
  if (algorithm === undefined || bits === undefined || spki[bits.from] !== 0) return undefined
  return { ...algorithm, publicKey: contentOf(spki, bits).subarray(1) }
}
