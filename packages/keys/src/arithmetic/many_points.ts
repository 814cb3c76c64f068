/** Sums of points of a curve in affine coordinates, many at a time: they share one inversion. */
import type { CurveParameters } from './curves.ts'
import type { Point } from './ec.ts'
import { inversesModPrime } from './modular.ts'

/** A point; undefined is the point at infinity. */
export type Sum = Point | undefined

export function negativeOf({ p }: Pick<CurveParameters, 'p'>, point: Sum): Sum {
  return point && { x: point.x, y: p - point.y }
}

/** `left` plus `right`, one by one. Cost: 3 to 6 µs each of 256 bits, in hundreds. */
export function sumsOf(
  { p, a }: Pick<CurveParameters, 'p' | 'a'>,
  left: readonly Sum[],
  right: readonly Sum[],
): readonly Sum[] {
  const lines = left.map((one, i) => lineThrough(one, right[i], a))
  const inverses = inversesModPrime(
    lines.map(({ run }) => (run < 0n ? run + p : run)),
    p,
  )
  return left.map((one, i) => {
    const other = right[i]
    if (one === undefined || other === undefined) return one ?? other
    const inverse = inverses[i]
    if (inverse === undefined) return undefined
    const slope = ((lines[i]?.rise ?? 0n) * inverse) % p
    const x = (slope * slope - one.x - other.x) % p
    const y = (slope * (one.x - x) - one.y) % p
    return { x: x < 0n ? x + p : x, y: y < 0n ? y + p : y }
  })
}

interface Line {
  readonly rise: bigint
  readonly run: bigint
}

function lineThrough(one: Sum, other: Sum, a: bigint): Line {
  if (one === undefined || other === undefined) return { rise: 0n, run: 1n }
  if (one.x !== other.x) return { rise: other.y - one.y, run: other.x - one.x }
  // Of a point and its negative the sum is infinity, which a run without an inverse says.
  return one.y === other.y
    ? { rise: 3n * one.x * one.x + a, run: 2n * one.y }
    : { rise: 0n, run: 0n }
}
