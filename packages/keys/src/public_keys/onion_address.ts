/** Addresses of Tor's onion services, which spell their public key: rend-spec-v3, section 6. */
import { createHash } from 'node:crypto'
import type { PublicMaterial } from './spki_key.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'
export const ONION_LETTERS = 56
/** Version 3 ends with this letter. */
const ADDRESS = /^[a-z2-7]{55}d$/
const BYTES = 35
const KEY_BYTES = 32

export function keyOfOnion(address: string): PublicMaterial | undefined {
  if (!ADDRESS.test(address)) return undefined
  let value = 0n
  for (const letter of address) value = value * 32n + BigInt(LETTERS.indexOf(letter))
  const bytes = Buffer.from(value.toString(16).padStart(2 * BYTES, '0'), 'hex')
  const publicKey = Uint8Array.from(bytes.subarray(0, KEY_BYTES))
  const version = bytes.subarray(BYTES - 1)
  const hash = createHash('sha3-256').update('.onion checksum').update(publicKey).update(version)
  const isRight = hash
    .digest()
    .subarray(0, 2)
    .equals(bytes.subarray(KEY_BYTES, BYTES - 1))
  return isRight ? { type: 'okp', curve: 'Ed25519', publicKey, secret: undefined } : undefined
}
