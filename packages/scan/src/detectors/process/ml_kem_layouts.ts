/**
 * ML-KEM keys as structures of libraries: their polynomials are words of 16 bits, and H(ek) shows that s and t are of one key.
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
import { pqSchemeOfOid, verifyPq } from '@mintmark/keys/der_keys/post_quantum'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Verification } from '@mintmark/keys/material/verification'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Detected } from '../../anchors/detected.ts'
import type { WindowSearch } from '../../anchors/window_search.ts'
import { Budget } from '../../known/values/budget.ts'
import type { KeyRow, Layout } from './layout.ts'
import { verifiedHit } from './layout.ts'

const HALF = 32

/** Parts of a key as they are there: s and t in words, rho and H(ek), z, and the other half of the seed where it is. */
interface MlKemParts {
  readonly s: Uint8Array
  readonly t: Uint8Array
  readonly rhoAndHash: Uint8Array
  readonly z: Uint8Array
  readonly d: Uint8Array | undefined
}

function verifyParts(
  { oid }: MlKemParameters,
  { s, t, rhoAndHash, z, d }: MlKemParts,
  budget: WorkBudget,
): Verification | undefined {
  const scheme = pqSchemeOfOid(oid)
  const packed = mlKemPacked(s)
  const expanded = Buffer.concat([packed, mlKemPacked(t), rhoAndHash, z])
  const seed = d && Buffer.concat([d, z])
  const verification = scheme && verifyPq(scheme, seed, expanded, budget)
  for (const own of [packed, expanded, seed]) own?.fill(0)
  return verification
}

/** From the upper two bytes of z*, which the anchor begins with. */
const AT = { rhoPointer: -46, rho: 14 } as const
/** Seven pointers, flags, rho and the hash. */
const STRUCTURE_BYTES = 124

/** Where t and s are, and whether the seed behind s is whole: undefined where the pointers are not of one piece of memory. */
function opensslParts(bytes: Uint8Array, from: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, STRUCTURE_BYTES)
  const wordAt = (word: number): bigint => view.getBigUint64(8 * word, true)
  const [t, matrix, s, z] = [wordAt(2), wordAt(3), wordAt(4), wordAt(5)]
  const vector = matrix - t
  const parameters = ML_KEM.find(({ k }) => vector === BigInt(k * POLYNOMIAL_BYTES))
  if (parameters === undefined || s - matrix !== vector * BigInt(parameters.k)) return undefined
  if (z - s !== vector || wordAt(1) - wordAt(0) !== BigInt(HALF)) return undefined
  return { parameters, t, s, length: Number(vector), hasSeed: wordAt(6) === z + BigInt(HALF) }
}

const opensslKey: KeyRow = {
  // Rows of other pointers are all over a heap: one byte of the first two rejects most.
  glance: ({ bytes, at }) => {
    const from = at + AT.rhoPointer
    return (((bytes[from + 8] ?? 0) - (bytes[from] ?? 0)) & 0xff) === HALF
  },
  keyAt: ({ bytes, at, memory, budget }): Detected | undefined => {
    const from = at + AT.rhoPointer
    if (from < 0 || from + STRUCTURE_BYTES > bytes.length) return undefined
    const parts = opensslParts(bytes, from)
    if (parts === undefined || !isRandomLookingAt(bytes, at + AT.rho, HALF, budget))
      return undefined
    const { parameters, length, hasSeed } = parts
    const secret = memory?.at(parts.s, length + (hasSeed ? 2 * HALF : HALF))
    const open = memory?.at(parts.t, length)
    if (secret === undefined || open === undefined) return undefined
    const verification = verifyParts(
      parameters,
      {
        s: secret.bytes.subarray(0, length),
        t: open.bytes,
        rhoAndHash: bytes.subarray(at + AT.rho, at + AT.rho + 2 * HALF),
        z: secret.bytes.subarray(length, length + HALF),
        d: hasSeed ? secret.bytes.subarray(length + HALF) : undefined,
      },
      budget,
    )
    return verifiedHit(verification, 'openssl-ml-kem', secret)
  },
}

/** OpenSSL 3.5 (crypto/ml_kem.h): {…, rho*, hash*, t*, matrix*, s*, z*, d*, int flags, rho[32], hash[32]}. */
export const OPENSSL_ML_KEM: Layout = {
  name: 'openssl-ml-kem',
  // Flags as they are by default: tests at random, seeds preferred and kept.
  pattern: '00 00 ?? ?? ?? ?? ?? ?? 00 00 0d 00 00 00',
  alignment: 1 << 6,
  sight: { before: -AT.rhoPointer, behind: STRUCTURE_BYTES + AT.rhoPointer },
  rows: [opensslKey],
}

/** Of s and the polynomials beside it: those of A for three polynomials of s take more. */
const SHORTEST = 3072
/** Nanoseconds of examining a polynomial, of examining H(ek), and to prove a key. */
const COST = { probe: 10_000, hash: 40_000, proof: 3_000_000 } as const
const RATE = { perByte: 2, atOnce: 3e8 } as const

/** Searches for keys of Go 1.24 (crypto/internal/fips140/mlkem) by their secret polynomials: {d, z, rho, H(ek), t, A, s}. */
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
    const isAllowed = () => this.#budget.take(COST.probe)
    const offsets = smallPolynomials(bytes, from, to, SHORTEST, isAllowed)
    const counts = inARow(bytes, offsets, to)
    return offsets.flatMap((at, i) => this.#keyAt(bytes, at, counts[i] ?? 0) ?? [])
  }

  /** The key whose s begins at an offset from which on so many small polynomials are. */
  #keyAt(bytes: Uint8Array, at: number, count: number): Detected | undefined {
    for (const parameters of ML_KEM.filter(({ k }) => k <= count)) {
      const { k } = parameters
      const vector = k * POLYNOMIAL_BYTES
      const tAt = at - vector * (k + 1)
      if (tAt < 4 * HALF || at + vector > bytes.length) continue
      if (!this.#budget.take(COST.hash)) return undefined
      const half = (back: number) => bytes.subarray(tAt - back * HALF, tAt - (back - 1) * HALF)
      const t = bytes.subarray(tAt, tAt + vector)
      if (Buffer.compare(sha3(256, mlKemPacked(t), half(2)), half(1)) !== 0) continue
      if (!this.#budget.take(COST.proof)) return undefined
      const rhoAndHash = bytes.subarray(tAt - 2 * HALF, tAt)
      const s = bytes.subarray(at, at + vector)
      const verification = verifyParts(
        parameters,
        { s, t, rhoAndHash, z: half(3), d: half(4) },
        UNLIMITED,
      )
      const found = verifiedHit(verification, 'ml-kem-structure', { bytes: s, offset: at })
      if (found !== undefined) return found
    }
    return undefined
  }
}
