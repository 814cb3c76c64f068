/**
 * Offsets at which the secret may be near copies of its public half: right before a point, next to one, behind its own
 * length, and further off. @module
 */
import { neighbourChunks } from './neighbour_chunks.ts'
import { offsetsBeside } from './offsets_beside.ts'

/** How far from a copy of the public half the secret is searched for, at multiples of 8. */
const NEIGHBOURHOOD = 65_536
/** Up to so many bytes around a copy every offset is examined. */
const CLOSE = 8
/** Up to so many bytes around a copy every offset is examined that its length in two bytes is before. */
const SIZED = { reach: 512, step: 1 } as const

/** The first byte of a point with both coordinates (SEC 1, 2.3.3), and in DER the string of bits around it. */
const UNCOMPRESSED = 0x04
const BIT_STRING = 0x03

/** Offsets in [from, to) right before whole points: there NSS and ring keep the secret. Certificates have none there. */
export function beforePoints(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): readonly number[] {
  const points = anchors.filter(
    (at) =>
      bytes[at - 1] === UNCOMPRESSED && !(bytes[at - 2] === 0 && bytes[at - 4] === BIT_STRING),
  )
  return points.map((at) => at - 1 - length).filter((at) => at >= from && at < to)
}

/** Offsets in [from, to) behind their length, highest byte first, as a TPM keeps secrets (`TPM2B`) and SSH sends them. */
function* sizedBeside(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): Generator<number, void, void> {
  for (const at of offsetsBeside(anchors, SIZED, Math.max(from, 2), to)) {
    if (bytes[at - 1] === length && bytes[at - 2] === 0) yield at
  }
}

/**
 * Offsets around the anchors in [from, to): those next to one first, then those behind their length. Few of them are ever
 * asked for: there are thousands around each. Some come twice.
 */
export function* nearest(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): Generator<number, void, void> {
  yield* closeTo(anchors, length, from, to)
  yield* sizedBeside(bytes, anchors, length, from, to)
  yield* furtherOff(anchors, from, to)
}

/** Offsets next to the anchors, or few bytes from there. */
function* closeTo(
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): Generator<number, void, void> {
  const isInside = (at: number): boolean => at >= from && at < to
  for (let k = 0; k <= CLOSE; k++) {
    for (const anchor of anchors) {
      for (const neighbour of [anchor - length, anchor + length, anchor - 2 * length]) {
        if (isInside(neighbour - k)) yield neighbour - k
        if (k > 0 && isInside(neighbour + k)) yield neighbour + k
      }
    }
  }
}

/** Offsets that a scalar is most likely to have beside its public half. */
export function* besidePoints(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  from: number,
  to: number,
): Generator<number, void, void> {
  yield* beforePoints(bytes, anchors, length, from, to)
  yield* neighbourChunks(bytes, anchors, length, from, to)
  yield* closeTo(anchors, length, from, to)
}

/** Those at multiples of 8, up to {@link NEIGHBOURHOOD} away. */
function furtherOff(anchors: readonly number[], from: number, to: number): Iterable<number> {
  // Neighbourhoods that overlap are gone through once: each offset belongs to the anchor before or behind it.
  const reach = anchors.map((anchor, index) => {
    const previous = anchors[index - 1] ?? -NEIGHBOURHOOD * 2
    const next = anchors[index + 1] ?? anchor + NEIGHBOURHOOD * 2
    const first = Math.max(from, anchor - NEIGHBOURHOOD, Math.ceil((anchor + previous) / 2))
    const last = Math.min(to - 1, anchor + NEIGHBOURHOOD, Math.floor((anchor + next) / 2))
    return { middle: anchor & ~7, first, last }
  })
  return byDistance(reach)
}

interface Reach {
  readonly middle: number
  readonly first: number
  readonly last: number
}

function* byDistance(all: readonly Reach[]): Generator<number, void, void> {
  let left = all
  for (let distance = 0; distance <= NEIGHBOURHOOD && left.length > 0; distance += 8) {
    for (const { middle, first, last } of left) {
      if (middle - distance >= first && middle - distance <= last) yield middle - distance
      const behind = middle + distance + 8
      if (behind >= first && behind <= last) yield behind
    }
    // Most reach no further than to the middle between two neighbours.
    if (distance % 512 === 0) {
      left = left.filter(
        ({ middle, first, last }) => middle - distance > first || middle + distance + 8 < last,
      )
    }
  }
}
