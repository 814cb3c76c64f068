/**
 * ML-KEM keys as structures of libraries, from their secret polynomials on: t, ρ and H(ek) lie at constant distances from s.
 *
 * Source: crypto/internal/fips140/mlkem of Go 1.24 ({d, z, ρ, H(ek), t, A, s}); crypto/mlkem/mlkem.cc of BoringSSL ({t, ρ, H(ek),
 * A, s, z}).
 *
 * @module
 */
import { ML_KEM, type MlKemParameters } from '@mintmark/keys/arithmetic/ml_kem'
import { mlKemPacked } from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import { sha3 } from '@mintmark/keys/arithmetic/shake'
import {
  inARow,
  POLYNOMIAL_BYTES,
  smallPolynomials,
} from '@mintmark/keys/arithmetic/small_polynomials'
import { pqSchemeOfOid, provePq } from '@mintmark/keys/der_keys/post_quantum'
import { hit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'
import type { WindowSearch } from '../../anchors/window_search.ts'
import { Budget } from '../../known/values/budget.ts'

const HALF = 32
/** Of s and the polynomials beside it: those of A for three polynomials of s take more. */
const SHORTEST = 3072

/** Where the parts lie, from s. */
interface Places {
  readonly t: number
  readonly rho: number
  readonly hash: number
  readonly z: number
  /** The other half of the seed. */
  readonly d?: number
}

/** @param k polynomials of s; A has k times as many, and lies before it */
const LIBRARIES: readonly ((k: number) => Places)[] = [
  (k) => {
    const t = -POLYNOMIAL_BYTES * k * (k + 1)
    return { t, rho: t - 2 * HALF, hash: t - HALF, z: t - 3 * HALF, d: t - 4 * HALF }
  },
  (k) => {
    const matrix = -POLYNOMIAL_BYTES * k * k
    const rho = matrix - 2 * HALF
    const z = POLYNOMIAL_BYTES * k
    return { t: rho - POLYNOMIAL_BYTES * k, rho, hash: matrix - HALF, z }
  },
]

/** Nanoseconds of a look at a polynomial, of a look at H(ek), and to prove a key. */
const LOOK_COST = 10_000
const HASH_COST = 40_000
const PROOF_COST = 3_000_000
const RATE = { perByte: 2, atOnce: 3e8 } as const

/** Looks for keys by their secret polynomials. */
export class MlKemSearch implements WindowSearch {
  readonly name = 'ml-kem'
  readonly reach: number = 4 * POLYNOMIAL_BYTES + HALF
  readonly least: number = 2 * POLYNOMIAL_BYTES
  readonly #budget = new Budget(RATE.perByte, RATE.atOnce)

  get limits(): readonly string[] {
    return this.#budget.isShort ? ['ML-KEM polynomials'] : []
  }

  search(bytes: Uint8Array, from: number, to: number): readonly Detected[] {
    this.#budget.earn(to - from)
    const isAllowed = () => this.#budget.take(LOOK_COST)
    const places = smallPolynomials(bytes, from, to, SHORTEST, isAllowed)
    const counts = inARow(bytes, places, to)
    return places.flatMap((at, i) => this.#keyAt(bytes, at, counts[i] ?? 0) ?? [])
  }

  /** The key whose s begins at a place from which on so many small polynomials lie. */
  #keyAt(bytes: Uint8Array, at: number, count: number): Detected | undefined {
    for (const parameters of ML_KEM.filter(({ k }) => k <= count)) {
      for (const library of LIBRARIES) {
        const places = library(parameters.k)
        if (!isLaidOut(bytes, at, parameters, places)) continue
        if (!this.#budget.take(HASH_COST)) return undefined
        if (!isHashed(bytes, at, parameters, places)) continue
        if (!this.#budget.take(PROOF_COST)) return undefined
        const key = provenAt(bytes, at, parameters, places)
        if (key !== undefined) return key
      }
    }
    return undefined
  }
}

/** Whether all of it is there. */
function isLaidOut(
  { length }: Uint8Array,
  at: number,
  { k }: MlKemParameters,
  { t, z, d = z }: Places,
): boolean {
  const end = at + Math.max(z + HALF, k * POLYNOMIAL_BYTES)
  return at + Math.min(t, d) >= 0 && end <= length
}

/** Whether H(ek) is that of t and ρ: nothing else is proven. */
function isHashed(
  bytes: Uint8Array,
  at: number,
  { k }: MlKemParameters,
  { t, rho, hash }: Places,
): boolean {
  const open = mlKemPacked(bytes.subarray(at + t, at + t + k * POLYNOMIAL_BYTES))
  const made = sha3(256, open, bytes.subarray(at + rho, at + rho + HALF))
  return Buffer.compare(made, bytes.subarray(at + hash, at + hash + HALF)) === 0
}

function provenAt(
  bytes: Uint8Array,
  at: number,
  { k, oid }: MlKemParameters,
  places: Places,
): Detected | undefined {
  const scheme = pqSchemeOfOid(oid)
  if (scheme === undefined) return undefined
  const half = (place: number): Uint8Array => bytes.subarray(at + place, at + place + HALF)
  const vector = (place: number): Buffer =>
    mlKemPacked(bytes.subarray(at + place, at + place + k * POLYNOMIAL_BYTES))
  const z = half(places.z)
  const s = vector(0)
  const open = [vector(places.t), half(places.rho), half(places.hash)]
  const expanded = Buffer.concat([s, ...open, z])
  const seed = places.d === undefined ? undefined : Buffer.concat([half(places.d), z])
  const proof = provePq(scheme, seed, expanded)
  for (const own of [s, expanded, seed]) own?.fill(0)
  if (proof?.certainty !== 'proven') return undefined
  return hit(proof, 'ml-kem-structure', at, at + k * POLYNOMIAL_BYTES)
}
