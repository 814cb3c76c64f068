/**
 * What a curve is made of: y² = x³ + ax + b modulo p, with the base point G of prime order n.
 *
 * @module
 */
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
  return {
    curve: name,
    openssl,
    oid,
    p: number('p'),
    a: number('a'),
    b: number('b'),
    gx: number('gx'),
    gy: number('gy'),
    n,
    bits,
    lengthBytes: Math.ceil(bits / 8),
  }
}
