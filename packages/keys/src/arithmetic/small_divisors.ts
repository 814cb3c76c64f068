/** Divisors up to 2^16 of large numbers, without trying each. */
import { once } from '../material/memo.ts'
import { gcd } from './modular.ts'

/** The largest divisor that is searched for; no prime. */
const LIMIT = 1 << 16

/** All primes below {@link LIMIT}, and their product: 94,000 bits, in 20 ms. */
const smallPrimes = once(() => {
  const isComposite = new Uint8Array(LIMIT)
  const primes: bigint[] = []
  for (let p = 2; p < LIMIT; p++) {
    if (isComposite[p] === 1) continue
    primes.push(BigInt(p))
    for (let multiple = p * p; multiple < LIMIT; multiple += p) isComposite[multiple] = 1
  }
  return { primes, product: productOf(primes) }
})

function productOf(numbers: readonly bigint[]): bigint {
  if (numbers.length <= 8) return numbers.reduce((product, number) => product * number, 1n)
  const half = numbers.length >> 1
  return productOf(numbers.slice(0, half)) * productOf(numbers.slice(half))
}

/** The divisors of a number that are in [`from`, `to`], up to 65,536, in ascending order. */
export function smallDivisors(number: bigint, from: bigint, to: bigint): readonly bigint[] {
  const most = to < LIMIT ? to : BigInt(LIMIT)
  let divisors = [1n]
  for (const prime of primesIn(number)) {
    const larger: bigint[] = []
    let power = prime
    while (power <= most && number % power === 0n) {
      for (const divisor of divisors) if (divisor * power <= most) larger.push(divisor * power)
      power *= prime
    }
    divisors = divisors.concat(larger)
  }
  return divisors
    .filter((divisor) => divisor >= from && divisor <= most)
    .toSorted((a, b) => Number(a - b))
}

function primesIn(number: bigint): readonly bigint[] {
  const { primes, product } = smallPrimes()
  let rest = gcd(number, product % number)
  const found: bigint[] = []
  for (const prime of primes) {
    if (prime > rest) break
    if (rest % prime !== 0n) continue
    found.push(prime)
    rest /= prime
  }
  return found
}
