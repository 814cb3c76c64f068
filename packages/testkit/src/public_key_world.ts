import { execFileSync } from 'node:child_process'
import {
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAgain } from './key_pair.ts'

export interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Keys made for this run. */
export const RSA: Pair = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
export const RSA_4096: Pair = readAgain(generateKeyPairSync('rsa', { modulusLength: 4096 }))
export const P256: Pair = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
export const P521: Pair = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-521' }))
export const ED25519: Pair = readAgain(generateKeyPairSync('ed25519'))

export function idOf({ publicKey }: Pair): string {
  return createHash('sha256').update(spkiOf({ publicKey })).digest('hex')
}

export function spkiOf({ publicKey }: Pick<Pair, 'publicKey'>): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}

export function pemOf({ publicKey }: Pair): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

export function jwkOf({ publicKey }: Pair, more: JsonWebKey = {}): JsonWebKey {
  return { ...publicKey.export({ format: 'jwk' }), ...more }
}

/** A member of the public JWK. */
export function member({ publicKey }: Pair, name: 'n' | 'e' | 'x' | 'y'): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' })[name] ?? '', 'base64url')
}

function string(bytes: Uint8Array | string): Buffer {
  const body = Buffer.from(bytes)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

const positive = (bytes: Buffer): Buffer =>
  (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes])

/** RFC 4253, section 6.6. */
export function sshRsaBlob(pair: Pair): Buffer {
  const numbers = [member(pair, 'e'), member(pair, 'n')].map((each) => string(positive(each)))
  return Buffer.concat([string('ssh-rsa'), ...numbers])
}

/** RFC 5656, section 3.1. */
export function sshEcBlob(pair: Pair, curve: string): Buffer {
  const point = Buffer.concat([Buffer.from([4]), member(pair, 'x'), member(pair, 'y')])
  return Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), string(point)])
}

/** RFC 8709, section 4. */
export function sshEdBlob(pair: Pair): Buffer {
  return Buffer.concat([string('ssh-ed25519'), string(member(pair, 'x'))])
}

const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
})()

/** Why tests that need certificates are left out. A run that must be whole leaves nothing out. */
export const withoutOpenssl: string | false =
  hasOpenssl || process.env['CI'] === 'true' ? false : 'the program openssl is not there'

/** A certificate of the key, in DER. */
export const certificateOf = (pair: Pair, subject: string): Buffer =>
  madeByOpenssl(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), (key) => [
    'req',
    '-x509',
    '-new',
    '-key',
    key,
    '-subj',
    subject,
    '-days',
    '30',
    '-outform',
    'DER',
  ])

/** A request for a certificate of the key, in DER. */
export const requestOf = (pair: Pair, subject: string): Buffer =>
  madeByOpenssl(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), (key) => [
    'req',
    '-new',
    '-key',
    key,
    '-subj',
    subject,
    '-outform',
    'DER',
  ])

/** PKCS#7 that carries these certificates and signs nothing, in DER. */
export const pkcs7Of = (certificates: readonly Buffer[]): Buffer =>
  madeByOpenssl(certificates.map((der) => armoured('CERTIFICATE', der)).join(''), (chain) => [
    'crl2pkcs7',
    '-nocrl',
    '-certfile',
    chain,
    '-outform',
    'DER',
  ])

/** What openssl writes to `-out`, given a file with `text` in it. */
function madeByOpenssl(text: string | Buffer, argsFor: (file: string) => string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-certificate-'))
  const [file, out] = [join(folder, 'given.pem'), join(folder, 'made.der')]
  try {
    writeFileSync(file, text, { mode: 0o600 })
    execFileSync('openssl', [...argsFor(file), '-out', out], { stdio: 'pipe' })
    return readFileSync(out)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function armoured(label: string, der: Uint8Array): string {
  const body = Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`
}

/** Bytes that are no text and no key, and differ each time. */
export const junk = (length: number): Uint8Array => randomBytes(length).map((byte) => byte | 0x80)
