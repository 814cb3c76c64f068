/**
 * Numbers that leak a factor: after one known step they share a factor with the modulus. One gcd of
 * n with the product of many such numbers shows whether one leaks. A product that is 0 contains
 * both factors: then its parts are examined.
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
interface MayLeak {
  readonly x: bigint
  readonly leaks: readonly FactorLeak[]
}

interface Step {
  readonly index: number
  readonly leak: FactorLeak
  readonly multiple: bigint
}

/** Numbers that are tested against one modulus after the other. */
export class LeakingNumbers {
  readonly #steps: readonly Step[]

  constructor(numbers: readonly MayLeak[]) {
    this.#steps = numbers.flatMap(({ x, leaks }, index) =>
      leaks.map((leak) => {
        const multiple = leak.multiple(x)
        return { index, leak, multiple: multiple < 0n ? -multiple : multiple }
      }),
    )
  }

  /**
   * The index of the first number that gives a factor of n, neither 1 nor n, and its leak.
   * Cost: some 3 µs a number and factor leak for 2048 bits, and 0.05 ms; twice that and 15 gcds where there is one.
   */
  first(n: bigint): (Omit<Step, 'multiple'> & { readonly factor: bigint }) | undefined {
    let steps = this.#steps
    if (steps.length === 0 || commonFactor(n, steps) === 1n) return undefined
    while (steps.length > 1) {
      const half = steps.slice(0, steps.length >> 1)
      steps = commonFactor(n, half) === 1n ? steps.slice(steps.length >> 1) : half
    }
    const [step] = steps
    if (step === undefined) return undefined
    const factor = commonFactor(n, steps)
    return factor > 1n && factor < n ? { ...step, factor } : undefined
  }
}

function commonFactor(n: bigint, steps: readonly Step[]): bigint {
  let product = 1n
  for (const { multiple } of steps) product = (product * (multiple % n)) % n
  return fastGcd(product, n)
}
