/**
 * The secret polynomials of known public keys of ML-KEM, in words of 16 bits: what mathematics shows by itself
 * (`small_polynomials.ts`), and t − A·s ties to a key.
 *
 * Source: FIPS 203, algorithm 13.
 *
 * @module
 */
import {
  isMlKemSecret,
  ML_KEM,
  type MlKemParameters,
  mlKemWithoutZ,
} from '@mintmark/keys/arithmetic/ml_kem'
import { mlKemPacked } from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import {
  inARow,
  POLYNOMIAL_BYTES,
  smallPolynomials,
} from '@mintmark/keys/arithmetic/small_polynomials'
import type { LatticeMaterial } from '@mintmark/keys/material/key_material'
import { spkiParts } from '@mintmark/keys/public_half/spki'
import { type Effort, OF_KEYS_MET, PATIENT } from '../values/allowance.ts'
import { Budget } from '../values/budget.ts'
import type { FoundValue } from '../values/found_value.ts'

/** Nanoseconds of a look at a polynomial, and of one whether it is of a key. */
const LOOK_COST = 10_000
const KEY_COST = 300_000
const RATE = { perByte: 2, atOnce: 3e8 } as const
const SHARES: Readonly<Record<Effort, number>> = {
  given: 1,
  met: 0.1,
  deep: 8,
  patient: PATIENT,
}

/** A known key with what its s is held against. */
interface Known {
  readonly material: LatticeMaterial
  readonly publicKey: Uint8Array
  readonly parameters: MlKemParameters
}

/** Looks for s of known keys. */
export class LatticeVectors {
  readonly #keys: readonly Known[]
  readonly #budget: Budget
  readonly #effort: Effort

  constructor(materials: readonly LatticeMaterial[], effort: Effort) {
    this.#keys = materials.flatMap((material) => knownOf(material) ?? [])
    this.#effort = effort
    this.#budget = new Budget(RATE.perByte * SHARES[effort], RATE.atOnce * SHARES[effort])
  }

  get limits(): readonly string[] {
    if (!this.#budget.isShort) return []
    return [`ML-KEM polynomials${this.#effort === 'met' ? OF_KEYS_MET : ''}`]
  }

  /** Those that begin in `[from, to)`. */
  found(bytes: Uint8Array, from: number, to: number): readonly FoundValue[] {
    if (this.#keys.length === 0) return []
    this.#budget.earn(to - from)
    const isAllowed = () => this.#budget.take(LOOK_COST)
    const places = smallPolynomials(bytes, from, to, POLYNOMIAL_BYTES, isAllowed)
    const counts = inARow(bytes, places, to)
    return places.flatMap((at, i) => this.#foundAt(bytes, at, counts[i] ?? 0))
  }

  #foundAt(bytes: Uint8Array, at: number, count: number): readonly FoundValue[] {
    for (const key of this.#keys) {
      const { parameters, publicKey, material } = key
      if (parameters.k > count || !this.#budget.take(KEY_COST)) continue
      const length = parameters.k * POLYNOMIAL_BYTES
      const s = mlKemPacked(bytes.subarray(at, at + length))
      const isOfKey = isMlKemSecret(parameters, publicKey, s)
      const secret = isOfKey ? Uint8Array.from(mlKemWithoutZ(s, publicKey)) : undefined
      s.fill(0)
      if (secret === undefined) continue
      const proof = `${parameters.name}: t − A·s is small`
      const found = { at, length, spelling: 'limbs-be', name: 'ml-kem-s-words', proof }
      return [{ ...found, material: { ...material, secret } }]
    }
    return []
  }
}

function knownOf(material: LatticeMaterial): Known | undefined {
  const parts = spkiParts(material.publicKey)
  const parameters = ML_KEM.find(({ oid }) => oid === parts?.oid)
  if (parts === undefined || parameters === undefined) return undefined
  return { material, publicKey: parts.publicKey, parameters }
}
