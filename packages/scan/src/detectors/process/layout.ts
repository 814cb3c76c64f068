/**
 * Interprets rows of layouts: an anchor, conditions around it, and offsets of or pointers to the parts of a key. Only
 * arithmetic verifies the parts: a point on its curve, and the secret that gives it. @module
 */
import { type CurveParameters, curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, type Point } from '@mintmark/keys/arithmetic/ec'
import { fromLittleEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import type { OkpCurve } from '@mintmark/keys/arithmetic/okp'
import { verifyEc, verifyOkp } from '@mintmark/keys/der_keys/verify'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Verification } from '@mintmark/keys/material/verification'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit, type Sight } from '../../anchors/anchored.ts'
import type { Detected, Pointed } from '../../anchors/detected.ts'
import type { Check, Field, Location } from './field.ts'

/** How the key at an anchor is found, and what is asked before: of the bytes themselves, and of what they lead to. */
export interface KeyRow {
  readonly glance?: Check
  readonly when?: Check
  readonly keyAt: (location: Location) => Detected | undefined
}

/** A pattern, as {@link anchor} takes it, with what may be there. */
export interface Layout extends Pick<Anchor, 'alignment' | 'number'> {
  readonly name: string
  readonly pattern: string | Pick<Anchor, 'pattern' | 'mask'>
  readonly sight: Sight
  readonly rows: readonly KeyRow[]
}

/** The anchor of a layout. */
export function layoutAnchor({ pattern, sight, name, rows, ...more }: Layout): Anchor {
  const detect: Anchor['detect'] = (bytes, at, { budget, memory }) => {
    const location = { bytes, at, base: 0, memory, budget }
    for (const { glance, when, keyAt } of rows) {
      if (glance?.(location) === false || when?.(location) === false) continue
      const found = keyAt(location)
      if (found !== undefined) return found
    }
    return undefined
  }
  const shape =
    typeof pattern === 'string'
      ? anchor(name, pattern, sight, detect)
      : { ...pattern, name, detect, ...sight }
  const hasGlances = rows.every(({ glance }) => glance !== undefined)
  if (!hasGlances) return { ...shape, ...more }
  const mayContain = (bytes: Uint8Array, at: number): boolean =>
    rows.some(
      ({ glance }) =>
        glance?.({ bytes, at, base: 0, memory: undefined, budget: UNLIMITED }) === true,
    )
  return { ...shape, ...more, mayContain }
}

/** How a number is read, and what its finding is called. */
export interface NumberLayout {
  readonly form: string
  readonly read: (bytes: Uint8Array, budget: WorkBudget, curve: CurveParameters) => bigint
}

const LITTLE: NumberLayout = {
  form: 'limbs-le64',
  read: (bytes, budget) => fromLittleEndian(bytes, budget),
}

interface EcParts extends Pick<KeyRow, 'glance' | 'when'> {
  /** Curves that the structure may be for. */
  readonly curves: readonly Curve[] | ((location: Location) => readonly Curve[])
  readonly secret: Field
  readonly x: Field
  readonly y: Field
  /** Of Jacobian coordinates, which may be in Montgomery's form. */
  readonly z?: Field
  readonly number?: NumberLayout
  /** Of coordinates, where those are not kept as the secret is. */
  readonly coordinate?: NumberLayout['read']
}

/** Of the equation of a curve. */
const POINT_COST = 15_000

export function ecKey(parts: EcParts): KeyRow {
  const { curves, secret, x, y, z, number = LITTLE, coordinate = number.read } = parts
  const keyAt = (location: Location): Detected | undefined => {
    const { budget } = location
    const [d, ...coordinates] = [secret, x, y].map((field) => field(location))
    const third = z?.(location)
    if (d === undefined || (z !== undefined && !third)) return undefined
    for (const name of typeof curves === 'function' ? curves(location) : curves) {
      const curve = curveNamed(name)
      if (!isRandomLooking(d.bytes.subarray(0, curve.lengthBytes), budget)) continue
      budget.spend(POINT_COST)
      const [px, py, pz] = [...coordinates, third].map(
        (part) => part && coordinate(part.bytes, budget, curve),
      )
      const point = px === undefined || py === undefined ? undefined : pointOf(curve, px, py, pz)
      if (point === undefined) continue
      const found = verifiedHit(
        verifyEc(name, number.read(d.bytes, budget, curve), point, budget),
        number.form,
        d,
        curve.lengthBytes,
      )
      if (found !== undefined) return found
    }
    return undefined
  }
  return { ...parts, keyAt }
}

/** The point of these coordinates, if they are one of the curve. */
function pointOf(curve: CurveParameters, x: bigint, y: bigint, z?: bigint): Point | undefined {
  if (z === undefined) return isOnCurve(curve, { x, y }) ? { x, y } : undefined
  const { p } = curve
  const radix = inverse((1n << BigInt(64 * Math.ceil(curve.bits / 64))) % p, p) ?? 0n
  for (const scale of [1n, radix]) {
    const inverted = inverse((z * scale) % p, p)
    if (inverted === undefined) continue
    const square = (inverted * inverted) % p
    const point = { x: (x * scale * square) % p, y: (((y * scale * square) % p) * inverted) % p }
    if (isOnCurve(curve, point)) return point
  }
  return undefined
}

interface OkpParts extends Pick<KeyRow, 'glance' | 'when'> {
  readonly secret: Field
  readonly publicKey: Field
}

export function okpKey(curve: OkpCurve, parts: OkpParts): KeyRow {
  const keyAt = (location: Location): Detected | undefined => {
    const [secret, publicKey] = [parts.secret(location), parts.publicKey(location)]
    if (secret === undefined || publicKey === undefined) return undefined
    if (
      !isRandomLooking(secret.bytes, location.budget) ||
      !isRandomLooking(publicKey.bytes, location.budget)
    )
      return undefined
    const verification = verifyOkp(
      curve,
      secret.bytes.slice(),
      publicKey.bytes.slice(),
      location.budget,
    )
    return verifiedHit(verification, LITTLE.form, secret, secret.bytes.length)
  }
  return { ...parts, keyAt }
}

/** What does not fit was no such structure. */
export function verifiedHit(
  verification: Verification | undefined,
  form: string,
  { bytes, offset }: Pointed,
  most: number = bytes.length,
): Detected | undefined {
  if (verification?.certainty !== 'proven') return undefined
  return hit(verification, form, offset, offset + Math.min(most, bytes.length))
}
