/** Non-negative whole numbers and modular arithmetic. BigInt values cannot be wiped. */
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { OPENSSL_BITS, opensslPower } from './openssl_power.ts'

export function fromBigEndian(bytes: Uint8Array, budget: WorkBudget = UNLIMITED): bigint {
  if (bytes.length === 0) return 0n
  budget.spend(150 + 6 * bytes.length)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return BigInt(`0x${view.toString('hex')}`)
}

export function fromLittleEndian(bytes: Uint8Array, budget: WorkBudget = UNLIMITED): bigint {
  const turned = bytes.toReversed()
  const value = fromBigEndian(turned, budget)
  turned.fill(0)
  return value
}

/** `length` bytes, highest first. The value must fit. */
export function toBigEndian(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex')
}

export function toShortestBytes(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

export function bitLength(value: bigint): number {
  if (value === 0n) return 0
  const hex = value.toString(16)
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0] ?? '0', 16)) + 28
}

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

export function inverse(value: bigint, modulus: bigint): bigint | undefined {
  if (modulus <= 1n) return undefined
  let [r0, r1] = [modulus, value % modulus]
  let [t0, t1] = [0n, 1n]
  while (r1 !== 0n) {
    const quotient = r0 / r1
    ;[r0, r1] = [r1, r0 - quotient * r1]
    ;[t0, t1] = [t1, t0 - quotient * t1]
  }
  if (r0 !== 1n) return undefined
  return t0 < 0n ? t0 + modulus : t0
}

/** One inversion for all (P. L. Montgomery, Math. Comp. 48, 1987), four multiplications each. */
export function inversesModPrime(
  values: readonly bigint[],
  prime: bigint,
): readonly (bigint | undefined)[] {
  const factors = values.map((value) => value % prime)
  const products: bigint[] = []
  let product = 1n
  for (const factor of factors) {
    products.push(product)
    if (factor !== 0n) product = (product * factor) % prime
  }
  let rest = inverse(product, prime) ?? 0n
  const inverses: (bigint | undefined)[] = factors.map(() => undefined)
  for (let i = factors.length - 1; i >= 0; i--) {
    const factor = factors[i] ?? 0n
    if (factor === 0n) continue
    inverses[i] = (rest * (products[i] ?? 0n)) % prime
    rest = (rest * factor) % prime
  }
  return inverses
}

const WINDOW_BITS = 4

export function powerCost(modulusBits: number, exponentBits: number): number {
  return exponentBits * (350 + 3.3 * (modulusBits / 64) ** 2)
}

/** Cost: 3 ms for 1024 bits, 12 ms for 2048. Not in constant time, as values are of a dump. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  if (modulus === 1n) return 0n
  const table = [1n]
  for (let i = 1; i < 1 << WINDOW_BITS; i++) table.push(((table[i - 1] ?? 1n) * base) % modulus)
  let result = 1n
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < WINDOW_BITS; i++) result = (result * result) % modulus
    const value = Number.parseInt(digit, 16)
    if (value !== 0) result = (result * (table[value] ?? 1n)) % modulus
  }
  return result
}

export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value
  // Above the root, so that the steps only ever go down.
  let root = 1n << BigInt(Math.ceil(bitLength(value) / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

const SMALL_PRIMES = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n]
const SMALL_PRODUCT = SMALL_PRIMES.reduce((product, prime) => product * prime, 1n)

/** Whether a prime below 54 other than 2 divides `value`. Cost: 1 µs. */
export function hasSmallFactor(value: bigint): boolean {
  return gcd(value, SMALL_PRODUCT) !== 1n
}

/** What {@link isProbablePrime} takes, as in `work_budget.ts`: two powers. */
export function primalityCost(bits: number): number {
  const isByOpenssl = bits >= OPENSSL_BITS.least && bits <= OPENSSL_BITS.most
  return isByOpenssl ? 80_000 + 660_000 * (bits / 1024) ** 3 : 2 * powerCost(bits, bits)
}

/**
 * A strong probable-prime test. It rejects chance and damage, not built pseudoprimes: who builds
 * those gains a report on his own file.
 */
export function isProbablePrime(value: bigint, bases: readonly bigint[] = [2n, 3n]): boolean {
  if (value < 2n) return false
  if (value === 2n) return true
  if ((value & 1n) === 0n) return false
  if (SMALL_PRIMES.includes(value)) return true
  if (hasSmallFactor(value)) return false
  const last = value - 1n
  let twos = 0n
  while (((last >> twos) & 1n) === 0n) twos++
  const odd = last >> twos
  const raise = opensslPower(odd, value)
  return bases.every((base) => reachesLast(raise?.(base) ?? power(base, odd, value), twos, value))
}

function reachesLast(first: bigint, twos: bigint, value: bigint): boolean {
  const last = value - 1n
  if (first === 1n || first === last) return true
  let x = first
  for (let i = 1n; i < twos; i++) {
    x = (x * x) % value
    if (x === last) return true
  }
  return false
}
