import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readAgain } from './key_pair.ts'

/** A private key made for one test run, in the spellings that tests plant. */
export interface TestKey {
  readonly name: string
  readonly key: KeyObject
  readonly spkiSha256: string
}

function made(name: string, key: KeyObject, open: KeyObject): TestKey {
  return { name, key, spkiSha256: spkiHash(open) }
}

/** SHA-256 of the DER SubjectPublicKeyInfo, hex. */
export function spkiHash(open: KeyObject): string {
  return createHash('sha256')
    .update(open.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}

function rsa(bits: number): TestKey {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: bits }))
  return made(`rsa-${bits}`, privateKey, publicKey)
}

function ec(namedCurve: string): TestKey {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve }))
  return made(namedCurve, privateKey, publicKey)
}

function edwards(type: 'ed25519' | 'ed448' | 'x25519' | 'x448'): TestKey {
  const { privateKey, publicKey } = readAgain(generatePair(type))
  return made(type, privateKey, publicKey)
}

function generatePair(type: 'ed25519' | 'ed448' | 'x25519' | 'x448'): {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
} {
  switch (type) {
    case 'ed25519':
      return readAgain(generateKeyPairSync('ed25519'))
    case 'ed448':
      return readAgain(generateKeyPairSync('ed448'))
    case 'x25519':
      return readAgain(generateKeyPairSync('x25519'))
    case 'x448':
      return readAgain(generateKeyPairSync('x448'))
    default:
      throw new TypeError('no such curve')
  }
}

export const RSA: TestKey = rsa(2048)
export const RSA_SMALL: TestKey = rsa(1024)
export const P256: TestKey = ec('prime256v1')
export const ED25519: TestKey = edwards('ed25519')

/** One of each kind that node:crypto makes fast. */
export const KEYS: readonly TestKey[] = [
  RSA,
  RSA_SMALL,
  rsa(512),
  P256,
  ec('secp384r1'),
  ec('secp521r1'),
  ec('secp256k1'),
  ED25519,
  edwards('ed448'),
  edwards('x25519'),
  edwards('x448'),
]

export function isRsa({ name }: TestKey): boolean {
  return name.startsWith('rsa')
}

export function isEc({ name }: TestKey): boolean {
  return name.startsWith('sec') || name.startsWith('prime')
}

/** PKCS#8, and what OpenSSL calls traditional where there is one. */
export function pemsOf(key: TestKey): readonly string[] {
  const pkcs8 = key.key.export({ type: 'pkcs8', format: 'pem' })
  const traditional = isRsa(key) ? 'pkcs1' : isEc(key) ? 'sec1' : undefined
  const texts =
    traditional === undefined
      ? [pkcs8]
      : [pkcs8, key.key.export({ type: traditional, format: 'pem' })]
  return texts.map(String)
}

/** The base64 of a PEM's body, on one line. */
export function bodyOf(pem: string): string {
  return pem.replaceAll(/-----.*-----|\n/g, '')
}

function letterless(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 0x80 + ((i * 37) % 0x60))
}

/** `bytes` with noise around it, at any alignment; the noise holds no letters. */
export function planted(bytes: Uint8Array, before: number, behind = 64): Buffer {
  return Buffer.concat([letterless(before), bytes, letterless(behind)])
}
