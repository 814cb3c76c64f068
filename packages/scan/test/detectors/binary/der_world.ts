import assert from 'node:assert/strict'
import {
  createDiffieHellmanGroup,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { childrenOf, elementOf, TAG } from '@mintmark/keys/der/der'
import { der, derInteger, derOid, derSequence } from '@mintmark/keys/der/der_write'
import type { KeyKind } from '@mintmark/keys/material/key_kind'
import { OID } from '@mintmark/keys/public_half/spki'
import { readAgain } from '@mintmark/testkit'
import { spkiSha256 } from './binary_hits.ts'

/** A key made for this run, in an encoding of DER. */
export interface DerSample {
  readonly name: string
  readonly kind: KeyKind
  readonly bits: number
  readonly encoding: string
  readonly der: Buffer
  readonly publicKey: KeyObject
}

interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

function samples(
  name: string,
  kind: KeyKind,
  bits: number,
  made: Pair,
  types: readonly ('pkcs1' | 'pkcs8' | 'sec1')[],
): DerSample[] {
  const { publicKey, privateKey } = readAgain(made)
  return types.map((type) => ({
    name: `${name} in ${type}`,
    kind,
    bits,
    encoding: `${type}-der`,
    der: privateKey.export({ format: 'der', type }),
    publicKey,
  }))
}

export const RSA_SAMPLES: readonly DerSample[] = [512, 768, 1024, 2048, 3072].flatMap((bits) =>
  samples(
    `RSA-${bits}`,
    'rsa',
    bits,
    readAgain(generateKeyPairSync('rsa', { modulusLength: bits })),
    ['pkcs1', 'pkcs8'],
  ),
)

const CURVES = [
  ['secp224r1', 224],
  ['prime256v1', 256],
  ['secp384r1', 384],
  ['secp521r1', 521],
  ['secp256k1', 256],
  ['brainpoolP256r1', 256],
  ['brainpoolP320r1', 320],
  ['brainpoolP384r1', 384],
  ['brainpoolP512r1', 512],
  ['prime192v1', 192],
] as const

export const EC_SAMPLES: readonly DerSample[] = CURVES.flatMap(([namedCurve, bits]) =>
  samples(namedCurve, 'ec', bits, readAgain(generateKeyPairSync('ec', { namedCurve })), [
    'sec1',
    'pkcs8',
  ]),
)

export const OKP_SAMPLES: readonly DerSample[] = [
  samples('Ed25519', 'ed25519', 256, readAgain(generateKeyPairSync('ed25519')), ['pkcs8']),
  samples('Ed448', 'ed448', 456, readAgain(generateKeyPairSync('ed448')), ['pkcs8']),
  samples('X25519', 'x25519', 256, readAgain(generateKeyPairSync('x25519')), ['pkcs8']),
  samples('X448', 'x448', 448, readAgain(generateKeyPairSync('x448')), ['pkcs8']),
].flat()

/** A key of the group of RFC 3526, section 3. */
function dhPair(): Pair {
  const dh = createDiffieHellmanGroup('modp14')
  dh.generateKeys()
  const [p, g, x] = [dh.getPrime(), dh.getGenerator(), dh.getPrivateKey()].map((number) =>
    fromBigEndian(number),
  )
  const group = derSequence(derInteger(p ?? 0n), derInteger(g ?? 0n))
  const spelled = derSequence(
    derInteger(0n),
    derSequence(derOid(OID.dh), group),
    der(TAG.octets, derInteger(x ?? 0n)),
  )
  const privateKey = createPrivateKey({ key: spelled, format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

export const GROUP_SAMPLES: readonly DerSample[] = [
  samples(
    'DSA',
    'dsa',
    2048,
    readAgain(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })),
    ['pkcs8'],
  ),
  samples('DH', 'dh', 2048, dhPair(), ['pkcs8']),
].flat()

export const DER_SAMPLES: readonly DerSample[] = [
  ...RSA_SAMPLES,
  ...EC_SAMPLES,
  ...OKP_SAMPLES,
  ...GROUP_SAMPLES,
]

export function sampleOf(among: readonly DerSample[], name: string): DerSample {
  const sample = among.find((each) => each.name === name)
  assert.ok(sample)
  return sample
}

export function spkiOf({ publicKey }: DerSample): string {
  return spkiSha256(publicKey.export({ format: 'der', type: 'spki' }))
}

export function elementsOf(spelled: Uint8Array): NonNullable<ReturnType<typeof childrenOf>> {
  const whole = elementOf(spelled, 0, spelled.length, TAG.sequence)
  return (whole && childrenOf(spelled, whole)) ?? []
}

/** A PKCS#1 structure around other content. */
export function nineIntegers(content: (length: number, index: number) => Buffer): Buffer {
  const lengths = [256, 3, 256, 128, 128, 128, 128, 128]
  const numbers = lengths.map((length, i) => {
    const bytes = content(length, i)
    bytes[0] = (bytes[0] ?? 0) & 0x7f
    return derInteger(fromBigEndian(bytes))
  })
  return derSequence(derInteger(0n), ...numbers)
}
