/** A fresh key for each run, as files that victims read. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FOLDER } from './victim_process.ts'

export const freshRsa = (): KeyObject =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
export const freshP256 = (): KeyObject =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
export const freshEd25519 = (): KeyObject => generateKeyPairSync('ed25519').privateKey

/** Path of the key as PKCS#8 in PEM. */
export function pemFile(name: string, key: KeyObject): string {
  const path = join(FOLDER, `${name}.pem`)
  writeFileSync(path, key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  return path
}
