/** What libraries keep for reductions modulo a prime, beside the prime. */
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import type { DerivedValue } from '@mintmark/scan/known/values/derived_values'
import { otherPrimes } from '@mintmark/scan/known/values/many_primes'

/**
 * R³ mod p, p² and ⌊R² / p⌋, for R of 32- and 64-bit words. Source: `Montgomery_Params`,
 * `Modular_Reducer` (Botan), `MontyParams` (crypto-bigint).
 */
export function reducerValues(material: RsaMaterial): readonly DerivedValue[] {
  const { p, q } = material
  if (p === undefined || q === undefined) return []
  const others = otherPrimes(material).flatMap((prime) => reducersOf('p', prime))
  return [...reducersOf('p', p), ...reducersOf('q', q), ...others]
}

function reducersOf(name: 'p' | 'q', p: bigint): DerivedValue[] {
  const bits = bitLength(p)
  const widths = new Set([32, 64].map((word) => Math.ceil(bits / word) * word))
  const square = p * p
  const values = [...widths].flatMap((width) => {
    const radix = 1n << BigInt(width)
    const barrett = (radix * radix) / p
    return [
      { name: `montgomery-r3-mod-${name}`, value: radix ** 3n % p, bits },
      { name: `barrett-${name}`, value: barrett, bits: bitLength(barrett) },
    ]
  })
  return [...values, { name: `${name}-squared`, value: square, bits: bitLength(square) }]
}
