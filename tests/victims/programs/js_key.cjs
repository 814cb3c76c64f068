// Makes a P-256 or Ed25519 key with a library of JavaScript, signs with it, and holds it. Prints its secret and public half.
const { createHash } = require('node:crypto')
const { createRequire } = require('node:module')
const { join } = require('node:path')

const [, , library, folder] = process.argv
const from = createRequire(join(folder, 'x.js'))
const digest = (text) => createHash('sha256').update(text).digest()
const text = (bytes) => Buffer.from(bytes).toString('base64url')
const ec = (d, x, y) => ({ kty: 'EC', crv: 'P-256', d: text(d), x: text(x), y: text(y) })

const makers = {
  elliptic() {
    const key = new (from('elliptic').ec)('p256').genKeyPair()
    for (let i = 0; i < 20; i++) key.sign(digest(String(i)))
    const bytes = (number) => number.toArrayLike(Buffer, 'be', 32)
    const point = key.getPublic()
    return { key, jwk: ec(bytes(key.getPrivate()), bytes(point.getX()), bytes(point.getY())) }
  },
  '@noble/curves'() {
    const { p256 } = from('@noble/curves/nist.js')
    const key = p256.utils.randomSecretKey()
    for (let i = 0; i < 20; i++) p256.sign(digest(String(i)), key)
    const point = p256.getPublicKey(key, false)
    return { key, jwk: ec(key, point.slice(1, 33), point.slice(33)) }
  },
  tweetnacl() {
    const { sign } = from('tweetnacl')
    const key = sign.keyPair()
    for (let i = 0; i < 20; i++) sign.detached(digest(String(i)), key.secretKey)
    const jwk = { kty: 'OKP', crv: 'Ed25519', d: text(key.secretKey.slice(0, 32)), x: text(key.publicKey) }
    return { key, jwk }
  },
  jsrsasign() {
    const { KJUR } = from('jsrsasign')
    const curve = 'secp256r1'
    const { ecprvhex: prv, ecpubhex: pub } = new KJUR.crypto.ECDSA({ curve }).generateKeyPairHex()
    const key = new KJUR.crypto.ECDSA({ curve, prv, pub })
    for (let i = 0; i < 3; i++) {
      const signature = new KJUR.crypto.Signature({ alg: 'SHA256withECDSA' })
      signature.init(key)
      signature.updateString(String(i))
      signature.sign()
    }
    const bytes = (hex) => Buffer.from(hex.padStart(64, '0'), 'hex')
    return { key, jwk: ec(bytes(prv), bytes(pub.slice(2, 66)), bytes(pub.slice(66))) }
  },
}

globalThis.held = makers[library]()
console.log(`key ${JSON.stringify(globalThis.held.jwk)} ready`)
delete globalThis.held.jwk
setInterval(() => {}, 1e6)
