/**
 * Secret keys of OpenPGP version 4 (RFC 9580, 3.2, 4.2, 5.5.3, 5.5.5; RFC 6637). 0 behind the
 * public numbers: no passphrase.
 */
import { curveOfOid } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian, toBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { OkpCurve } from '@mintmark/keys/arithmetic/okp'
import { verifyOkp } from '@mintmark/keys/der_keys/verify'
import { verifyEcPoint, verifyNumbers } from '@mintmark/keys/der_keys/verify_numbers'
import type { Key } from '@mintmark/keys/material/key'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { LengthPrefixed } from '@mintmark/keys/public_keys/length_prefixed'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, protectedHit } from '../../anchors/anchored.ts'
import type { Detector, Match } from '../../anchors/match.ts'

const ENCODING = 'openpgp-packet'
const BEFORE_ALGORITHM = 5
const [RSA, ELGAMAL, DSA, ECDH, ECDSA, EDDSA] = [1, 16, 17, 18, 19, 22]

/** How many numbers are public, and the names of all: the secret ones are behind them. */
type Algorithm = readonly [open: number, kind: 'rsa' | 'dsa' | 'dh', names: string]

/** The last of RSA is p⁻¹ mod q here. */
const ALGORITHMS: ReadonlyMap<number | undefined, Algorithm> = new Map([
  [RSA, [2, 'rsa', 'n e d p q qInv']],
  [DSA, [4, 'dsa', 'p q g y x']],
  [ELGAMAL, [3, 'dh', 'p g y x']],
])
const LEAST_MODULUS = 64

const detectPacket: Detector = (bytes, at, { budget }) => {
  const version = at + 3
  const algorithm = ALGORITHMS.get(bytes[version + BEFORE_ALGORITHM])
  if (algorithm === undefined) return undefined
  const [count, kind, names] = algorithm
  const reader = new LengthPrefixed(bytes, version + BEFORE_ALGORITHM + 1)
  const mpis: Uint8Array[] = []
  for (const [i] of names.split(' ').entries()) {
    const usage = i === count ? reader.number(1) : 0
    if (usage !== 0) return guarded(bytes, at, reader.at, usage)
    const mpi = reader.mpi()
    if (mpi === undefined || (i === 0 && mpi.length < LEAST_MODULUS)) return undefined
    mpis.push(mpi)
  }
  const numbers = mpis.map((mpi) => fromBigEndian(mpi, budget))
  const verification = verifyNumbers(kind, names, numbers, budget)
  return verification && hit(verification, ENCODING, at, reader.at)
}

const LEAST_GUARDED_USAGE = 253

function guarded(bytes: Uint8Array, at: number, read: number, usage = 0): Match | undefined {
  if (usage < LEAST_GUARDED_USAGE) return undefined
  const to = Math.min(bytes.length, Math.max(read, packetEnd(bytes, at)))
  return protectedHit('openpgp', ENCODING, at, to, 'a secret-key packet, a passphrase guards it')
}

/** By its own account; 0 where the length has another encoding. */
function packetEnd(bytes: Uint8Array, at: number): number {
  const [tag = 0, first = 0, second = 0] = bytes.subarray(at, at + 3)
  if (tag < 0xc0) return (tag & 3) === 1 ? at + 3 + first * 256 + second : at + 2 + first
  if (first < 192) return at + 2 + first
  return first < 224 ? at + 3 + (first - 192) * 256 + second + 192 : 0
}

const TAGS: readonly (readonly [back: number, tags: readonly number[]])[] = [
  [2, [0x94, 0x9c, 0xc5, 0xc7]],
  [3, [0x95, 0x9d, 0xc5, 0xc7]],
  [6, [0xc5, 0xc7]],
]

/** If it says that it holds a secret key; a freed buffer has none. */
function headerBefore(bytes: Uint8Array, version: number): number | undefined {
  const found = TAGS.find(([back, tags]) => tags.includes(bytes[version - back] ?? 0))
  return found && version - found[0]
}

/** A packet of an elliptic curve: the anchor is the algorithm, before the curve's identifier. */
const detectCurvePacket: Detector = (bytes, at, { budget }) => {
  const version = at - BEFORE_ALGORITHM
  if (bytes[version] !== 4) return undefined
  const reader = new LengthPrefixed(bytes, at + 1)
  const oid = Buffer.from(reader.string(1) ?? []).toString('hex')
  const point = reader.mpi()
  if (point === undefined) return undefined
  // The key derivation of ECDH.
  if (bytes[at] === ECDH) reader.string(1)
  const usage = reader.number(1)
  const header = headerBefore(bytes, version)
  if (usage !== 0) {
    return header === undefined ? undefined : guarded(bytes, header, reader.at, usage)
  }
  const secret = reader.mpi()
  const verification = secret && verifyCurve(oid, point, secret, budget)
  if (verification?.certainty !== 'verified') return undefined
  return hit(verification, ENCODING, header ?? version, reader.at)
}

const OKP_CURVES: ReadonlyMap<string, OkpCurve> = new Map([
  ['2b06010401da470f01', 'Ed25519'],
  ['2b060104019755010501', 'X25519'],
])
const NATIVE_POINT = 0x40

function verifyCurve(
  oid: string,
  point: Uint8Array,
  secret: Uint8Array,
  budget: WorkBudget,
): Key | undefined {
  const curve = curveOfOid(oid)
  if (curve !== undefined) return verifyEcPoint(curve, secret, point, budget)
  const okp = OKP_CURVES.get(oid)
  if (okp === undefined || point.length !== 33 || point[0] !== NATIVE_POINT) return undefined
  if (secret.length > 32) return undefined
  // Leading zeros are not written.
  const padded = toBigEndian(fromBigEndian(secret, budget), 32)
  const scalar = okp === 'X25519' ? padded.toReversed() : padded
  return verifyOkp(okp, scalar, point.subarray(1), budget)
}

const SIGHT = { before: 16, behind: 16_384 }

const CURVES = [
  '08 2a 86 48 ce 3d 03 01 07',
  '05 2b 81 04 00 22',
  '05 2b 81 04 00 23',
  '05 2b 81 04 00 0a',
  '09 2b 24 03 03 02 08 01 01 07',
  '09 2b 24 03 03 02 08 01 01 0b',
  '09 2b 24 03 03 02 08 01 01 0d',
]

const CURVE_PACKETS: readonly (readonly [number, string])[] = [
  [EDDSA, '09 2b 06 01 04 01 da 47 0f 01'],
  [ECDH, '0a 2b 06 01 04 01 97 55 01 05 01'],
  ...[ECDSA, ECDH].flatMap((algorithm) => CURVES.map((oid) => [algorithm, oid] as const)),
]

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

export const OPENPGP_ANCHORS: readonly Anchor[] = [
  ...['95', '9d', 'c5', 'c7'].flatMap((tag) =>
    [RSA, DSA, ELGAMAL].map((algorithm) => {
      const pattern = `${tag} ?? ?? 04 ?? ?? ?? ?? ${hex(algorithm)}`
      return anchor(`openpgp-${tag}-${algorithm}`, pattern, SIGHT, detectPacket)
    }),
  ),
  ...CURVE_PACKETS.map(([algorithm, oid]) =>
    anchor(`openpgp-${algorithm}-${oid}`, `${hex(algorithm)} ${oid}`, SIGHT, detectCurvePacket),
  ),
]
