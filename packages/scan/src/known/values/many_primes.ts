/** RSA keys of more than two primes (RFC 8017, section 3.2): what of them can be in memory. */
import { inverse, isProbablePrime } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'

/** The primes beside p and q; the last is what is left of n. */
export function otherPrimes({ n, p, q, others }: RsaMaterial): readonly bigint[] {
  if (others !== undefined || p === undefined || q === undefined) return others ?? []
  const rest = n / (p * q)
  return rest > 1n && n % (p * q) === 0n && isProbablePrime(rest) ? [rest] : []
}

/** Inverses modulo a prime of all products of others: a key's depend on the order of its primes. */
export function coefficientsOf(prime: bigint, all: readonly bigint[]): readonly bigint[] {
  let products = [1n]
  for (const other of all) {
    if (other !== prime) products = products.flatMap((product) => [product, product * other])
  }
  return products.flatMap((product) => (product === 1n ? [] : (inverse(product, prime) ?? [])))
}
