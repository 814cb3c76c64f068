/** Moduli of RSA that are by themselves in memory, by their exponent beside them: 65,537. */
import { fromBigEndian, fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { hasNoSmallFactor, hasTinyFactor } from '@mintmark/keys/arithmetic/modulus_like'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { plainKey } from '@mintmark/keys/public_keys/certificate'
import { rsaKey } from '@mintmark/keys/public_keys/spki_key'

const MOST_APART = 640
const MOST_BEHIND = 64
const BARE_BYTES = [512, 384, 256, 128]
const SHORTEST_BARE = Math.min(...BARE_BYTES)
const ARRAY_BYTES: ReadonlySet<number> = new Set(BARE_BYTES)
const WORD = 8

export function littleNear(
  bytes: Uint8Array,
  at: number,
  budget: WorkBudget,
): PublicKey | undefined {
  if (bytes[at + WORD - 1] !== 0) return undefined
  return modulusNear(bytes, at, false, budget) ?? arrayNear(bytes, at, budget)
}

const EXPONENT_BYTES = 3

/** As in `RSAParameters`: an array near that of the exponent, highest byte first. */
function arrayNear(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  if (at < 8 || at % 8 !== 0 || countAt(bytes, at - 8) !== EXPONENT_BYTES) return undefined
  budget.spend(3000)
  for (let begin = Math.max(8, (at - MOST_APART + 7) & ~7); begin < at + 64; begin += 8) {
    const length = countAt(bytes, begin - 8)
    const end = begin + length
    if (!ARRAY_BYTES.has(length) || end > bytes.length) continue
    const key = keyOfNumber(bytes.subarray(begin, end), budget)
    if (key !== undefined) return key
  }
  return undefined
}

/** The key whose modulus is the whole of `window`, highest byte first, with the usual exponent. */
export function keyOfNumber(window: Uint8Array, budget: WorkBudget): PublicKey | undefined {
  if (!ARRAY_BYTES.has(window.length)) return undefined
  const isLikely = (window[0] ?? 0) >= 0x80 && ((window.at(-1) ?? 0) & 1) === 1
  if (!isLikely || !isRandomLooking(window, budget)) return undefined
  if (hasTinyFactor(window, true, budget)) return undefined
  const n = fromBigEndian(window, budget)
  return hasNoSmallFactor(n, budget) ? plainKey(rsaKey(n, 65_537n)) : undefined
}

/** The length of an array: a word that uses its first two bytes at most; -1 for any other. */
function countAt(bytes: Uint8Array, at: number): number {
  for (let k = 2; k < 8; k++) if (bytes[at + k] !== 0) return -1
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
}

export function bigNear(bytes: Uint8Array, at: number, budget: WorkBudget): PublicKey | undefined {
  // Limbs with the lowest byte first, behind zeros, look alike between two words.
  return at % 4 === 0 ? modulusNear(bytes, at, true, budget) : undefined
}

/** Bytes between modulus and exponent: a u32 length, one, none. More begins before. */
const BETWEEN = [4, 1, 0] as const

/** The modulus ends right before the exponent at `at`, highest byte first, at any offset. */
export function rightBefore(
  bytes: Uint8Array,
  at: number,
  budget: WorkBudget,
): PublicKey | undefined {
  if (at < WORD + SHORTEST_BARE) return undefined
  for (const between of BETWEEN) {
    const end = at - between
    if (((bytes[end - 1] ?? 0) & 1) === 0 || isGap(bytes, end - WORD)) continue
    budget.spend(100)
    for (const length of BARE_BYTES) {
      const begin = end - length
      if (begin < WORD || !isGap(bytes, begin - WORD)) continue
      const key = keyOfNumber(bytes.subarray(begin, end), budget)
      if (key !== undefined) return key
    }
  }
  return undefined
}

/** The modulus begins behind `word`: highest byte first, or lowest behind an upper byte. */
export function rightBehind(
  bytes: Uint8Array,
  word: number,
  budget: WorkBudget,
): PublicKey | undefined {
  const at = word + WORD
  if (at + SHORTEST_BARE > bytes.length || isGap(bytes, at)) return undefined
  budget.spend(100)
  for (const length of BARE_BYTES) {
    const end = at + length
    if (end + WORD > bytes.length) continue
    if (isGap(bytes, end)) {
      const key = keyOfNumber(bytes.subarray(at, end), budget)
      if (key !== undefined) return key
    }
    const n = bytes[at] === 0 ? modulusAt(bytes, at + 1, length, false, budget) : undefined
    if (n !== undefined) return plainKey(rsaKey(n, 65_537n))
  }
  return undefined
}

/** At a multiple of 8, bounded on either side, near the exponent spelled alike. */
function modulusNear(
  bytes: Uint8Array,
  at: number,
  isBig: boolean,
  budget: WorkBudget,
): PublicKey | undefined {
  budget.spend(1200)
  const last = at + MOST_BEHIND - 1
  for (let begin = (Math.max(8, at - MOST_APART) + 7) & ~7; begin <= last; ) {
    const gap = lastGap(bytes, begin)
    if (gap >= begin) {
      begin = gap + WORD
      continue
    }
    if (gap === begin - WORD) {
      budget.spend(40)
      for (const length of BARE_BYTES) {
        const n = modulusAt(bytes, begin, length, isBig, budget)
        if (n !== undefined) return plainKey(rsaKey(n, 65_537n))
      }
    }
    // All that is longer begins alike.
    begin += SHORTEST_BARE
    while (begin <= last && !isGap(bytes, begin - WORD)) begin += WORD
  }
  return undefined
}

/** Last gap before and among the shortest modulus at `begin`; further before if none. */
function lastGap(bytes: Uint8Array, begin: number): number {
  let word = begin + SHORTEST_BARE - WORD
  while (word >= begin - WORD && !isGap(bytes, word)) word -= WORD
  return word
}

function modulusAt(
  bytes: Uint8Array,
  begin: number,
  length: number,
  isBig: boolean,
  budget: WorkBudget,
): bigint | undefined {
  const end = begin + length
  const isJava = !isBig && isCounted(bytes, begin, length / 4)
  const lowest = isBig ? end - 1 : isJava ? end - 4 : begin
  const highest = isBig ? begin : isJava ? begin + 3 : end - 1
  if (!isOddAndFull(bytes, lowest, highest)) return undefined
  if (end > bytes.length || !isGap(bytes, end)) return undefined
  const window = bytes.subarray(begin, end)
  if (!isRandomLooking(window, budget)) return undefined
  if (!isJava && hasTinyFactor(window, isBig, budget)) return undefined
  const n = isBig
    ? fromBigEndian(window, budget)
    : fromLittleEndian(isJava ? wordsTurned(window) : window, budget)
  return hasNoSmallFactor(n, budget) ? n : undefined
}

function isOddAndFull(bytes: Uint8Array, lowest: number, highest: number): boolean {
  return ((bytes[lowest] ?? 0) & 1) === 1 && (bytes[highest] ?? 0) >= 0x80
}

/** Whether `count` is right before: Java's `int[]`, highest word first. */
function isCounted(bytes: Uint8Array, at: number, count: number): boolean {
  return bytes[at - 4] === (count & 0xff) && bytes[at - 3] === count >> 8 && bytes[at - 2] === 0
}

function wordsTurned(window: Uint8Array): Uint8Array {
  const turned = window.slice()
  new Uint32Array(turned.buffer).reverse()
  return turned
}

/** 1 for a zero: counted without branches. */
const IS_ZERO = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte === 0))

function isGap(bytes: Uint8Array, at: number): boolean {
  let zeros = 0
  for (let k = at; k < at + 8; k++) zeros += IS_ZERO[bytes[k] ?? 0] ?? 0
  return zeros >= 4
}
