/**
 * Private values of RSA keys, laid in every spelling between bytes of every kind: what the search by public key must
 * find. One key a plant, so that no plant gives another away.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { bitLength, fromBigEndian, inverse, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { keyWith } from '@mintmark/keys/public_keys/certificate'
import { readAgain } from '@mintmark/testkit'
import { encodingsOf } from '../../src/known/values/encodings.ts'

/** A private key made for a test. */
export interface TestKey {
  readonly n: bigint
  readonly e: bigint
  readonly p: bigint
  readonly q: bigint
  readonly d: bigint
  readonly publicKey: PublicKey
}

const number = (text: string | undefined): bigint =>
  fromBigEndian(Buffer.from(text ?? '', 'base64url'))

/** A key whose numbers have no tiny digit at the top: the search passes over those, one in 65,536. */
export function testKey(bits: number): TestKey {
  for (;;) {
    const key = anyKey(bits)
    const exponent = exponentModPhi(key)
    const fillsField = bitLength(exponent) > bits - 8
    if (fillsField && [exponent, key.p, key.q].every(isMixedAtTop)) return key
  }
}

/** Whether its 64 highest bits have no 16 zeros in a row. */
function isMixedAtTop(value: bigint): boolean {
  return !/0{16}/.test(value.toString(2).slice(0, 64))
}

function anyKey(bits: number): TestKey {
  const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: bits }))
  const jwk = privateKey.export({ format: 'jwk' })
  const [n, e] = [number(jwk.n), number(jwk.e)]
  const material: RsaMaterial = { type: 'rsa', n, e, p: undefined, q: undefined, d: undefined }
  const [p, q, d] = [number(jwk.p), number(jwk.q), number(jwk.d)]
  return { n, e, p, q, d, publicKey: keyWith(material, {}) }
}

/** A value of a key, in a field of so many bits. */
export interface Secret {
  readonly value: bigint
  readonly bits: number
}

/** What of a key is laid, by name. Each alone gives the whole key. */
export const SECRETS: Readonly<Record<string, (key: TestKey) => Secret>> = {
  p: ({ p }) => half(p, p),
  q: ({ q }) => half(q, q),
  'p-minus-1': ({ p }) => half(p, p - 1n),
  'p-plus-1': ({ p }) => half(p, p + 1n),
  'p-minus-1-halved': ({ p }) => half(p, (p - 1n) >> 1n),
  'two-to-w-minus-p': ({ p }) => half(p, (1n << BigInt(bitLength(p))) - p),
  'montgomery-r2-mod-p': ({ p }) => half(p, (1n << BigInt(2 * bitLength(p))) % p),
  dp: ({ p, e }) => half(p, inverse(e, p - 1n) ?? 0n),
  d: ({ n, d }) => ({ value: d, bits: bitLength(n) }),
  'd-mod-phi': (key) => ({ value: exponentModPhi(key), bits: bitLength(key.n) }),
  phi: ({ n, p, q }) => ({ value: (p - 1n) * (q - 1n), bits: bitLength(n) }),
}

function exponentModPhi({ e, p, q }: TestKey): bigint {
  return inverse(e, (p - 1n) * (q - 1n)) ?? 0n
}

function half(p: bigint, value: bigint): Secret {
  return { value, bits: bitLength(p) }
}

/** Bytes of one kind, from a seed: the same for every run. */
export type Ground = (length: number, seed: number) => Uint8Array

/** What is around plants, by name. */
export type GroundName = 'zeros' | 'pointers' | 'random' | 'text'

export const GROUNDS: Readonly<Record<GroundName, Ground>> = {
  zeros: (length) => new Uint8Array(length),
  pointers: (length, seed) => {
    const bytes = new Uint8Array(length)
    const view = new DataView(bytes.buffer)
    const next = randomFrom(seed)
    for (let at = 0; at + 8 <= length; at += 8) {
      view.setUint32(at, (next() * 2 ** 32) & 0xfffffff0, true)
      view.setUint32(at + 4, 0x7fff, true)
    }
    return bytes
  },
  random: (length, seed) => {
    const next = randomFrom(seed)
    return Uint8Array.from({ length }, () => next() * 256)
  },
  text: (length, seed) => {
    const next = randomFrom(seed)
    return Uint8Array.from({ length }, () => 'the quick (brown) fox, '.charCodeAt(next() * 23))
  },
}

/** Numbers in [0, 1): Mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One value in one spelling at one offset. */
export interface Plant {
  readonly secret: string
  readonly encoding: string
  /** Of the offset, modulo 16. */
  readonly shift: number
  readonly ground: GroundName
}

/** Bytes that a plant takes with the ground around it. */
export const PLOT = 8192
const AT = 3072

/** A plot with one plant, and where it is; undefined where the spelling is not bound to such an offset. */
export function plotOf(
  key: TestKey,
  plant: Plant,
  seed: number,
): { bytes: Uint8Array; at: number; length: number } | undefined {
  const secret = SECRETS[plant.secret]?.(key)
  const ground = GROUNDS[plant.ground]
  if (secret === undefined) throw new TypeError('no such plant')
  const spelled = spelledAs(secret, plant.encoding)
  if (spelled === undefined || plant.shift % spelled.alignment !== 0) return undefined
  const bytes = ground(PLOT, seed)
  const at = AT + plant.shift
  bytes.set(spelled.bytes, at)
  return { bytes, at, length: spelled.bytes.length }
}

/** As programs write it: of base64 all characters, where what is searched for leaves out the last. */
function spelledAs(
  { value, bits }: Secret,
  encoding: string,
): { bytes: Uint8Array; alignment: number } | undefined {
  const [, alphabet, wide] = /^(base64|base64url)(-utf16)?$/.exec(encoding) ?? []
  if (alphabet !== 'base64' && alphabet !== 'base64url') {
    return encodingsOf(value, bits).find((each) => each.encoding === encoding)
  }
  const text = toBigEndian(value, Math.ceil(bits / 8)).toString(alphabet)
  return { bytes: Buffer.from(text, wide === undefined ? 'latin1' : 'utf16le'), alignment: 1 }
}
