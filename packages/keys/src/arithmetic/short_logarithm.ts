/**
 * Scalars of which all but a few bits are known: x in x·G = R for x below 2^40, by baby steps and giant steps (D. Shanks, 1971).
 *
 * Points are added in affine coordinates, many at a time, with one inversion for all of them. A point and its negative share x,
 * so that a giant step goes twice as far as the baby steps do.
 *
 * @module
 */
import type { Curve } from '../material/key_material.ts'
import { type CurveParameters, curveNamed } from './curves.ts'
import { publicPoint } from './ec.ts'
import { negativeOf, type Sum, sumsOf } from './many_points.ts'

/** Points that are added to at once: fewer pay for their inversion alone. */
const LANES = 512
/** Of a table: the low half of a hash gives the slot, the high half whether it is the point. */
const SLOTS_EACH = 2

/** What was found: which of the points, and its logarithm up to its sign. */
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

  /**
   * @param stepBits of baby steps: 2^16 take 0.2 s and 1 MB, 2^20 sixteen times as much
   */
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

  /**
   * All x below 2^`bits` with x·G = R for one of the points R. Each is to be checked: one of 2^32 offsets is taken for a point
   * that it is not.
   */
  find(points: readonly Sum[], bits: number): readonly Logarithm[] {
    const found: Logarithm[] = []
    for (let from = 0; from < points.length; from += LANES) {
      const part = points.slice(from, from + LANES)
      for (const { index, x } of this.#findOf(part, bits)) found.push({ index: from + index, x })
    }
    return found
  }

  #giantSteps(bits: number): number {
    return Math.max(1, Math.ceil(2 ** bits / (2 * this.#reach)))
  }

  /** Each point in as many runs as fill the lanes. */
  #findOf(points: readonly Sum[], bits: number): readonly Logarithm[] {
    const steps = this.#giantSteps(bits)
    const runs = Math.min(steps, Math.max(1, Math.floor(LANES / points.length)))
    const each = Math.ceil(steps / runs)
    const found: Logarithm[] = []
    const lanes = points.flatMap((point, index) =>
      Array.from({ length: runs }, (_, k) => ({ point, index, first: k * each })),
    )
    /** Where the middle of a giant step is. */
    const middle = (step: number): bigint => BigInt(this.#reach) * BigInt(2 * step + 1)
    const starts = Array.from({ length: runs }, (_, k) =>
      negativeOf(this.#parameters, this.#times(middle(k * each))),
    )
    let current = sumsOf(
      this.#parameters,
      lanes.map(({ point }) => point),
      lanes.map((_, lane) => starts[lane % runs]),
    )
    const back = negativeOf(this.#parameters, this.#times(BigInt(2 * this.#reach)))
    const backs = lanes.map(() => back)
    for (let step = 0; step < each; step++) {
      for (const [lane, point] of current.entries()) {
        const { index, first } = lanes[lane] ?? { index: 0, first: 0 }
        const j = this.#stepsTo(point)
        if (j === undefined) continue
        const at = middle(first + step)
        found.push(...[at - BigInt(j), at + BigInt(j)].map((x) => ({ index, x })))
      }
      if (step + 1 < each) current = sumsOf(this.#parameters, current, backs)
    }
    return found
  }

  /** j for ±j·G, or undefined if it is none of the table. */
  #stepsTo(point: Sum): number | undefined {
    if (point === undefined) return 0
    const { slot: first, mark } = offsetOf(point.x)
    for (let slot = first & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const j = this.#steps[slot] ?? 0
      if (j === 0) return undefined
      if (this.#marks[slot] === mark) return j
    }
  }

  #enterAll(): void {
    const width = Math.min(LANES, this.#reach)
    let points: readonly Sum[] = Array.from({ length: width }, (_, k) => this.#times(BigInt(k + 1)))
    const forth = points.map(() => this.#times(BigInt(width)))
    for (let base = 1; base <= this.#reach; base += width) {
      for (const [k, point] of points.entries()) this.#enter(point, base + k)
      if (base + width <= this.#reach) points = sumsOf(this.#parameters, points, forth)
    }
  }

  #enter(point: Sum, j: number): void {
    if (point === undefined) return
    const { slot: first, mark } = offsetOf(point.x)
    let slot = first & this.#mask
    while (this.#steps[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#steps[slot] = j
    this.#marks[slot] = mark
  }

  #times(scalar: bigint): Sum {
    return publicPoint(this.#curve, scalar % this.#parameters.n)
  }
}

/** x is as good as random: its low words are a hash. */
function offsetOf(x: bigint): { readonly slot: number; readonly mark: number } {
  const low = BigInt.asUintN(64, x)
  return { slot: Number(low & 0xffffffffn), mark: Number(low >> 32n) }
}
