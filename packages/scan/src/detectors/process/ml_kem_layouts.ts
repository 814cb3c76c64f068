/**
 * ML-KEM keys as structures of libraries: their polynomials are words of 16 bits, and H(ek) shows that s and t are of one key.
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
import type { Key } from '@mintmark/keys/material/key'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Match } from '../../anchors/match.ts'
import type { WindowSearch } from '../../anchors/window_search.ts'
import { addressAt } from '../../known/objects/pointers.ts'
import { Budget } from '../../known/values/budget.ts'
import {
  all,
  type Check,
  inline,
  type KeyRow,
  type Layout,
  pointed,
  random,
  verifiedHit,
} from './layout.ts'

const HALF = 32
const NONE = new Uint8Array(0)

/** Verifies s and t in words, rho and H(ek), z, and the other half of the seed where it has bytes. */
function verifyParts(
  { oid }: MlKemParameters,
  [s = NONE, t = NONE, rhoAndHash = NONE, z = NONE, d = NONE]: readonly Uint8Array[],
  budget: WorkBudget,
): Key | undefined {
  const scheme = pqSchemeOfOid(oid)
  const packed = mlKemPacked(s)
  const expanded = Buffer.concat([packed, mlKemPacked(t), rhoAndHash, z])
  const seed = d.length > 0 ? Buffer.concat([d, z]) : undefined
  const verification = scheme && verifyPq(scheme, seed, expanded, budget)
  for (const own of [packed, expanded, seed]) own?.fill(0)
  return verification
}

const AT = { pointers: -46, rho: 14 } as const

const isApart =
  (pointer: number, distance: number): Check =>
  ({ bytes, at }) => {
    const from = at + AT.pointers + 8 * pointer
    const address = addressAt(bytes, from)
    return address !== undefined && addressAt(bytes, from + 8) === address + BigInt(distance)
  }

const opensslKey = (parameters: MlKemParameters): KeyRow => {
  const { k } = parameters
  const vector = k * POLYNOMIAL_BYTES
  // t, the matrix, s, z and d are in one piece of memory.
  const [hasSeed, ...fit] = [
    isApart(5, HALF),
    isApart(0, HALF),
    isApart(2, vector),
    isApart(3, vector * k),
    isApart(4, vector),
  ] as const
  return {
    // Rows of other pointers are all over a heap: one byte of the first two rejects most.
    glance: ({ bytes, at }) => {
      const from = at + AT.pointers
      return (((bytes[from + 8] ?? 0) - (bytes[from] ?? 0)) & 0xff) === HALF
    },
    when: all(...fit, random(inline(AT.rho, HALF))),
    parts: [
      (location) =>
        pointed(AT.pointers + 32, vector + (hasSeed(location) ? 2 * HALF : HALF))(location),
      pointed(AT.pointers + 16, vector),
      inline(AT.rho, 2 * HALF),
    ],
    verify: ([secret = NONE, ...open], { budget }) => {
      const [s, z] = [secret.subarray(0, vector), secret.subarray(vector, vector + HALF)]
      return verifyParts(parameters, [s, ...open, z, secret.subarray(vector + HALF)], budget)
    },
    encoding: 'openssl-ml-kem',
  }
}

/** {…, rho*, hash*, t*, matrix*, s*, z*, d*, int flags, rho[32], hash[32]} (crypto/ml_kem.h). */
export const OPENSSL_ML_KEM: Layout = {
  library: 'OpenSSL 3.5',
  name: 'openssl-ml-kem',
  // Flags as they are by default: tests at random, seeds preferred and kept.
  pattern: '00 00 ?? ?? ?? ?? ?? ?? 00 00 0d 00 00 00',
  alignment: 1 << 6,
  rows: ML_KEM.map(opensslKey),
}

/** Of s and the polynomials beside it: those of A for three polynomials of s take more. */
const SHORTEST = 3072
/** Nanoseconds of examining a polynomial, of examining H(ek), and to prove a key. */
const COST = { probe: 10_000, hash: 40_000, verification: 3_000_000 } as const
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

  search(bytes: Uint8Array, from: number, to: number): readonly Match[] {
    this.#budget.earn(to - from)
    const isAllowed = () => this.#budget.take(COST.probe)
    const offsets = smallPolynomials(bytes, from, to, SHORTEST, isAllowed)
    const counts = inARow(bytes, offsets, to)
    return offsets.flatMap((at, i) => this.#keyAt(bytes, at, counts[i] ?? 0) ?? [])
  }

  /** The key whose s begins at an offset from which on so many small polynomials are. */
  #keyAt(bytes: Uint8Array, at: number, count: number): Match | undefined {
    for (const parameters of ML_KEM.filter(({ k }) => k <= count)) {
      const { k } = parameters
      const vector = k * POLYNOMIAL_BYTES
      const tAt = at - vector * (k + 1)
      if (tAt < 4 * HALF || at + vector > bytes.length) continue
      if (!this.#budget.take(COST.hash)) return undefined
      const half = (back: number) => bytes.subarray(tAt - back * HALF, tAt - (back - 1) * HALF)
      const t = bytes.subarray(tAt, tAt + vector)
      if (Buffer.compare(sha3(256, mlKemPacked(t), half(2)), half(1)) !== 0) continue
      if (!this.#budget.take(COST.verification)) return undefined
      const rhoAndHash = bytes.subarray(tAt - 2 * HALF, tAt)
      const s = bytes.subarray(at, at + vector)
      const parts = [s, t, rhoAndHash, half(3), half(4)]
      const verification = verifyParts(parameters, parts, UNLIMITED)
      const found = verifiedHit(verification, 'ml-kem-structure', { bytes: s, offset: at })
      if (found !== undefined) return found
    }
    return undefined
  }
}
