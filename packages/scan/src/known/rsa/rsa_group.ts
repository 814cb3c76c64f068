/** Known RSA keys of one size: what their factors have in common, and their kernel tables. */
import { bitLength, hasSmallFactor } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import type {
  ConjugateKernel,
  ExponentTable,
  FactorShape,
  KeyTable,
} from '../../slices/conjugate.ts'
import { SearchLimits } from '../values/search_limits.ts'
import { allLeaks, type FactorLeak } from './factor_leaks.ts'

/** Bits of a modulus: below, anyone can factor it; above, the kernel's room ends. */
export const MODULUS_BITS = { least: 512, most: 16_384 } as const

/** Public exponents up to this are followed by their top bits. RSA in use has 3 to 65537. */
const MOST_EXPONENT = 1n << 32n

export interface RsaGroup {
  readonly keys: readonly RsaMaterial[]
  readonly bits: number
  readonly shape: FactorShape
  readonly table: KeyTable
  readonly leaks: readonly FactorLeak[]
  readonly exponents: ExponentTable | undefined
  /** For each key of the exponent table its index in `keys`. */
  readonly exponentKeys: readonly number[]
  readonly searchLimits: SearchLimits
}

export function isSearchable({ n, e }: RsaMaterial): boolean {
  const bits = bitLength(n)
  if (bits < MODULUS_BITS.least || bits > MODULUS_BITS.most || hasSmallFactor(n)) return false
  return (n & 1n) === 1n && (e & 1n) === 1n && e >= 3n && e < n
}

/** Whether d alone can be recognised: a larger e shows nothing in the top bits of d. */
export const hasUsualExponent = ({ e }: RsaMaterial): boolean => e < MOST_EXPONENT

/** Groups keys by modulus size and enters them into the kernel, without those not searchable. */
export function rsaGroups(
  kernel: ConjugateKernel,
  keys: readonly RsaMaterial[],
  searchLimits: SearchLimits = new SearchLimits('given', 'given'),
): readonly RsaGroup[] {
  const bySize = Map.groupBy(keys.filter(isSearchable), ({ n }) => bitLength(n))
  return [...bySize].map(([bits, group]) => rsaGroup(kernel, group, bits, searchLimits))
}

function rsaGroup(
  kernel: ConjugateKernel,
  keys: readonly RsaMaterial[],
  modulusBits: number,
  searchLimits: SearchLimits,
): RsaGroup {
  const moduli = keys.map(({ n }) => n)
  const shape = factorShape(moduli, Math.ceil(modulusBits / 2))
  const exponentKeys = keys.flatMap((key, index) => (hasUsualExponent(key) ? [index] : []))
  const usual = keys.filter(hasUsualExponent)
  return {
    keys,
    bits: modulusBits,
    shape,
    table: kernel.enterKeys(moduli, shape.bits),
    leaks: allLeaks(shape.bits),
    exponents: usual.length === 0 ? undefined : kernel.enterExponents(usual, modulusBits),
    exponentKeys,
    searchLimits,
  }
}

/** Both factors are below 2^bits, so each is above n / 2^bits: for every key, unlike FIPS 186. */
function factorShape(moduli: readonly bigint[], bits: number): FactorShape {
  const length = Math.ceil(bits / 8)
  const toTop = BigInt(8 * (length - 1))
  let smallest = moduli[0] ?? 0n
  for (const n of moduli) if (n < smallest) smallest = n
  const least = smallest >> BigInt(bits)
  const limit = 1n << BigInt(bits)
  // The least that FIPS 186-5 allows, √2 · 2^(bits − 1), unless the moduli show more.
  const root = (0xb504f333n << BigInt(bits)) >> 32n
  const usual = root > least ? root : least
  return {
    bits,
    length,
    low: Number(least >> toTop),
    high: Number((limit - 1n) >> toTop),
    usual: Number(usual >> toTop),
    negated: Number((limit - least) >> toTop) & 0xff,
    few: Number((limit - usual) >> toTop) & 0xff,
  }
}
