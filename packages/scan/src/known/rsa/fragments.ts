/**
 * Pairs of windows whose low limbs multiply to that of a known modulus: parts of its factors, and
 * factors of which there were too many to divide by.
 */
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import type { Candidate, ConjugateKernel, FactorHit } from '../../slices/conjugate.ts'
import { ORDERS } from '../../slices/conjugate.ts'
import type { Budget } from '../values/budget.ts'
import { type FoundValue, keyOf } from '../values/found_value.ts'
import { fromFactor } from '../values/rebuild.ts'
import { numberAt, spanOf } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'

/** Keys from which on it pays to leave out windows that a small prime divides: two of three. */
const MANY_KEYS = 8
/** Nanoseconds: to keep a low limb and find its inverse, to look one up, to sieve a window. */
const COST = { limb: 12, probe: 3, sieve: 35 } as const

export function pairCost(keys: number): { readonly isSieved: boolean; readonly cost: number } {
  const cost = COST.limb + COST.probe * keys
  return keys < MANY_KEYS
    ? { isSieved: false, cost }
    : { isSieved: true, cost: COST.sieve + cost / 3 }
}

/** Pairs that are examined in a slice: copies of one pair are one, so that more are made up. */
const MOST_PAIRS = 64

/** Fewer equal bytes than this are one limb that fits, which chance or n itself gives. */
const LEAST_BYTES = 16
const SMALL = 1n << 32n

export function conjugateFragments(
  kernel: ConjugateKernel,
  group: RsaGroup,
  budget: Budget,
  known: readonly FactorHit[],
): FoundValue[] {
  const { kept } = kernel
  const { isSieved, cost } = pairCost(group.keys.length)
  budget.pay(kept * (isSieved ? cost * 3 : cost))
  if (kept < 2) return []
  const locations = new Set(known.map(({ at, order }) => `${at}:${order}`))
  return kernel
    .conjugates(group.table)
    .slice(0, MOST_PAIRS)
    .flatMap(({ a, b, key }) => {
      const material = group.keys[key]
      if (material === undefined) return []
      const isKnownPair = locations.has(`${a.at}:${a.order}`)
      return isKnownPair ? [] : partOf(kernel, group, material, { a, b })
    })
}

function partOf(
  kernel: ConjugateKernel,
  { shape }: RsaGroup,
  key: RsaMaterial,
  { a, b }: { a: Candidate; b: Candidate },
): FoundValue[] {
  const x = numberAt(kernel, a, shape.length)
  const spelling = ORDERS[a.order]?.encoding ?? ''
  const span = spanOf(a.order, shape.length)
  const material = fromFactor(key, x)
  if (material !== undefined) {
    const own = keyOf(material, 'n mod p = 0')
    return [{ at: a.at, length: span, spelling, name: 'p', key: own }]
  }
  const other = numberAt(kernel, b, shape.length)
  const bytes = equalLowBytes(x * other, key.n, shape.length)
  // Any word is 1 times itself: n's low limb and a small number are no parts of factors.
  if (bytes < LEAST_BYTES || [x, other].some((each) => BigInt.asUintN(64, each) < SMALL)) return []
  // The low bytes are the first of a window whose lowest word is the first, the last of another.
  const at = ORDERS[a.order]?.isHighFirst ? a.at + span - bytes : a.at
  const verification = `its low ${bytes * 8} bits are of a factor: a second window holds the cofactor`
  return [{ at, length: bytes, spelling, name: 'p', key: keyOf(key, verification, 'fragment') }]
}

function equalLowBytes(a: bigint, b: bigint, most: number): number {
  let rest = a ^ b
  let bytes = 0
  while (bytes < most && (rest & 0xffn) === 0n) {
    rest >>= 8n
    bytes++
  }
  return bytes
}
