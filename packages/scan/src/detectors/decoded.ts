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
import { charge } from '../effort.ts'
import { keyFromDer } from '../key_from_der.ts'
import { derHit } from './anchored.ts'
import { BINARY_ANCHORS } from './binary_anchors.ts'

/** Places that are looked at in one body, so that one full of anchors costs no more. */
const PLACES_MOST = 48
const FOUND_MOST = 1024
/** Of a byte, of an anchor that may stand there, of one that does, and of one that looks. */
const UNITS = { byte: 4, anchor: 6, place: 150, look: 300 } as const
const ANY_BYTE: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte)

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
    charge(UNITS.look)
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

/** Anchors by their first two bytes, the first the lower: many begin with 2 or 0, and nothing but these is looked at. */
let knownByBegin: ReturnType<typeof newByBegin> | undefined

function newByBegin(): readonly (readonly Omit<Place, 'at'>[] | undefined)[] {
  const lists: Omit<Place, 'at'>[][] = Array.from({ length: 1 << 16 })
  for (const [order, anchor] of BINARY_ANCHORS.entries()) {
    for (const second of bytesAt(anchor, 1)) {
      for (const first of bytesAt(anchor, 0)) {
        const list = lists[first | (second << 8)]
        if (list === undefined) lists[first | (second << 8)] = [{ anchor, order }]
        else list.push({ anchor, order })
      }
    }
  }
  return lists
}

/** The bytes that an anchor can have at a place. */
function bytesAt({ pattern, mask }: Anchor, place: number): readonly number[] {
  const byte = pattern[place]
  const counts = byte === undefined ? 0 : (mask?.[place] ?? 0xff)
  if (counts === 0xff) return [byte ?? 0]
  return ANY_BYTE.filter((each) => ((each ^ (byte ?? 0)) & counts) === 0)
}

/** Where anchors stand: those of whole keys first, at most {@link PLACES_MOST}. */
function placesIn(bytes: Uint8Array): readonly Place[] {
  knownByBegin ??= newByBegin()
  const places: Place[] = []
  let tried = 0
  for (let at = 0; at < bytes.length && places.length < FOUND_MOST; at++) {
    const begin = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
    const anchors = knownByBegin[begin]
    if (anchors === undefined) continue
    tried += anchors.length
    for (const { anchor, order } of anchors) {
      if (stands(bytes, at, anchor)) places.push({ anchor, order, at })
    }
  }
  charge(UNITS.byte * bytes.length + UNITS.anchor * tried + UNITS.place * places.length)
  return places.toSorted((a, b) => a.order - b.order || a.at - b.at).slice(0, PLACES_MOST)
}

function stands(bytes: Uint8Array, at: number, { pattern, mask }: Anchor): boolean {
  if (at + pattern.length > bytes.length) return false
  // From the end: many begin alike.
  for (let i = pattern.length - 1; i >= 0; i--) {
    const differs = (bytes[at + i] ?? 0) ^ (pattern[i] ?? 0)
    if ((differs & (mask?.[i] ?? 0xff)) !== 0) return false
  }
  return true
}
