/** A fresh key for each run, as files that victims read. */
import { createECDH, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FOLDER } from '../process/victim_process.ts'

/** Node 20 may wait for ever where a key that was just made becomes a JWK (`readAgain` of testkit). */
function readAgain({ privateKey }: { readonly privateKey: KeyObject }): KeyObject {
  const key = privateKey.export({ format: 'der', type: 'pkcs8' })
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

export const freshRsa = (): KeyObject =>
  readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
export const freshP256 = (): KeyObject =>
  readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
export const freshEd25519 = (): KeyObject => readAgain(generateKeyPairSync('ed25519'))

/** Path of the key as PKCS#8 in PEM. */
export function pemFile(name: string, key: KeyObject): string {
  const path = join(FOLDER, `${name}.pem`)
  writeFileSync(path, key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  return path
}

const text = (bytes: Buffer): string => bytes.toString('base64url')

/** The key of a scalar of P-256. */
export function p256Of(d: bigint): KeyObject {
  const ecdh = createECDH('prime256v1')
  const secret = Buffer.from(d.toString(16).padStart(64, '0'), 'hex')
  ecdh.setPrivateKey(secret)
  const point = ecdh.getPublicKey()
  const [x, y] = [point.subarray(1, 33), point.subarray(33)]
  const key = { kty: 'EC', crv: 'P-256', d: text(secret), x: text(x), y: text(y) }
  return createPrivateKey({ key, format: 'jwk' })
}

/** What stands before a seed in PKCS#8. Source: RFC 8410, section 7. */
const ED25519_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

export const ed25519Of = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([ED25519_HEAD, seed]), format: 'der', type: 'pkcs8' })
