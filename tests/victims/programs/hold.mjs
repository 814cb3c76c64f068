/**
 * Holds private keys with Node: `load FILE`, `sign FILE…`, `numbers FILE` (has signed; also as JWK,
 * BigInt and Buffer), and `ciphers FILE…` of raw keys: AES-256-GCM, AES-192-CTR and the decryption
 * of AES-128-CBC, with files of keys that sign behind those three.
 */
import { createCipheriv, createDecipheriv, createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [what, ...values] = process.argv.slice(2)

function load(file) {
  return createPrivateKey(readFileSync(file))
}

function signed(file) {
  const key = load(file)
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  for (let i = 0; i < 20; i++) sign(hash, Buffer.from(`x${i}`), key)
  return key
}

function numbers(file) {
  const key = signed(file)
  const jwk = key.export({ format: 'jwk' })
  const number = (text) => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)
  return [key, jwk, number(jwk.p), number(jwk.d), Buffer.from(jwk.q, 'base64url'), JSON.stringify(jwk)]
}

function ciphers(files) {
  const [first, second, third] = files.slice(0, 3).map((file) => readFileSync(file))
  const held = [
    createCipheriv('aes-256-gcm', first, Buffer.alloc(12, 1)),
    createCipheriv('aes-192-ctr', second, Buffer.alloc(16, 1)),
    createDecipheriv('aes-128-cbc', third, Buffer.alloc(16, 1)),
  ]
  for (const cipher of held) cipher.update(Buffer.alloc(16, 1))
  return [held, files.slice(3).map(signed)]
}

const ways = { load: (files) => files.map(load), sign: (files) => files.map(signed), numbers: (files) => files.map(numbers), ciphers }
globalThis.held = ways[what](values)
console.log('ready')
setInterval(() => {}, 1e6)
