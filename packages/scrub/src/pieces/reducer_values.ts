/**
 * What libraries keep for reductions modulo a prime beside the prime: a scan, which finds that, needs none of it.
 * Source: `Montgomery_Params` and `Modular_Reducer` of Botan, `MontyParams` of crypto-bigint.
 */
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import type { DerivedValue } from '@mintmark/scan/known/values/derived_values'
import { otherPrimes } from '@mintmark/scan/known/values/many_primes'

/** R³ mod p, p² and ⌊R² / p⌋ of each prime, for R of whole words of 32 and 64 bits; none where the primes are not known. */
export function reducerValues(material: RsaMaterial): readonly DerivedValue[] {
  const { p, q } = material
  if (p === undefined || q === undefined) return []
  return [...valuesOf('p', p), ...valuesOf('q', q), ...others(material)]
}

const others = (material: RsaMaterial): DerivedValue[] =>
  otherPrimes(material).flatMap((prime) => valuesOf('p', prime))

function valuesOf(name: 'p' | 'q', p: bigint): DerivedValue[] {
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
