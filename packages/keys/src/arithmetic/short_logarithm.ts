/**
 * x in x·G = R for x below 2^40, by baby and giant steps (D. Shanks, 1971). ±x share an entry, sums
 * and differences an inversion.
 */
import type { Curve } from '../material/key_material.ts'
import { type CurveParameters, curveNamed } from './curves.ts'
import { type Point, publicPoint } from './ec.ts'
import { negativeOf, type Sum, sumsOf } from './many_points.ts'
import { inversesModPrime } from './modular.ts'

/** Steps on either side, and inverses at once: fewer pay for the one inversion alone. */
const MOST_WIDTH = 1024
/** Of a table: the low half of a hash gives the slot, the high half whether it is the point. */
const SLOTS_EACH = 2

export interface Logarithm {
  readonly index: number
  readonly x: bigint
}

export class ShortLogarithm {
  readonly #curve: Curve
  readonly #parameters: CurveParameters
  /** j·G for j from 1 on: j of each slot, and what identifies its point. */
  readonly #steps: Uint32Array
  readonly #marks: Uint32Array
  readonly #mask: number
  readonly #reach: number

  /** @param stepBits of baby steps: 2^16 take 0.1 s and 1 MB, 2^20 sixteen times as much */
  constructor(curve: Curve, stepBits: number) {
    this.#curve = curve
    this.#parameters = curveNamed(curve)
    this.#reach = 2 ** stepBits
    const slots = this.#reach * SLOTS_EACH
    this.#mask = slots - 1
    this.#steps = new Uint32Array(slots)
    this.#marks = new Uint32Array(slots)
    this.#enterAll()
  }

  /** All x below 2^`bits` for one of the points. Check each: one in 2^32 is wrong. */
  find(points: readonly Sum[], bits: number): readonly Logarithm[] {
    const count = Math.max(1, Math.ceil(2 ** bits / (2 * this.#reach)))
    const width = Math.min(MOST_WIDTH, count >> 1)
    const steps = this.#multiples(2 * this.#reach, width)
    const atOnce = Math.ceil(MOST_WIDTH / Math.max(1, width))
    const middle = (step: number): bigint => BigInt(this.#reach) * BigInt(2 * step + 1)
    const found: Logarithm[] = []
    for (let center = width; center - width < count; center += 2 * width + 1) {
      const start = negativeOf(this.#parameters, this.#times(middle(center)))
      for (let from = 0; from < points.length; from += atOnce) {
        const part = points.slice(from, from + atOnce)
        const centers = sumsOf(
          this.#parameters,
          part,
          part.map(() => start),
        )
        visitAround(this.#parameters, centers, steps, (which, step, x) => {
          const j = x === undefined ? 0 : this.#stepsTo(x)
          if (j === undefined) return
          const at = middle(center - step)
          found.push(
            { index: from + which, x: at - BigInt(j) },
            { index: from + which, x: at + BigInt(j) },
          )
        })
      }
    }
    return found
  }

  /** j for the point ±j·G with this x, or undefined if it is not in the table. */
  #stepsTo(x: bigint): number | undefined {
    const { slot: first, mark } = offsetOf(x)
    for (let slot = first & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const j = this.#steps[slot] ?? 0
      if (j === 0) return undefined
      if (this.#marks[slot] === mark) return j
    }
  }

  #enterAll(): void {
    const width = Math.min(MOST_WIDTH, this.#reach >> 1)
    const steps = this.#multiples(1, width)
    for (const [i, { x }] of steps.entries()) this.#enter(x, i + 1)
    for (let center = 2 * width + 1; center - width <= this.#reach; center += 2 * width + 1) {
      visitAround(this.#parameters, [this.#times(BigInt(center))], steps, (_, step, x) => {
        if (x !== undefined && center + step <= this.#reach) this.#enter(x, center + step)
      })
    }
  }

  #enter(x: bigint, j: number): void {
    const { slot: first, mark } = offsetOf(x)
    let slot = first & this.#mask
    while (this.#steps[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#steps[slot] = j
    this.#marks[slot] = mark
  }

  #multiples(scalar: number, count: number): readonly Point[] {
    const multiples = Array.from({ length: count }, (_, i) =>
      this.#times(BigInt(scalar) * BigInt(i + 1)),
    )
    return multiples.filter((point) => point !== undefined)
  }

  #times(scalar: bigint): Sum {
    return publicPoint(this.#curve, scalar % this.#parameters.n)
  }
}

/**
 * Visits each center ± each step. @param visit gets numbers of center and step (from 1, negative if
 * subtracted) and x, undefined at infinity. A center equal to a step comes with both signs.
 */
function visitAround(
  { p }: CurveParameters,
  centers: readonly Sum[],
  steps: readonly Point[],
  visit: (center: number, step: number, x: bigint | undefined) => void,
): void {
  const runs = centers.flatMap((center) => steps.map(({ x }) => x - (center?.x ?? 0n)))
  const inverses = inversesModPrime(
    runs.map((run) => (run < 0n ? run + p : run)),
    p,
  )
  for (const [which, center] of centers.entries()) {
    visit(which, 0, center?.x)
    if (center === undefined) continue
    for (const [i, { x, y }] of steps.entries()) {
      const inverse = inverses[which * steps.length + i]
      const xOf = (rise: bigint): bigint | undefined => {
        if (inverse === undefined) return undefined
        const slope = (rise * inverse) % p
        const sum = (slope * slope - x - center.x) % p
        return sum < 0n ? sum + p : sum
      }
      visit(which, i + 1, xOf(y - center.y))
      visit(which, -i - 1, xOf(y + center.y))
    }
  }
}

/** x is as good as random: its low words are a hash. */
function offsetOf(x: bigint): { readonly slot: number; readonly mark: number } {
  const low = BigInt.asUintN(64, x)
  return { slot: Number(low & 0xffffffffn), mark: Number(low >> 32n) }
}
