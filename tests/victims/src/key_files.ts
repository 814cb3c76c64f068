/** A fresh key for each run, as files that victims read. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FOLDER } from './victim_process.ts'

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
