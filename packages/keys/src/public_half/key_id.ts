import { hash } from 'node:crypto'
import { curveNamed } from '../arithmetic/curves.ts'
import { toBigEndian, toShortestBytes } from '../arithmetic/modular.ts'
import type { Curve, KeyMaterial } from '../material/key_material.ts'
import { ecSpki, okpSpki, rsaSpki } from './spki.ts'

/** What RFC 7518 and RFC 8812 call the curves that JWK has. */
const JWK_CURVES: Partial<Record<Curve, string>> = {
  'P-256': 'P-256',
  'P-384': 'P-384',
  'P-521': 'P-521',
  secp256k1: 'secp256k1',
}

export interface KeyId {
  /** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
  readonly spkiSha256: string | undefined
  /** RFC 7638, SHA-256, base64url. */
  readonly jwkThumbprint: string | undefined
  /** Of a given or harvested public key that matches: its `kid`, or its certificate's subject. */
  readonly kid: string | undefined
  readonly subject: string | undefined
}

/**
 * SHA-256 of the SubjectPublicKeyInfo (hex; RSA as `rsaEncryption`) and RFC 7638 thumbprint
 * (base64url); undefined without a public half, the latter also without words of JWK.
 */
export function keyIdOf(material: KeyMaterial): Pick<KeyId, 'spkiSha256' | 'jwkThumbprint'> {
  const spki = spkiOf(material)
  const jwk = jwkOf(material)
  return {
    spkiSha256: spki && hash('sha256', spki, 'hex'),
    jwkThumbprint: jwk && hash('sha256', jwk, 'base64url'),
  }
}

export function spkiOf(material: KeyMaterial): Uint8Array | undefined {
  if (material.type === 'rsa') return rsaSpki(material)
  if (material.type === 'ec') return ecSpki(material)
  if (material.type === 'okp') return okpSpki(material)
  return material.publicKey
}

function jwkOf(material: KeyMaterial): string | undefined {
  if (material.type === 'rsa') {
    const e = base64url(toShortestBytes(material.e))
    return JSON.stringify({ e, kty: 'RSA', n: base64url(toShortestBytes(material.n)) })
  }
  if (material.type === 'ec') {
    const crv = JWK_CURVES[material.curve]
    if (crv === undefined) return undefined
    const { lengthBytes } = curveNamed(material.curve)
    const x = base64url(toBigEndian(material.x, lengthBytes))
    return JSON.stringify({ crv, kty: 'EC', x, y: base64url(toBigEndian(material.y, lengthBytes)) })
  }
  if (material.type !== 'okp') return undefined
  const x = base64url(material.publicKey)
  return JSON.stringify({ crv: material.curve, kty: 'OKP', x })
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}
