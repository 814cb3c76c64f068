/**
 * Keys in libgcrypt's memory: S-expressions as it holds them inside, one byte a token.
 *
 * `04` closes a list, `03` opens one, `01` begins data: a length of two bytes in the machine's order, then so many
 * bytes. So `03 01 01 00 70 01 81 00 00 …` is a list that begins with "p" and goes on with a number of 0x81 bytes, the
 * first of them a sign. gpg-agent holds its private keys like this after the first use.
 *
 * Source: libgcrypt 1.11, src/sexp.c; layouts as measured in gpg-agent 2.4.7.
 *
 * @module
 */

import { CURVES, curvesOfLength } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { proveEc, proveOkp, proveRsa } from '@mintmark/keys/der_keys/prove'
import { proveGroupKey } from '@mintmark/keys/der_keys/prove_opaque'
import { type Proof, unproven } from '@mintmark/keys/material/proof'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'

/** `03 01 LL LL name 01 LL LL value`, of which the value is [from, to). */
interface Token {
  readonly name: string
  readonly at: number
  readonly from: number
  readonly to: number
}

const OPEN = 3
const DATA = 1
const LEAST_VALUE = 1
const MOST_VALUE = 2100
/** Between two tokens lie a close and an open, and no more. */
const MOST_GAP = 4
/** The longest key has n, e, d, p, q, u; DSA p, q, g, y, x. */
const MOST_TOKENS = 8

/** The token at `at`, whose name has one letter. */
function tokenAt(bytes: Uint8Array, at: number, isBig: boolean): Token | undefined {
  if (at < 0 || bytes[at] !== OPEN || bytes[at + 1] !== DATA || bytes[at + 5] !== DATA)
    return undefined
  if (lengthAt(bytes, at + 2, isBig) !== 1) return undefined
  const length = lengthAt(bytes, at + 6, isBig)
  const from = at + 8
  if (length < LEAST_VALUE || length > MOST_VALUE || from + length > bytes.length) return undefined
  return { name: String.fromCharCode(bytes[at + 4] ?? 0), at, from, to: from + length }
}

function lengthAt(bytes: Uint8Array, at: number, isBig: boolean): number {
  const [low, high] = isBig ? [bytes[at + 1], bytes[at]] : [bytes[at], bytes[at + 1]]
  return (high ?? 0) * 256 + (low ?? 0)
}

/** The token that ends right before `token`, if there is one. */
function tokenBefore(bytes: Uint8Array, token: Token, isBig: boolean): Token | undefined {
  const first = Math.max(0, token.at - MOST_VALUE - 8)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + first, token.at - first)
  const head = Buffer.from(isBig ? [OPEN, DATA, 0, 1] : [OPEN, DATA, 1, 0])
  // A number may hold these bytes by chance, so the nearest place is not always it.
  let place = view.lastIndexOf(head)
  for (let tries = 0; place >= 0 && tries < 3; tries++) {
    const found = tokenAt(bytes, first + place, isBig)
    if (found !== undefined && isNext(found, token)) return found
    place = place === 0 ? -1 : view.lastIndexOf(head, place - 1)
  }
  return undefined
}

function isNext(before: Token, after: Token): boolean {
  return after.at >= before.to && after.at <= before.to + MOST_GAP
}

function tokenBehind(bytes: Uint8Array, token: Token, isBig: boolean): Token | undefined {
  for (let at = token.to; at <= token.to + MOST_GAP; at++) {
    const found = tokenAt(bytes, at, isBig)
    if (found !== undefined) return found
  }
  return undefined
}

/** The tokens around `at`, in order; the same from whichever of them it is asked. */
function tokensAround(bytes: Uint8Array, at: number, isBig: boolean): Token[] {
  const own = tokenAt(bytes, at, isBig)
  if (own === undefined) return []
  const tokens = [own]
  for (let first = own; tokens.length < MOST_TOKENS; ) {
    const before = tokenBefore(bytes, first, isBig)
    if (before === undefined) break
    tokens.unshift(before)
    first = before
  }
  for (let last = own; tokens.length < MOST_TOKENS; ) {
    const behind = tokenBehind(bytes, last, isBig)
    if (behind === undefined) break
    tokens.push(behind)
    last = behind
  }
  return tokens
}

const FORM = 'libgcrypt-sexp'

function detectTokens(isBig: boolean): Detector {
  return (bytes, at) => {
    const own = tokenAt(bytes, at, isBig)
    // A name and nothing of a size that a secret has: the words of a program.
    if (own === undefined || own.to - own.from < 16) return undefined
    if (!isRandomLooking(bytes.subarray(own.from, own.to))) return undefined
    const tokens = tokensAround(bytes, at, isBig)
    const [first] = tokens
    const last = tokens.at(-1)
    if (first === undefined || last === undefined) return undefined
    const values = new Map(tokens.map(({ name, from, to }) => [name, bytes.subarray(from, to)]))
    const proof = proofOf(values)
    if (proof !== undefined) return hit(proof, FORM, first.at, last.to)
    return lone(own)
  }
}

function proofOf(values: ReadonlyMap<string, Uint8Array>): Proof | undefined {
  const number = (name: string): bigint | undefined => {
    const value = values.get(name)
    return value === undefined ? undefined : fromBigEndian(value)
  }
  const [p, q, g, y, x] = ['p', 'q', 'g', 'y', 'x'].map(number)
  if (p !== undefined && g !== undefined && x !== undefined) {
    return proveGroupKey(q === undefined ? 'dh' : 'dsa', { p, g, x, q, y })
  }
  const rsa = proveRsa({ n: number('n'), e: number('e'), d: number('d'), p, q, qInv: number('u') })
  return rsa ?? ecOf(values.get('q'), values.get('d'))
}

/** In an EC key, q is the point. */
function ecOf(point: Uint8Array | undefined, secret: Uint8Array | undefined): Proof | undefined {
  if (point === undefined || secret === undefined || secret.length > 67) return undefined
  const length = (point.length - 1) / 2
  if (point[0] === 4 && CURVES.some((curve) => curve.lengthBytes === length)) {
    const x = fromBigEndian(point.subarray(1, 1 + length))
    const y = fromBigEndian(point.subarray(1 + length))
    const curve = curvesOfLength(length).find((each) => isOnCurve(each, { x, y }))
    return curve && provenOnly(proveEc(curve.curve, fromBigEndian(secret), { x, y }))
  }
  return edwardsOf(point, secret)
}

/** Ed25519: the point has a 0x40 before it, or not; the secret may have a sign byte. */
function edwardsOf(point: Uint8Array, secret: Uint8Array): Proof | undefined {
  const publicKey = point.length === 33 && point[0] === 0x40 ? point.subarray(1) : point
  const seed = secret.length === 33 && secret[0] === 0 ? secret.subarray(1) : secret
  if (publicKey.length !== 32 || seed.length !== 32) return undefined
  // cv25519 spells its scalar highest byte first.
  return (
    provenOnly(proveOkp('Ed25519', seed, publicKey)) ??
    provenOnly(proveOkp('X25519', seed.toReversed(), publicKey))
  )
}

function provenOnly(proof: Proof): Proof | undefined {
  return proof.certainty === 'proven' ? proof : undefined
}

const SECRET_NAMES = 'dpqu'
const LEAST_LONE = 64

/** A token that has lost the others: the name and the size of a secret of RSA, which a public key may prove. */
function lone({ name, at, from, to }: Token): Detected | undefined {
  const length = to - from
  if (!SECRET_NAMES.includes(name) || length < LEAST_LONE) return undefined
  const bits = (length - (length % 2)) * (name === 'd' ? 8 : 16)
  const text = `a value named ${name} as libgcrypt holds it; alone it proves nothing`
  return hit(unproven('rsa', bits, text), FORM, at, to, 'fragment')
}

const SIGHT = { before: 8192, behind: 8192 }

const LITTLE = detectTokens(false)
const BIG = detectTokens(true)

export const LIBGCRYPT_ANCHORS: readonly Anchor[] = ['n', 'd', 'p', 'q', 'u', 'x'].flatMap(
  (name) => {
    const letter = name.charCodeAt(0).toString(16)
    return [
      anchor(`libgcrypt-${name}`, `03 01 01 00 ${letter} 01`, SIGHT, LITTLE),
      anchor(`libgcrypt-${name}-be`, `03 01 00 01 ${letter} 01`, SIGHT, BIG),
    ]
  },
)
