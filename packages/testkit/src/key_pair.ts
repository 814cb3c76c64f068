/** Keys for tests. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/**
 * The same keys, read from their own DER. Folklore: with Node 20.20.2, `export({ format: 'jwk' })`
 * of a key that `generateKeyPairSync` gave waits for ever where the garbage collector runs
 * meanwhile: it destroys the job that made the key, which takes the lock that the export holds.
 */
export function readAgain({ privateKey }: KeyPair): KeyPair {
  const key = privateKey.export({ format: 'der', type: 'pkcs8' })
  const again = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  return { privateKey: again, publicKey: createPublicKey(again) }
}
