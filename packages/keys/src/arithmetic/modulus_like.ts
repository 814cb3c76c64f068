/** Distinguishes RSA moduli from other numbers beside an exponent, such as signatures. */
import { checkPrimeSync } from 'node:crypto'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { bitLength } from './modular.ts'

/** No key has a factor below this; of other odd numbers six in seven have. */
const SMALL_PRIMES_END = 2000
/** Some 2 ms; above, it takes several times that, and no key has a factor as large. */
const MOST_BITS_OF_PRIME = 2048

interface Part {
  readonly primes: number[]
  product: number
}

const MOST_OF_PART = 0x7f_ff_ff_ff
/** Products that are exact as a Number, in parts: the first have the most multiples. */
const GROUPS = groupsOfPrimes()

/** Of a group of primes: its product into a number of 2048 bits. */
const GROUP_COST = 400
/** They divide 2^24 − 1, and so the sum of three-byte groups as they do the number. */
const TINY_PRIMES = [3, 5, 7, 13, 17, 241]

/** By one of six factors that show without a division: three in five have one. */
export function hasTinyFactor(
  bytes: Uint8Array,
  isBig: boolean,
  budget: WorkBudget = UNLIMITED,
): boolean {
  const { length } = bytes
  let sum = 0
  for (let k = 0; k < length; k += 3) {
    const [low = 0, middle = 0, high = 0] = isBig
      ? [bytes[length - 1 - k], bytes[length - 2 - k], bytes[length - 3 - k]]
      : [bytes[k], bytes[k + 1], bytes[k + 2]]
    sum += low + 256 * middle + 65_536 * high
  }
  const has = TINY_PRIMES.some((prime) => sum % prime === 0)
  if (has) budget.spend(GROUP_COST)
  return has
}

export function hasNoSmallFactor(n: bigint, budget: WorkBudget = UNLIMITED): boolean {
  return GROUPS.every(({ parts, product }) => {
    budget.spend(GROUP_COST)
    const rest = Number(n % product)
    return parts.every((part) => {
      // A whole number of 32 bits: to divide one takes a tenth of the time.
      const small = (rest % part.product) | 0
      return part.primes.every((prime) => small % prime !== 0)
    })
  })
}

/** Whether a number can be a factor of a modulus itself. Takes some 2 ms for 2048 bits. */
export function isPrimeFactor(n: bigint): boolean {
  return bitLength(n) <= MOST_BITS_OF_PRIME && checkPrimeSync(n, { checks: 1 })
}

function groupsOfPrimes(): { readonly parts: Part[]; product: bigint }[] {
  const all: number[] = []
  const groups: { readonly parts: Part[]; product: bigint }[] = []
  for (let n = 3; n < SMALL_PRIMES_END; n += 2) {
    if (hasFactorIn(all, n)) continue
    all.push(n)
    const last = groups.at(-1)
    const product = (last?.product ?? 1n) * BigInt(n)
    if (last === undefined || product > BigInt(Number.MAX_SAFE_INTEGER)) {
      groups.push({ parts: [{ primes: [n], product: n }], product: BigInt(n) })
    } else {
      addTo(last.parts, n)
      last.product = product
    }
  }
  return groups
}

function addTo(parts: Part[], prime: number): void {
  const last = parts.at(-1)
  if (last === undefined || last.product * prime > MOST_OF_PART) {
    parts.push({ primes: [prime], product: prime })
  } else {
    last.primes.push(prime)
    last.product *= prime
  }
}

function hasFactorIn(primes: readonly number[], n: number): boolean {
  for (const prime of primes) {
    if (prime * prime > n) return false
    if (n % prime === 0) return true
  }
  return false
}
