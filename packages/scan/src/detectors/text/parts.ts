/** Verifies keys from named values; without a matching public half they are unverified. */
import { curveNamed, NAMED_CURVES } from '@mintmark/keys/arithmetic/curves'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { OKP } from '@mintmark/keys/arithmetic/okp'
import type { RsaParts } from '@mintmark/keys/arithmetic/rsa'
import { LATTICE_SCHEMES, verifyPq } from '@mintmark/keys/der_keys/post_quantum'
import { verifyEc, verifyOkp, verifyRsa } from '@mintmark/keys/der_keys/verify'
import { verifyGroupKey } from '@mintmark/keys/der_keys/verify_opaque'
import { type Key, REFUSED } from '@mintmark/keys/material/key'
import type { Curve } from '@mintmark/keys/material/key_material'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'

type Bytes = Uint8Array | undefined
type NumberOf = (name: string) => bigint | undefined

/** From big-endian bytes; undefined for none, or more than 16,384 bits. */
export function numberOf(bytes: Bytes, budget: WorkBudget): bigint | undefined {
  if (bytes === undefined || bytes.length === 0 || bytes.length > 2056) return undefined
  return fromBigEndian(bytes, budget)
}

/** @param names in order; `a|b` for one with two names, `-` for none */
const numbersOf = (numberNamed: NumberOf, names: string): readonly (bigint | undefined)[] =>
  names.split(' ').map((name) => {
    for (const each of name.split('|')) {
      const number = numberNamed(each)
      if (number !== undefined) return number
    }
    return undefined
  })

/** @param names of n, e, d, p, q, dP, dQ and qInv */
export function rsaNamed(
  numberNamed: NumberOf,
  names: string,
  budget: WorkBudget,
  how?: 'needs n',
): Key | undefined {
  const [n, e, d, p, q, dP, dQ, qInv] = numbersOf(numberNamed, names)
  if (how === 'needs n' && n === undefined) return undefined
  return rsaKey({ n, e, d, p, q, dP, dQ, qInv }, budget)
}

/** @param names of p, q, g, y and x */
export function groupNamed(
  kind: 'dsa' | 'dh',
  numberNamed: NumberOf,
  names: string,
  budget: WorkBudget,
): Key | undefined {
  const [p, q, g, y, x] = numbersOf(numberNamed, names)
  if (p === undefined || g === undefined || y === undefined || x === undefined) return undefined
  if (kind === 'dsa' && q === undefined) return undefined
  return verifyGroupKey(kind, { p, q, g, y, x }, budget)
}

export function rsaKey(parts: RsaParts, budget: WorkBudget): Key | undefined {
  const verified = verifyRsa(parts, budget)
  if (verified?.material?.type !== 'rsa') return undefined
  if (parts.n === undefined || parts.n === verified.material.n) return verified
  const verification = `${verified.verification}, but the n beside it is another`
  return { ...verified, certainty: 'unverified', verification }
}

const CURVE_NAMES: ReadonlyMap<string, Curve> = new Map([
  ['P-256K', 'secp256k1'],
  ['NIST P-192', 'P-192'],
  ['sm2p256v1', 'SM2'],
  ...(['P-224', 'P-256', 'P-384', 'P-521'] as const).flatMap((curve) => [
    [`NIST ${curve}`, curve] as const,
    [`nist${curve.replace('-', '').toLowerCase()}`, curve] as const,
  ]),
  ...NAMED_CURVES.flatMap(({ curve, openssl }) => [
    [curve, curve] as const,
    [openssl, curve] as const,
  ]),
])

/**
 * Verified by d·G = Q or one coordinate; without, any scalar in range fits. @param d as long as the
 * order, or a sign byte more
 */
export function ecKey(
  name: string,
  d: Bytes,
  x: Bytes,
  y: Bytes,
  budget: WorkBudget,
): Key | undefined {
  const curve = CURVE_NAMES.get(name)
  if (curve === undefined || d === undefined || d.length === 0) return undefined
  const { lengthBytes } = curveNamed(curve)
  const isVerified = x !== undefined && y !== undefined
  if (d.length > lengthBytes + 1 || (!isVerified && d.length !== lengthBytes)) return undefined
  if (isVerified && (x.length > lengthBytes || y.length > lengthBytes)) return undefined
  const stored = isVerified
    ? { x: fromBigEndian(x, budget), y: fromBigEndian(y, budget) }
    : undefined
  const { isWellFormed: _, ...key } = verifyEc(curve, fromBigEndian(d, budget), stored, budget)
  return isVerified
    ? checked(key, true)
    : checked(withCoordinate(key, x, y, budget), (x ?? y) !== undefined)
}

export function ecKeyOfPoint(
  name: string,
  d: Bytes,
  point: Bytes,
  budget: WorkBudget,
): Key | undefined {
  if (point?.[0] !== 4 || point.length % 2 === 0) return undefined
  const half = (point.length - 1) / 2
  return ecKey(name, d, point.subarray(1, 1 + half), point.subarray(1 + half), budget)
}

function withCoordinate(key: Key, x: Bytes, y: Bytes, budget: WorkBudget): Key {
  const { material } = key
  const coordinate = x ?? y
  if (material?.type !== 'ec' || coordinate === undefined) return key
  if (fromBigEndian(coordinate, budget) !== (x === undefined ? material.y : material.x))
    return { ...key, certainty: 'unverified', verification: 'd·G is another point' }
  const which = x === undefined ? 'y' : 'x'
  return { ...key, verification: `d·G has the ${which} beside it` }
}

export function okpKey(
  name: string,
  secret: Bytes,
  publicKey: Bytes,
  budget: WorkBudget,
): Key | undefined {
  const parameters = OKP.find(({ curve }) => curve === name)
  if (parameters === undefined || secret?.length !== parameters.lengthBytes) return undefined
  return checked(verifyOkp(parameters.curve, secret, publicKey, budget), publicKey !== undefined)
}

function checked(key: Key, isVerified: boolean): Key | undefined {
  if (key.certainty !== 'verified') return key.verification === REFUSED ? key : undefined
  if (isVerified) return key
  const words = `${key.verification}; no public half beside it`
  return { ...key, certainty: 'unverified', verification: words }
}

export function pqKey(
  name: string,
  seed: Bytes,
  publicKey: Bytes,
  budget: WorkBudget,
): Key | undefined {
  const scheme = LATTICE_SCHEMES.find((each) => each.name === name)
  if (scheme === undefined || seed?.length !== scheme.seedLength) return undefined
  const key = verifyPq(scheme, seed, undefined, budget)
  if (key === undefined || publicKey === undefined) return key
  const { material } = key
  const computed =
    material !== undefined && 'publicKey' in material ? material.publicKey : undefined
  if (computed === undefined) return { ...key, certainty: 'unverified' }
  const isSame = Buffer.compare(computed.subarray(-publicKey.length), publicKey) === 0
  return isSame ? key : undefined
}
