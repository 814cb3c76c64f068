/**
 * Rows of layouts and their interpreter: an anchor, conditions around it, and offsets of or pointers to the parts of a key.
 * Only arithmetic verifies the parts. Another structure is a row in `library_layouts.ts`, and in `docs/key-encodings.md`.
 */
import { type CurveParameters, curveNamed } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve, type Point } from '@mintmark/keys/arithmetic/ec'
import { fromLittleEndian, inverse } from '@mintmark/keys/arithmetic/modular'
import type { OkpCurve } from '@mintmark/keys/arithmetic/okp'
import { verifyEc, verifyOkp } from '@mintmark/keys/der_keys/verify'
import type { Key } from '@mintmark/keys/material/key'
import type { Curve } from '@mintmark/keys/material/key_material'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import { type Anchor, EIGHTHS } from '../../anchors/anchor.ts'
import { anchor, hit, type Sight } from '../../anchors/anchored.ts'
import type { Match, Memory, Pointed } from '../../anchors/match.ts'
import { addressAt, isPointer, pointerAt } from '../../known/objects/pointers.ts'

export interface Location {
  readonly bytes: Uint8Array
  readonly at: number
  readonly base: number
  readonly memory: Memory | undefined
  readonly budget: WorkBudget
}

export type Field = (location: Location) => Pointed | undefined
export type Check = (location: Location) => boolean

/** Where the parts of a key are, what verifies them, and what is asked before: of the bytes, and of what they lead to. */
export interface KeyRow {
  readonly glance?: Check
  readonly when?: Check
  readonly parts: readonly Field[]
  readonly verify: (parts: readonly Uint8Array[], location: Location) => Key | undefined
  readonly encoding?: string
}

/** A pattern in memory, as {@link anchor} takes it, and the one key that may be there, or several. */
export type Layout = Pick<Anchor, 'alignment' | 'number'> & {
  /** The library, and the versions that were examined. */
  readonly library: string
  readonly name: string
  readonly pattern: string | Pick<Anchor, 'pattern' | 'mask'>
  readonly sight?: Sight
} & (KeyRow | { readonly rows: readonly KeyRow[] })

const USUAL_SIGHT: Sight = { before: 72, behind: 128 }

export function layoutAnchor(layout: Layout): Anchor {
  const { name, pattern, sight = USUAL_SIGHT, alignment = EIGHTHS, number } = layout
  const rows = 'rows' in layout ? layout.rows : [layout]
  const detect: Anchor['detect'] = (bytes, at, { budget, memory }) => {
    const location = { bytes, at, base: 0, memory, budget }
    for (const row of rows) {
      const found = keyAt(row, location)
      if (found !== undefined) return found
    }
    return undefined
  }
  const shape =
    typeof pattern === 'string'
      ? anchor(name, pattern, sight, detect)
      : { ...pattern, name, detect, ...sight }
  const glances = rows.flatMap(({ glance }) => glance ?? [])
  const mayContain = (bytes: Uint8Array, at: number): boolean =>
    glances.some((glance) => glance({ bytes, at, base: 0, memory: undefined, budget: UNLIMITED }))
  const hasGlances = glances.length === rows.length
  return { ...shape, alignment, number, ...(hasGlances && { mayContain }) }
}

function keyAt(row: KeyRow, location: Location): Match | undefined {
  const { glance, when, parts, verify, encoding = 'limbs-le64' } = row
  if (glance?.(location) === false || when?.(location) === false) return undefined
  const found = parts.flatMap((field) => field(location) ?? [])
  const [secret] = found
  if (secret === undefined || found.length < parts.length) return undefined
  const bytes = found.map((part) => part.bytes)
  return verifiedHit(verify(bytes, location), encoding, secret)
}

/** What does not fit was no such structure. Of a scalar in whole limbs the rest is none of it. */
export function verifiedHit(
  verification: Key | undefined,
  encoding: string,
  { bytes: { length }, offset }: Pointed,
): Match | undefined {
  if (verification?.certainty !== 'verified') return undefined
  const most = verification.kind === 'ec' ? Math.ceil(verification.bits / 8) : length
  return hit(verification, encoding, offset, offset + Math.min(most, length))
}

type Reader = (bytes: Uint8Array, budget: WorkBudget, curve: CurveParameters) => bigint

const POINT_COST = 15_000

/**
 * Verifies a secret, X and Y in one or apart, and, of Jacobian coordinates, Z: those may be in Montgomery's form.
 * @param curves that the structure may be for
 * @param coordinate reads coordinates, where those are not kept as the secret is
 */
export function ecKey(
  curves: readonly Curve[] | ((location: Location) => readonly Curve[]),
  read: Reader = fromLittleEndian,
  coordinate: Reader = read,
): KeyRow['verify'] {
  return ([secret = NONE, first = NONE, ...others], location) => {
    const { budget } = location
    const half = first.length / 2
    const coordinates =
      others.length > 0 ? [first, ...others] : [first.subarray(0, half), first.subarray(half)]
    for (const name of typeof curves === 'function' ? curves(location) : curves) {
      const curve = curveNamed(name)
      if (!isRandomLooking(secret.subarray(0, curve.lengthBytes), budget)) continue
      budget.spend(POINT_COST)
      const [x = 0n, y = 0n, z] = coordinates.map((part) => coordinate(part, budget, curve))
      const stored = pointOf(curve, x, y, z)
      if (stored === undefined) continue
      const verification = verifyEc(name, read(secret, budget, curve), stored, budget)
      if (verification.certainty === 'verified') return verification
    }
    return undefined
  }
}

const NONE = new Uint8Array(0)

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

export const okpKey =
  (curve: OkpCurve): KeyRow['verify'] =>
  (parts, { budget }) => {
    if (!parts.every((part) => isRandomLooking(part, budget))) return undefined
    const [secret = NONE, publicKey] = parts.map((part) => part.slice())
    return verifyOkp(curve, secret, publicKey, budget)
  }

/** Verifies parts as numbers, lowest byte first; one without bytes is not there. */
export const ofNumbers =
  (
    verify: (numbers: readonly (bigint | undefined)[], budget: WorkBudget) => Key | undefined,
  ): KeyRow['verify'] =>
  (parts, { budget }) =>
    verify(
      parts.map((part) => (part.length > 0 ? fromLittleEndian(part, budget) : undefined)),
      budget,
    )

export const inline =
  (from: number, length: number): Field =>
  ({ bytes, at, base }) => {
    const begin = at + from
    if (begin < 0 || begin + length > bytes.length) return undefined
    return { bytes: bytes.subarray(begin, begin + length), offset: base + begin }
  }

export const within =
  (outer: Field, field: Field): Field =>
  (location) => {
    const there = outer(location)
    return there && field({ ...location, bytes: there.bytes, at: 0, base: there.offset })
  }

/** A field of the memory that the pointer at `from` leads to. At least `length` bytes of it must be in the dump. */
export const pointed = (from: number, length: number, field?: Field): Field => {
  const whole: Field = ({ bytes, at, memory }) => {
    const address = addressAt(bytes, at + from)
    return address === undefined ? undefined : memory?.at(address, length)
  }
  return field === undefined ? whole : within(whole, field)
}

/** What Go's slice {items*, length, capacity} of up to `most` words leads to. */
export const goSlice =
  (from: number, most: number): Field =>
  (location) => {
    const { bytes, at } = location
    const [length, room] = [addressAt(bytes, at + from + 8), addressAt(bytes, at + from + 16)]
    if (length === undefined || room === undefined || length < 1n || room < length) return undefined
    return length > BigInt(most) ? undefined : pointed(from, 8 * Number(length))(location)
  }

const BIGNUM_BYTES = 24

/** The limbs of OpenSSL's BIGNUM {limbs*, int top, int dmax, int neg, int flags}, to which a pointer leads (bn_local.h). */
export const bignum =
  (from: number, mostLimbs: number): Field =>
  ({ bytes, at, memory }) => {
    const follow = (where: Uint8Array, pointer: number, length: number) => {
      const address = pointerAt(where, pointer)
      return address === undefined ? undefined : memory?.at(address, length)
    }
    const head = follow(bytes, at + from, BIGNUM_BYTES)?.bytes
    if (head === undefined) return undefined
    const view = new DataView(head.buffer, head.byteOffset, BIGNUM_BYTES)
    const [top, room] = [view.getUint32(8, true), view.getUint32(12, true)]
    if (top < 1 || top > mostLimbs || room < top || room > 4 * mostLimbs) return undefined
    return follow(head, 0, top * 8)
  }

const NOTHING: Pointed = { bytes: new Uint8Array(0), offset: 0 }

export const optional =
  (field: Field): Field =>
  (location) =>
    field(location) ?? NOTHING

/** Whether bytes are there, in hex with blanks; `??` is any byte. */
export function spelled(from: number, pattern: string): Check {
  const wanted = pattern.split(' ').map((part) => (part === '??' ? -1 : Number.parseInt(part, 16)))
  return ({ bytes, at }) => wanted.every((byte, i) => byte < 0 || bytes[at + from + i] === byte)
}

/** A byte and zeros above it: a number of so many bytes. */
export const numbered = (from: number, value: number, length: number): Check =>
  spelled(from, `${value.toString(16)}${' 0'.repeat(length - 1)}`)

export const byteAt =
  (from: number, isOne: (byte: number) => boolean): Check =>
  ({ bytes, at }) =>
    isOne(bytes[at + from] ?? 0)

export const pointers =
  (...offsets: readonly number[]): Check =>
  ({ bytes, at }) =>
    offsets.every((from) => isPointer(bytes, at + from))

export const all =
  (...checks: readonly Check[]): Check =>
  (location) =>
    checks.every((check) => check(location))

export const same =
  (one: Field, other: Field): Check =>
  (location) => {
    const [a, b] = [one(location), other(location)]
    return a !== undefined && b !== undefined && Buffer.compare(a.bytes, b.bytes) === 0
  }

export const random =
  (field: Field): Check =>
  (location) => {
    const found = field(location)
    return found !== undefined && isRandomLooking(found.bytes, location.budget)
  }
