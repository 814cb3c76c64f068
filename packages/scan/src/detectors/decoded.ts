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
import { derHit } from './anchored.ts'
import { BINARY_ANCHORS } from './binary_anchors.ts'

/** Places that are looked at in one body, so that one full of anchors costs no more. */
const PLACES_MOST = 48
const FOUND_MOST = 1024

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
  for (const { anchor, at } of placesIn(decoded)) {
    const hit = anchor.detect(decoded, at)
    if (hit !== undefined && (best === undefined || isBetter(hit, best))) best = hit
  }
  return best
}

/** The key that begins with the first byte: nearly always the one. */
function wholeKey(decoded: Uint8Array): Detected | undefined {
  return derHit(keyFromDer(decoded))
}

function isBetter(hit: Detected, best: Detected): boolean {
  const rank = RANK[hit.certainty] - RANK[best.certainty]
  if (rank !== 0) return rank > 0
  return hit.length > best.length || (hit.length === best.length && hit.offset < best.offset)
}

interface Place {
  readonly anchor: Anchor
  /** Of the anchor, in {@link BINARY_ANCHORS}. */
  readonly order: number
  readonly at: number
}

/** Anchors by their first byte: nothing else is looked at where none begins. */
const BY_FIRST = byFirst()

function byFirst(): readonly (readonly Omit<Place, 'at'>[])[] {
  const lists = Array.from({ length: 256 }, (): Omit<Place, 'at'>[] => [])
  for (const [order, anchor] of BINARY_ANCHORS.entries()) {
    const first = anchor.pattern[0] ?? 0
    const counts = anchor.mask?.[0] ?? 0xff
    // The one byte that most begin with, or all that fit.
    const ends = counts === 0xff ? [first, first + 1] : [0, 256]
    for (let byte = ends[0] ?? 0; byte < (ends[1] ?? 0); byte++) {
      if (((first ^ byte) & counts) === 0) lists[byte]?.push({ anchor, order })
    }
  }
  return lists
}

/** Where anchors stand: those of whole keys first, at most {@link PLACES_MOST}. */
function placesIn(bytes: Uint8Array): readonly Place[] {
  const places: Place[] = []
  for (let at = 0; at < bytes.length && places.length < FOUND_MOST; at++) {
    for (const { anchor, order } of BY_FIRST[bytes[at] ?? 0] ?? []) {
      if (stands(bytes, at, anchor)) places.push({ anchor, order, at })
    }
  }
  return places.toSorted((a, b) => a.order - b.order || a.at - b.at).slice(0, PLACES_MOST)
}

function stands(bytes: Uint8Array, at: number, { pattern, mask }: Anchor): boolean {
  if (at + pattern.length > bytes.length) return false
  for (let i = 0; i < pattern.length; i++) {
    const differs = (bytes[at + i] ?? 0) ^ (pattern[i] ?? 0)
    if ((differs & (mask?.[i] ?? 0xff)) !== 0) return false
  }
  return true
}
