/**
 * The cipher of the file that holds back what memory does not take: AES-256-CTR.
 *
 * @module
 */
import { createCipheriv } from 'node:crypto'
import { KEY_BYTES, NONCE_BYTES } from './hold_layout.ts'

const CIPHER_BLOCK = 16

/**
 * The key stream from `at` on; the same for reading and writing.
 *
 * No two bytes of one core meet the same stream: a place in the file is written once.
 *
 * @param secret `SECRET_BYTES`: the key, then the nonce
 */
export function cipherAt(secret: SharedArrayBuffer, at: number): ReturnType<typeof createCipheriv> {
  const counter = Buffer.alloc(CIPHER_BLOCK)
  counter.set(new Uint8Array(secret, KEY_BYTES, NONCE_BYTES))
  counter.writeBigUInt64BE(BigInt(Math.floor(at / CIPHER_BLOCK)), NONCE_BYTES)
  const cipher = createCipheriv('aes-256-ctr', new Uint8Array(secret, 0, KEY_BYTES), counter)
  const skipped = at % CIPHER_BLOCK
  if (skipped > 0) cipher.update(new Uint8Array(skipped))
  return cipher
}
