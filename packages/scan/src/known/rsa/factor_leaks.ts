/**
 * Numbers that share a factor with the modulus after one known step. One gcd of n with the product
 * of many shows whether one leaks; if the product is 0, its parts are examined.
 */
import { fastGcd } from '@mintmark/keys/arithmetic/fast_gcd'
import { montgomeryWidths } from '../values/derived_values.ts'

export interface FactorLeak {
  readonly name: string
  readonly verification: string
  /** A number that the prime divides if `x` is what the name says. May be negative. */
  readonly multiple: (x: bigint) => bigint
}

function leftoversOf(widths: readonly number[], bits: number): FactorLeak[] {
  return [
    ...widths.map((width): FactorLeak => {
      const square = 1n << BigInt(2 * width)
      const verification = 'gcd(R² − X, n) = p'
      return { name: 'montgomery-r2-mod-p', verification, multiple: (x) => square - x }
    }),
    // With R of the prime's own bits, R mod p is R − p: the kernel sees that.
    ...widths
      .filter((width) => width > bits)
      .map((width): FactorLeak => {
        const radix = 1n << BigInt(width)
        const verification = 'gcd(R − X, n) = p'
        return { name: 'montgomery-r-mod-p', verification, multiple: (x) => radix - x }
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

/** Leaks the kernel finds in whole bytes: p, its neighbours, its complement to a power of two. */
export function directLeaks(bits: number): readonly FactorLeak[] {
  const limit = 1n << BigInt(bits)
  return [
    { name: 'p', verification: 'n mod p = 0', multiple: (x) => x },
    { name: 'p-minus-1', verification: 'n mod (X + 1) = 0', multiple: (x) => x + 1n },
    { name: 'p-plus-1', verification: 'n mod (X − 1) = 0', multiple: (x) => x - 1n },
    { name: 'two-to-w-minus-p', verification: 'n mod (2^w − X) = 0', multiple: (x) => limit - x },
    { name: 'p-minus-1-halved', verification: 'n mod (2X + 1) = 0', multiple: (x) => 2n * x + 1n },
  ]
}

export function allLeaks(bits: number): readonly FactorLeak[] {
  return [...directLeaks(bits), ...leftoversOf(montgomeryWidths(bits), bits)]
}

interface MayLeak {
  readonly x: bigint
  readonly leaks: readonly FactorLeak[]
}

interface Step {
  readonly index: number
  readonly leak: FactorLeak
  readonly multiple: bigint
}

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

  /** For 2048 bits: 3 µs a number and leak, and 0.05 ms; twice that and 15 gcds where one leaks. */
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
