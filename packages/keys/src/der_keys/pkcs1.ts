/** RSA and DSA keys as rows of INTEGERs: nine for RSA, six for DSA. */
import { bitLength } from '../arithmetic/modular.ts'
import { RSA_BITS } from '../arithmetic/rsa.ts'
import { childrenOf, contentOf, type Element, elementOf, lengthOf, TAG } from '../der/der.ts'
import { Row } from '../der/row.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { type DerKey, integersAt, numberOf, placed } from './der_key.ts'
import { verifyRsaFields } from './verify.ts'
import { verifyGroupKey } from './verify_opaque.ts'

const VERSION = new Row('02=0|1')
const RSA_INTEGERS = 8
const DSA_INTEGERS = 5

export function pkcs1At(
  bytes: Uint8Array,
  version: number,
  budget: WorkBudget,
): DerKey | undefined {
  const [own] = VERSION.at(bytes, version)
  const integers = own === undefined ? [] : integersAt(bytes, own.to, RSA_INTEGERS)
  const last = integers.at(-1)
  if (last === undefined) return undefined
  if (integers.length === RSA_INTEGERS) return rsaOf(bytes, version, integers, last, budget)
  if (integers.length === DSA_INTEGERS) return dsaOf(bytes, version, integers, last, budget)
  return undefined
}

function rsaOf(
  bytes: Uint8Array,
  version: number,
  integers: readonly Element[],
  last: Element,
  budget: WorkBudget,
): DerKey | undefined {
  const isMultiPrime = bytes[version + 2] === 1
  if (!areSizesOfRsa(integers, isMultiPrime)) return undefined
  const more = isMultiPrime ? otherPrimes(bytes, last.to, budget) : undefined
  const to = more?.to ?? last.to
  const [n, e, d, p, q, dP, dQ, qInv] = integers.map((element) => numberOf(bytes, element, budget))
  const parts = { n, e, d, p, q, dP, dQ, qInv, others: more?.primes ?? [] }
  const filled = integers.flatMap((element, i) => (i === 1 ? [] : [contentOf(bytes, element)]))
  const verification = verifyRsaFields(parts, filled, bitLength(n ?? 0n), budget)
  return verification && placed(bytes, 'pkcs1-der', version, to, verification)
}

/** Drops rows of INTEGERs by their lengths, before any number is made of them. */
function areSizesOfRsa(integers: readonly Element[], isMultiPrime: boolean): boolean {
  const [n = 0, e = 0, d = 0, p = 0, q = 0, ...rest] = integers.map(lengthOf)
  if (n < RSA_BITS.least / 8 || n > RSA_BITS.most / 8 + 1 || e > n || d > n + 8) return false
  if (rest.some((length) => length > Math.max(p, q) + 1)) return false
  return isMultiPrime ? p + q < n + 4 : Math.abs(p + q - n) <= 4
}

/** OtherPrimeInfos: a SEQUENCE of SEQUENCEs that begin with a prime. */
function otherPrimes(
  bytes: Uint8Array,
  at: number,
  budget: WorkBudget,
): { primes: bigint[]; to: number } | undefined {
  const list = elementOf(bytes, at, bytes.length, TAG.sequence)
  if (list === undefined || lengthOf(list) > RSA_BITS.most) return undefined
  const primes: bigint[] = []
  for (const info of childrenOf(bytes, list) ?? []) {
    const prime = elementOf(bytes, info.from, info.to, TAG.integer)
    if (prime !== undefined) primes.push(numberOf(bytes, prime, budget))
  }
  return { primes, to: list.to }
}

const MOST_GROUP_BYTES = 1025

function dsaOf(
  bytes: Uint8Array,
  version: number,
  integers: readonly Element[],
  last: Element,
  budget: WorkBudget,
): DerKey | undefined {
  if (!areSizesOfDsa(integers)) return undefined
  const [p = 0n, q = 0n, g = 0n, y = 0n, x = 0n] = integers.map((each) =>
    numberOf(bytes, each, budget),
  )
  const verification = verifyGroupKey('dsa', { p, q, g, y, x }, budget)
  return verification && placed(bytes, 'dsa-der', version, last.to, verification)
}

function areSizesOfDsa(integers: readonly Element[]): boolean {
  const [p = 0, q = 0, g = 0, y = 0, x = 0] = integers.map(lengthOf)
  if (p > MOST_GROUP_BYTES || q > 65 || q < 16) return false
  return g <= p && y <= p && x <= q
}
