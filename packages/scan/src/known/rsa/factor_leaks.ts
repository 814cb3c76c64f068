/**
 * Numbers that leak a factor: after one known step they share a factor with the modulus.
 *
 * One gcd of n with the product of many such numbers shows whether one leaks. A product that is 0 contains both
 * factors: then its parts are examined. @module
 */
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'
import { montgomeryWidths } from '../values/derived_values.ts'

export interface FactorLeak {
  /** As {@link import('../values/derived_values.ts').derivedValues} names it for p. */
  readonly name: string
  readonly proof: string
  /** A number that the prime divides if `x` is what the name says. May be negative. */
  readonly multiple: (x: bigint) => bigint
}

/** Leftovers of Montgomery arithmetic with R of these many bits. */
function leftoversOf(widths: readonly number[], bits: number): FactorLeak[] {
  return [
    ...widths.map((width): FactorLeak => {
      const square = 1n << BigInt(2 * width)
      const proof = 'gcd(R² − X, n) = p'
      return { name: 'montgomery-r2-mod-p', proof, multiple: (x) => square - x }
    }),
    // With R of the prime's own bits, R mod p is R − p: the kernel sees that.
    ...widths
      .filter((width) => width > bits)
      .map((width): FactorLeak => {
        const radix = 1n << BigInt(width)
        const proof = 'gcd(R − X, n) = p'
        return { name: 'montgomery-r-mod-p', proof, multiple: (x) => radix - x }
      }),
  ]
}

/** Leaks in whole words that the kernel does not find. `bits`: of the prime. */
export function leftovers(bits: number): readonly FactorLeak[] {
  return leftoversOf(
    montgomeryWidths(bits).filter((width) => width % 32 === 0),
    bits,
  )
}

/** Leaks that the kernel finds in whole bytes: the prime, its neighbours, its complement to a power of two. */
export function directLeaks(bits: number): readonly FactorLeak[] {
  const limit = 1n << BigInt(bits)
  return [
    { name: 'p', proof: 'n mod p = 0', multiple: (x) => x },
    { name: 'p-minus-1', proof: 'n mod (X + 1) = 0', multiple: (x) => x + 1n },
    { name: 'p-plus-1', proof: 'n mod (X − 1) = 0', multiple: (x) => x - 1n },
    { name: 'two-to-w-minus-p', proof: 'n mod (2^w − X) = 0', multiple: (x) => limit - x },
    { name: 'p-minus-1-halved', proof: 'n mod (2X + 1) = 0', multiple: (x) => 2n * x + 1n },
  ]
}

/** All leaks in one number of the size of a prime. */
export function allLeaks(bits: number): readonly FactorLeak[] {
  return [...directLeaks(bits), ...leftoversOf(montgomeryWidths(bits), bits)]
}

/** A number and the leaks that it may be. */
export interface MayLeak {
  readonly x: bigint
  readonly leaks: readonly FactorLeak[]
}

export interface LeakHit<T extends MayLeak> {
  readonly number: T
  readonly leak: FactorLeak
  /** A factor of n, neither 1 nor n. */
  readonly factor: bigint
}

interface Step<T extends MayLeak> {
  readonly number: T
  readonly leak: FactorLeak
  readonly multiple: bigint
}

/** Keys from which on it pays to multiply numbers before they are divided by each modulus. */
const MANY_KEYS = 4
/** As many of them at once. */
const MULTIPLIED = 8

/** Numbers that are tested against one modulus after the other. */
export class LeakingNumbers<T extends MayLeak> {
  readonly #steps: readonly Step<T>[]
  readonly #products: readonly bigint[]

  /** @param keys how many moduli there will be */
  constructor(numbers: readonly T[], keys: number) {
    this.#steps = numbers.flatMap((number) =>
      number.leaks.map((leak) => {
        const multiple = leak.multiple(number.x)
        return { number, leak, multiple: multiple < 0n ? -multiple : multiple }
      }),
    )
    const multiples = this.#steps.map(({ multiple }) => multiple)
    this.#products = keys < MANY_KEYS ? multiples : productsOf(multiples)
  }

  /**
   * The first number that gives a factor of n, or undefined.
   *
   * Cost: some 3 µs a number and factor leak for 2048 bits, half of that with many keys, and 0.05 ms; twice that and 15 gcds
   * where there is one.
   */
  first(n: bigint): LeakHit<T> | undefined {
    if (this.#steps.length === 0 || commonFactor(n, this.#products) === 1n) return undefined
    let steps = this.#steps
    while (steps.length > 1) {
      const half = steps.slice(0, steps.length >> 1)
      steps = commonFactorOf(n, half) === 1n ? steps.slice(steps.length >> 1) : half
    }
    const [step] = steps
    if (step === undefined) return undefined
    const factor = commonFactorOf(n, steps)
    return factor > 1n && factor < n ? { ...step, factor } : undefined
  }
}

/** Products of {@link MULTIPLIED} numbers each, and of what is left. */
function productsOf(numbers: readonly bigint[]): readonly bigint[] {
  let products = numbers
  for (let size = 1; size < MULTIPLIED; size *= 2) {
    const pairs: bigint[] = []
    for (let k = 0; k < products.length; k += 2) {
      pairs.push((products[k] ?? 1n) * (products[k + 1] ?? 1n))
    }
    products = pairs
  }
  return products
}

function commonFactorOf<T extends MayLeak>(n: bigint, steps: readonly Step<T>[]): bigint {
  return commonFactor(
    n,
    steps.map(({ multiple }) => multiple),
  )
}

function commonFactor(n: bigint, numbers: readonly bigint[]): bigint {
  let product = 1n
  for (const number of numbers) product = (product * (number % n)) % n
  return fastGcd(product, n)
}
