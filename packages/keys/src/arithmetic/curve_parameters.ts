/** What a curve is made of: y² = x³ + ax + b modulo p, with the base point G of prime order n. @module */
import { type WeierstrassPointCons, weierstrass } from '@noble/curves/abstract/weierstrass.js'
import type { Curve } from '../material/key_material.ts'
import { bitLength } from './modular.ts'

export interface CurveParameters {
  readonly curve: Curve
  /** What OpenSSL calls it. */
  readonly openssl: string
  /** Content of its object identifier, hex. */
  readonly oid: string
  readonly p: bigint
  readonly a: bigint
  readonly b: bigint
  readonly gx: bigint
  readonly gy: bigint
  readonly n: bigint
  readonly bits: number
  /** Of a coordinate and of a scalar. */
  readonly lengthBytes: number
  /** Points of the curve, made when they are asked for first. */
  readonly points: () => WeierstrassPointCons<bigint>
}

/** Hex. */
type Numbers = Readonly<Record<'p' | 'a' | 'b' | 'gx' | 'gy' | 'n', string>>

/** A curve from its numbers. */
export function curve(
  name: Curve,
  openssl: string,
  oid: string,
  numbers: Numbers,
): CurveParameters {
  const number = (key: keyof Numbers): bigint => BigInt(`0x${numbers[key]}`)
  const n = number('n')
  const bits = bitLength(n)
  const [p, a, b, gx, gy] = [number('p'), number('a'), number('b'), number('gx'), number('gy')]
  let points: WeierstrassPointCons<bigint> | undefined
  return {
    curve: name,
    openssl,
    oid,
    p,
    a,
    b,
    gx,
    gy,
    n,
    bits,
    lengthBytes: Math.ceil(bits / 8),
    points: () => (points ??= weierstrass({ p, n, h: 1n, a, b, Gx: gx, Gy: gy })),
  }
}
