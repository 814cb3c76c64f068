/** Keys, certificates and documents that tests publish. All are made for the test, and are test keys. */
import { execFileSync } from 'node:child_process'
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { toShortestBytes } from '@mintmark/keys/arithmetic/modular'

export type Jwk = JsonWebKey & Record<string, unknown>

/** Read again from its DER: Node may wait for ever where a key that was just made becomes a JWK. */
function again(made: KeyObject): KeyObject {
  return createPrivateKey(made.export({ format: 'pem', type: 'pkcs8' }))
}

/** A public key for signing on P-256, and its private half. */
export function ecPair(kid: string, more: Jwk = {}): { jwk: Jwk; privateJwk: Jwk } {
  const key = again(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
  const members = { kid, use: 'sig', alg: 'ES256', ...more }
  return {
    jwk: { ...createPublicKey(key).export({ format: 'jwk' }), ...members },
    privateJwk: { ...key.export({ format: 'jwk' }), ...members },
  }
}

export const ecKey = (kid: string, more: Jwk = {}): Jwk => ecPair(kid, more).jwk

export function rsaKey(kid: string, more: Jwk = {}, modulusLength = 2048): Jwk {
  const key = again(generateKeyPairSync('rsa', { modulusLength }).privateKey)
  const jwk = createPublicKey(key).export({ format: 'jwk' })
  return { ...jwk, kid, use: 'sig', alg: 'RS256', ...more }
}

const encoded = (value: bigint) => toShortestBytes(value).toString('base64url')

/** An RSA key of given numbers. */
export function rsaOf(n: bigint, e: bigint, kid = 'k'): Jwk {
  return { kty: 'RSA', n: encoded(n), e: encoded(e), kid, use: 'sig', alg: 'RS256' }
}

export const jwks = (...keys: readonly Jwk[]): Buffer => Buffer.from(JSON.stringify({ keys }))

/** A certificate and its key as OpenSSL makes them. */
export interface Certified {
  readonly der: Buffer
  readonly pem: string
  readonly keyPem: string
  readonly jwk: Jwk
}

/** @param dates `YYYYMMDDHHMMSSZ` */
export function certified(
  options: { from?: string; to?: string; digest?: string; name?: string } = {},
): Certified {
  const {
    from = '20230101000000Z',
    to = '20330101000000Z',
    digest = 'sha256',
    name = 'localhost',
  } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-cert-'))
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
  try {
    const make = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    const dates = ['-not_before', from, '-not_after', to, `-${digest}`]
    const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    execFileSync('openssl', [...make, ...dates, ...names, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    })
    const [pem, keyPem] = [readFileSync(cert, 'utf8'), readFileSync(key, 'utf8')]
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
    return { der, pem, keyPem, jwk: { ...createPublicKey(pem).export({ format: 'jwk' }) } }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const saml = (body: string, attributes = 'entityID="https://idp.example.org"'): Buffer =>
  Buffer.from(
    `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ${attributes}><md:IDPSSODescriptor>${body}</md:IDPSSODescriptor></md:EntityDescriptor>`,
  )

export const samlKey = (der: Buffer, use = 'use="signing"'): string =>
  `<md:KeyDescriptor ${use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${der.toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`

/** A folder that is gone after the test file. */
export function scratch(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `mintmark-${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeAt(file: string, bytes: Uint8Array | string): string {
  writeFileSync(file, bytes)
  return file
}
