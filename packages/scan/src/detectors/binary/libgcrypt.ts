/**
 * Keys in gpg-agent 2.4: `04` closes a list, `03` opens one, `01` begins data behind a u16 length,
 * lowest byte first (src/sexp.c of libgcrypt 1.11).
 */
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { verifyOkp, verifyRsa } from '@mintmark/keys/der_keys/verify'
import { verifyByPoint } from '@mintmark/keys/der_keys/verify_numbers'
import { verifyGroupKey } from '@mintmark/keys/der_keys/verify_opaque'
import type { Key } from '@mintmark/keys/material/key'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/match.ts'

/** `03 01 LL LL name 01 LL LL value`; the value is [from, to). */
interface Token {
  readonly name: string
  readonly at: number
  readonly from: number
  readonly to: number
}

const HEAD = Buffer.from([3, 1, 1, 0])
const MOST_VALUE = 2100
const MOST_GAP = 4
const MOST_TOKENS = 8

function tokenAt(bytes: Uint8Array, at: number): Token | undefined {
  if (at < 0 || HEAD.some((byte, i) => bytes[at + i] !== byte) || bytes[at + 5] !== 1) {
    return undefined
  }
  const length = (bytes[at + 6] ?? 0) + 256 * (bytes[at + 7] ?? 0)
  const from = at + 8
  if (length === 0 || length > MOST_VALUE || from + length > bytes.length) return undefined
  return { name: String.fromCharCode(bytes[at + 4] ?? 0), at, from, to: from + length }
}

function tokenBefore(bytes: Uint8Array, token: Token): Token | undefined {
  const first = Math.max(0, token.at - MOST_VALUE - 8)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + first, token.at - first)
  // A number may hold these bytes by chance, so the nearest offset is not always it.
  let offset = view.lastIndexOf(HEAD)
  for (let tries = 0; offset >= 0 && tries < 3; tries++) {
    const found = tokenAt(bytes, first + offset)
    if (found !== undefined && token.at >= found.to && token.at <= found.to + MOST_GAP) return found
    offset = offset === 0 ? -1 : view.lastIndexOf(HEAD, offset - 1)
  }
  return undefined
}

function tokenBehind(bytes: Uint8Array, { to }: Token): Token | undefined {
  for (let at = to; at <= to + MOST_GAP; at++) {
    const found = tokenAt(bytes, at)
    if (found !== undefined) return found
  }
  return undefined
}

function tokensAround(bytes: Uint8Array, own: Token): Token[] {
  const tokens = [own]
  for (let next = tokenBefore(bytes, own); next && tokens.length < MOST_TOKENS; ) {
    tokens.unshift(next)
    next = tokenBefore(bytes, next)
  }
  for (let next = tokenBehind(bytes, own); next && tokens.length < MOST_TOKENS; ) {
    tokens.push(next)
    next = tokenBehind(bytes, next)
  }
  return tokens
}

const ENCODING = 'libgcrypt-sexp'

const detect: Detector = (bytes, at, { budget }) => {
  const own = tokenAt(bytes, at)
  // A name and nothing of a size that a secret has: the words of a program.
  if (own === undefined || own.to - own.from < 16) return undefined
  if (!isRandomLooking(bytes.subarray(own.from, own.to), budget)) return undefined
  const tokens = tokensAround(bytes, own)
  const values = new Map(tokens.map(({ name, from, to }) => [name, bytes.subarray(from, to)]))
  const verification = verificationOf(values, budget)
  return (
    verification && hit(verification, ENCODING, tokens[0]?.at ?? at, tokens.at(-1)?.to ?? own.to)
  )
}

function verificationOf(
  values: ReadonlyMap<string, Uint8Array>,
  budget: WorkBudget,
): Key | undefined {
  const [n, e, d, p, q, qInv, g, y, x] = 'n e d p q u g y x'.split(' ').map((name) => {
    const value = values.get(name)
    return value && fromBigEndian(value, budget)
  })
  if (p !== undefined && g !== undefined && x !== undefined) {
    return verifyGroupKey(q === undefined ? 'dh' : 'dsa', { p, g, x, q, y }, budget)
  }
  const found =
    verifyRsa({ n, e, d, p, q, qInv }, budget) ??
    // In an EC key, q is the point.
    curveVerification(values.get('q'), values.get('d'), budget)
  return found?.certainty === 'verified' ? found : undefined
}

function curveVerification(
  point: Uint8Array | undefined,
  secret: Uint8Array | undefined,
  budget: WorkBudget,
): Key | undefined {
  if (point === undefined || secret === undefined || secret.length > 67) return undefined
  const isWhole = point[0] === 4 && point.length % 2 === 1
  const ec = isWhole ? verifyByPoint(secret, point.subarray(1), budget) : undefined
  if (ec !== undefined) return ec
  // The point has a 0x40 before it, or not; the secret may have a sign byte.
  const publicKey = point.length === 33 && point[0] === 0x40 ? point.subarray(1) : point
  const seed = secret.length === 33 && secret[0] === 0 ? secret.subarray(1) : secret
  if (publicKey.length !== 32 || seed.length !== 32) return undefined
  const edwards = verifyOkp('Ed25519', seed, publicKey, budget)
  // cv25519 spells its scalar highest byte first.
  return edwards.certainty === 'verified'
    ? edwards
    : verifyOkp('X25519', seed.toReversed(), publicKey, budget)
}

export const LIBGCRYPT_ANCHORS: readonly Anchor[] = 'n d p q u x'
  .split(' ')
  .map((name) =>
    anchor(
      `libgcrypt-${name}`,
      `03 01 01 00 ${name.charCodeAt(0).toString(16)} 01`,
      { before: 8192, behind: 8192 },
      detect,
    ),
  )
