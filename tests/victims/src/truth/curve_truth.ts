/** Every private value of a P-256 or Ed25519 key that a process could hold. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { type Needle, numberOf, spelled } from './encodings.ts'
import { fromBase64url, idOf, pemLines, type Truth } from './rsa_truth.ts'

/** Order of the base point of P-256. Source: SEC 2, section 2.4.2. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export function p256Truth(key: KeyObject): Truth {
  const { x, y, d } = key.export({ format: 'jwk' })
  const scalar = fromBase64url(d)
  return {
    ...otherSides(key),
    needles: [
      ...spelled('d', scalar),
      ...spelled('order-d', P256_ORDER - scalar),
      ...spelled('d*R mod order', (scalar << 256n) % P256_ORDER),
      { name: 'sec1', bytes: key.export({ format: 'der', type: 'sec1' }) },
      ...filesOf(key),
    ],
    publicNeedles: [...spelled('x', fromBase64url(x)), ...spelled('y', fromBase64url(y))],
    secrets: [{ name: 'd', value: scalar, bits: 256 }],
  }
}

export function ed25519Truth(key: KeyObject): Truth {
  const { x, d } = key.export({ format: 'jwk' })
  const seed = Buffer.from(d ?? '', 'base64url')
  const expanded = createHash('sha512').update(seed).digest()
  const scalar = Buffer.from(expanded.subarray(0, 32))
  scalar[0] = (scalar[0] ?? 0) & 0xf8
  scalar[31] = ((scalar[31] ?? 0) & 0x7f) | 0x40
  const values = [
    ['seed', seed],
    ['left', expanded.subarray(0, 32)],
    ['right', expanded.subarray(32)],
    ['scalar', scalar],
  ] as const
  // Bytes are a number of which the first is the lowest: digits of it are others than of the bytes turned round.
  const digits = numberOf(scalar.toReversed())
  return {
    ...otherSides(key),
    needles: [
      ...values.flatMap(([name, bytes]) => spelled(name, numberOf(bytes))),
      ...spelled('scalar digits', digits),
      ...filesOf(key),
    ],
    publicNeedles: spelled('x', fromBase64url(x)),
    secrets: [
      ...values.map(([name, bytes]) => ({ name, value: numberOf(bytes), bits: 256 })),
      { name: 'scalar digits', value: digits, bits: 256 },
    ],
  }
}

function otherSides(key: KeyObject): Pick<Truth, 'keyId' | 'publicKey' | 'parts'> {
  const publicKey = createPublicKey(key)
  return {
    keyId: idOf(publicKey),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    parts: pemLines(pemOf(key)),
  }
}

function filesOf(key: KeyObject): readonly Needle[] {
  return [
    { name: 'pkcs8', bytes: key.export({ format: 'der', type: 'pkcs8' }) },
    { name: 'pem', bytes: Buffer.from(pemOf(key).trim()) },
  ]
}

const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString()
