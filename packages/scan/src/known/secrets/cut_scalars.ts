/** Scalars that lack up to 40 bits at one end. Not seeds of Ed25519, which are hashed first. */
import { curveNamed } from '@mintmark/keys/arithmetic/curves'
import { multiple, type Point, publicPoint } from '@mintmark/keys/arithmetic/ec'
import { negativeOf, type Sum, sumsOf } from '@mintmark/keys/arithmetic/many_points'
import { fromBigEndian, fromLittleEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import { ShortLogarithm } from '@mintmark/keys/arithmetic/short_logarithm'
import type { Curve, EcMaterial } from '@mintmark/keys/material/key_material'
import { type FoundValue, keyOf } from '../values/found_value.ts'

export interface CutNumber extends Pick<FoundValue, 'at' | 'length'> {
  readonly spelling: 'limbs-be' | 'limbs-le64'
  readonly known: bigint
  readonly lost: 'high' | 'low'
  readonly bytes: number
}

/** Nanoseconds for 256-bit curves: an addition among many, a multiple of the base point. */
const ADDITION = 2900
const MULTIPLE = 1.2e5
/** Baby steps, in bits, by the bytes that are lost: few for those that take few giant steps. */
const STEP_BITS = [12, 12, 12, 16, 19, 20] as const

export class CutScalars {
  readonly #curve: Curve
  readonly #logarithms = new Map<number, ShortLogarithm>()
  /** By key and lost bytes: the public point by the inverse of the power of 256 they begin at. */
  readonly #shifted = new Map<string, Sum>()

  constructor(curve: Curve) {
    this.#curve = curve
  }

  get length(): number {
    return curveNamed(this.#curve).lengthBytes
  }

  /** Nanoseconds to compare so many numbers that lost so many bytes with a key each. */
  cost(numbers: number, bytes: number): number {
    const stepBits = stepBitsFor(bytes)
    const scale = (curveNamed(this.#curve).bits / 256) ** 2
    const table = this.#logarithms.has(stepBits) ? 0 : 2 ** stepBits
    const giant = Math.max(1, 2 ** (8 * bytes - stepBits - 1))
    const each = MULTIPLE + ADDITION * (giant + 1)
    return scale * (table * ADDITION + numbers * each)
  }

  affordable(cost: number, bytes: number): number {
    const fixed = this.cost(0, bytes)
    return Math.max(0, Math.floor((cost - fixed) / (this.cost(1, bytes) - fixed)))
  }

  find<T extends CutNumber>(
    key: EcMaterial,
    numbers: readonly T[],
  ): readonly { readonly number: T; readonly found: FoundValue }[] {
    const [first] = numbers
    if (first === undefined) return []
    const points = this.#pointsOf(key, numbers)
    const logarithms = this.#logarithmFor(first.bytes).find(points, 8 * first.bytes)
    return logarithms.flatMap(({ index, x }) => {
      const number = numbers[index]
      if (number === undefined || x < 0n) return []
      const material = this.#mended(key, number, x)
      if (material === undefined) return []
      const { at, length, spelling, bytes } = number
      const part = bytes === 0 ? '' : `, from ${length} of its ${this.length} bytes`
      const own = keyOf(material, `d·G = Q${part}`)
      return [{ number, found: { at, length, spelling, name: 'd', key: own } }]
    })
  }

  #logarithmFor(bytes: number): ShortLogarithm {
    const stepBits = stepBitsFor(bytes)
    const existing = this.#logarithms.get(stepBits)
    if (existing !== undefined) return existing
    const made = new ShortLogarithm(this.#curve, stepBits)
    this.#logarithms.set(stepBits, made)
    return made
  }

  #pointsOf(key: EcMaterial, numbers: readonly CutNumber[]): readonly Sum[] {
    const curve = curveNamed(this.#curve)
    const parts = numbers.map(({ known, lost, bytes }) => {
      const scalar = lost === 'low' ? known << BigInt(8 * bytes) : known * this.#unshift(bytes)
      const whole = lost === 'low' ? key : this.#shiftedOf(key, bytes)
      return { whole, part: negativeOf(curve, publicPoint(this.#curve, scalar % curve.n)) }
    })
    return sumsOf(
      curve,
      parts.map(({ whole }) => whole),
      parts.map(({ part }) => part),
    )
  }

  #unshift(bytes: number): bigint {
    const { n } = curveNamed(this.#curve)
    return inverse((1n << this.#shift(bytes)) % n, n) ?? 0n
  }

  #shift(bytes: number): bigint {
    return BigInt(8 * (this.length - bytes))
  }

  #shiftedOf(key: EcMaterial, bytes: number): Sum {
    const name = `${key.x} ${bytes}`
    if (!this.#shifted.has(name)) {
      const curve = curveNamed(this.#curve)
      this.#shifted.set(name, multiple(curve, key, this.#unshift(bytes)))
    }
    return this.#shifted.get(name)
  }

  #mended(key: EcMaterial, { known, lost, bytes }: CutNumber, x: bigint): EcMaterial | undefined {
    if (x >> BigInt(8 * bytes) !== 0n) return undefined
    const d = lost === 'low' ? (known << BigInt(8 * bytes)) + x : (x << this.#shift(bytes)) + known
    const point = publicPoint(this.#curve, d)
    return point !== undefined && isSame(point, key) ? { ...key, d } : undefined
  }
}

const stepBitsFor = (bytes: number): number => STEP_BITS[bytes] ?? 20

const isSame = (point: Point, { x, y }: Point): boolean => point.x === x && point.y === y

export interface LostAt {
  readonly before: boolean
  readonly behind: boolean
}

/** What bytes at an offset are in either order, if so many more are lost before or behind them. */
export function cutNumbersIn(
  existing: Uint8Array,
  at: number,
  bytes: number,
  { before, behind }: LostAt,
): CutNumber[] {
  const own = { at, bytes, length: existing.length }
  const big = { ...own, known: fromBigEndian(existing), spelling: 'limbs-be' } as const
  const little = { ...own, known: fromLittleEndian(existing), spelling: 'limbs-le64' } as const
  const cut: CutNumber[] = []
  if (before || bytes === 0) cut.push({ ...big, lost: 'high' }, { ...little, lost: 'low' })
  if (behind && bytes > 0) cut.push({ ...big, lost: 'low' }, { ...little, lost: 'high' })
  return cut
}
