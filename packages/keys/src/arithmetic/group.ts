import { createDiffieHellmanGroup } from 'node:crypto'
import { once } from '../material/memo.ts'
import { UNLIMITED, type WorkBudget } from '../material/work_budget.ts'
import { bitLength, isProbablePrime, power, powerCost } from './modular.ts'

export interface GroupParts {
  readonly p: bigint
  readonly g: bigint
  readonly x: bigint
  readonly q: bigint | undefined
  readonly y: bigint | undefined
}

const BITS = { least: 512, most: 8192 } as const

/** Whether these can be the numbers of a group: cheap, and far from all that a group must be. */
export function isGroup({ p, g, q }: Pick<GroupParts, 'p' | 'g' | 'q'>): boolean {
  const bits = bitLength(p)
  if (bits < BITS.least || bits > BITS.most || (p & 1n) === 0n) return false
  if (g < 2n || g >= p) return false
  return q === undefined || (bitLength(q) >= 128 && q < p && (p - 1n) % q === 0n)
}

/** Primes of RFC 2409 and RFC 3526, which nearly all keys without an order have. */
const PUBLISHED_GROUPS = [
  'modp1',
  'modp2',
  'modp5',
  'modp14',
  'modp15',
  'modp16',
  'modp17',
  'modp18',
]
const publishedPrimes = once(
  () =>
    new Set(
      PUBLISHED_GROUPS.map((name) => BigInt(`0x${createDiffieHellmanGroup(name).getPrime('hex')}`)),
    ),
)

/**
 * Undefined if it fails or is refused. One division first: q divides p − 1. Without y, g must have
 * order q, or p be prime.
 */
export function verifyGroup(
  parts: GroupParts,
  budget: WorkBudget = UNLIMITED,
): { y: bigint; verification: string } | undefined {
  const { p, g, x, q, y } = parts
  if (!isGroup(parts) || x < 1n || x >= (q ?? p)) return undefined
  const bits = bitLength(p)
  const isToBeTested = y === undefined && (q !== undefined || !publishedPrimes().has(p))
  const cost = powerCost(bits, bitLength(x)) + (isToBeTested ? powerCost(bits, bits) : 0)
  return budget.within(cost, () => {
    const computed = power(g, x, p)
    if (y !== undefined) return y === computed ? { y, verification: 'g^x ≡ y (mod p)' } : undefined
    if (q !== undefined) {
      return power(g, q, p) === 1n
        ? { y: computed, verification: 'g has the order q, x below it' }
        : undefined
    }
    return !isToBeTested || isProbablePrime(p)
      ? { y: computed, verification: 'key decodes, p is prime' }
      : undefined
  })
}
