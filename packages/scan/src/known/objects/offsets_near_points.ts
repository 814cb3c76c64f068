/** Offsets in [from, to) where the secret may be near its public half. */
import { chunkSize, SIZE_BYTES, sizeAt } from './chunk_head.ts'

/** How far from a copy of the public half the secret is searched for, at multiples of 8. */
const NEIGHBOURHOOD = 65_536
/** Up to so many bytes around a copy every offset is examined. */
const CLOSE = 8
/** How far from a copy offsets behind its length, and chunks of its size, are examined. */
const BESIDE = 512

/** First byte of a point with both coordinates (SEC 1, 2.3.3); DER's bit string around it. */
const UNCOMPRESSED = 0x04
const BIT_STRING = 0x03

const IS_MAPPED = 2

export interface NearPoints {
  readonly bytes: Uint8Array
  readonly anchors: readonly number[]
  readonly length: number
  readonly from: number
  readonly to: number
}

/** Right before whole points: there NSS and ring keep the secret. Certificates have none there. */
export function beforePoints({ bytes, anchors, length, from, to }: NearPoints): readonly number[] {
  return anchors
    .filter(
      (at) =>
        bytes[at - 1] === UNCOMPRESSED && !(bytes[at - 2] === 0 && bytes[at - 4] === BIT_STRING),
    )
    .map((at) => at - 1 - length)
    .filter((at) => at >= from && at < to)
}

/** Multiples of `step` within {@link BESIDE} of a copy, each once where copies are in order. */
function* beside(
  { anchors, from, to }: NearPoints,
  step: number,
  least: number,
): Generator<number, void, void> {
  let next = Math.max(from, least)
  for (const anchor of anchors) {
    const end = Math.min(to, anchor + BESIDE)
    const first = Math.max(next, anchor - BESIDE)
    for (let at = Math.ceil(first / step) * step; at < end; at += step) yield at
    next = Math.max(next, end)
  }
}

/** Chunks of a secret's size: seen in strongSwan 6.0 (curve25519), Samba 4.22 (GnuTLS 3.8). */
export function* neighbourChunks(near: NearPoints): Generator<number, void, void> {
  const { bytes, anchors, length } = near
  const size = chunkSize(length)
  const copies = new Set(anchors)
  for (const at of beside(near, SIZE_BYTES, SIZE_BYTES)) {
    const head = at - SIZE_BYTES
    const isChunk = sizeAt(bytes, head) === size && ((bytes[head] ?? 0) & IS_MAPPED) === 0
    if (isChunk && !copies.has(at)) yield at
  }
}

/** Next to a copy, behind its length (a TPM's `TPM2B`, SSH), then multiples of 8; some twice. */
export function* nearest(near: NearPoints): Generator<number, void, void> {
  const { bytes, length } = near
  yield* closeTo(near)
  for (const at of beside(near, 1, 2)) {
    if (bytes[at - 1] === length && bytes[at - 2] === 0) yield at
  }
  yield* furtherOff(near)
}

function* closeTo({ anchors, length, from, to }: NearPoints): Generator<number, void, void> {
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

export function* besidePoints(near: NearPoints): Generator<number, void, void> {
  yield* beforePoints(near)
  yield* neighbourChunks(near)
  yield* closeTo(near)
}

/** Multiples of 8 by distance, up to {@link NEIGHBOURHOOD}; each belongs to one copy. */
function* furtherOff({ anchors, from, to }: NearPoints): Generator<number, void, void> {
  let left = anchors.map((anchor, index) => {
    const previous = anchors[index - 1] ?? -NEIGHBOURHOOD * 2
    const next = anchors[index + 1] ?? anchor + NEIGHBOURHOOD * 2
    const first = Math.max(from, anchor - NEIGHBOURHOOD, Math.ceil((anchor + previous) / 2))
    const last = Math.min(to - 1, anchor + NEIGHBOURHOOD, Math.floor((anchor + next) / 2))
    return { middle: anchor & ~7, first, last }
  })
  for (let distance = 0; distance <= NEIGHBOURHOOD && left.length > 0; distance += 8) {
    for (const { middle, first, last } of left) {
      if (middle - distance >= first && middle - distance <= last) yield middle - distance
      const behind = middle + distance + 8
      if (behind >= first && behind <= last) yield behind
    }
    if (distance % 512 === 0) {
      left = left.filter(
        ({ middle, first, last }) => middle - distance > first || middle + distance + 8 < last,
      )
    }
  }
}
