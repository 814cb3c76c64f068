/**
 * Keys in bytes that text decodes to: every binary form, wherever in them it begins.
 *
 * A body whose first letters are gone still has its inner structure, so it is not enough to read from the
 * first byte on.
 *
 * @module
 */
import type { Anchor } from '../anchor.ts'
import type { Certainty, Detected } from '../detected.ts'
import { keyFromDer } from '../key_from_der.ts'
import { BINARY_ANCHORS } from './binary_anchors.ts'

/** Places that are looked at in one body, so that one full of anchors costs no more. */
const PLACES_MOST = 48

const RANK: Readonly<Record<Certainty, number>> = { proven: 3, candidate: 2, lesser: 1 }

/**
 * The best proven key in `decoded`; where nothing is proven, the longest candidate or lesser thing.
 *
 * @param decoded never kept
 * @returns offsets from the begin of `decoded`
 */
export function keyIn(decoded: Uint8Array): Detected | undefined {
  const whole = wholeKey(decoded)
  if (whole?.certainty === 'proven') return whole
  let best = whole
  let places = 0
  for (const anchor of BINARY_ANCHORS) {
    for (const at of occurrences(decoded, anchor)) {
      const hit = anchor.detect(decoded, at)
      if (hit !== undefined && (best === undefined || isBetter(hit, best))) best = hit
      places += 1
      if (places >= PLACES_MOST) return best
    }
  }
  return best
}

/** The key that begins with the first byte: nearly always the one. */
function wholeKey(decoded: Uint8Array): Detected | undefined {
  const key = keyFromDer(decoded)
  if (key === undefined) return undefined
  const { kind, form, bits, certainty, proof, material, from, to } = key
  const place = { offset: from, length: to - from, kind, form, bits, certainty, proof }
  return material === undefined ? place : { ...place, material }
}

function isBetter(hit: Detected, best: Detected): boolean {
  const rank = RANK[hit.certainty] - RANK[best.certainty]
  if (rank !== 0) return rank > 0
  return hit.length > best.length || (hit.length === best.length && hit.offset < best.offset)
}

/** Where an anchor's pattern stands. */
function* occurrences(bytes: Uint8Array, anchor: Anchor): Generator<number, void, void> {
  const { pattern, mask } = anchor
  // The letters that count before the first that does not: native search for them.
  const free = mask === undefined ? -1 : mask.findIndex((bits) => bits !== 0xff)
  const fixed = Buffer.from(free < 0 ? pattern : pattern.subarray(0, free))
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = fixed.length > 0 ? haystack.indexOf(fixed) : 0
  while (at >= 0 && at + pattern.length <= bytes.length) {
    if (stands(bytes, at, pattern, mask)) yield at
    at = fixed.length > 0 ? haystack.indexOf(fixed, at + 1) : at + 1
  }
}

function stands(
  bytes: Uint8Array,
  at: number,
  pattern: Uint8Array,
  mask: Uint8Array | undefined,
): boolean {
  return pattern.every((wanted, i) => (((bytes[at + i] ?? 0) ^ wanted) & (mask?.[i] ?? 0xff)) === 0)
}
