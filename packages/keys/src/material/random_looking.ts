/** Distinguishes bytes that may be a secret from text, tables and padding. */
import { UNLIMITED, type WorkBudget } from './work_budget.ts'

/** One count for all calls: allocating it anew would take eight times as long as the rest. */
const seen = new Uint8Array(256)
const PRINTABLE = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte >= 0x20 && byte < 0x7f))

/**
 * By different values, runs and printable bytes. It fails fewer than one of 10^8 random secrets of
 * 32 bytes.
 */
export function isRandomLooking(bytes: Uint8Array, budget: WorkBudget = UNLIMITED): boolean {
  return isRandomLookingAt(bytes, 0, bytes.length, budget)
}

/** The same of `length` bytes from `from` on, which must be there. */
export function isRandomLookingAt(
  bytes: Uint8Array,
  from: number,
  length: number,
  budget: WorkBudget = UNLIMITED,
): boolean {
  budget.spend(200 + 3 * length)
  seen.fill(0)
  let different = 0
  let printable = 0
  let run = 0
  let last = -1
  for (let i = from; i < from + length; i++) {
    const byte = bytes[i] ?? 0
    run = byte === last ? run + 1 : 1
    if (run === LONG_RUN) return false
    last = byte
    different += 1 - (seen[byte] ?? 0)
    seen[byte] = 1
    printable += PRINTABLE[byte] ?? 0
  }
  const { least, most } = randomBounds(length)
  return different >= least && printable <= most
}

/** Least different values and most printable bytes of random bytes. */
export function randomBounds(length: number): { readonly least: number; readonly most: number } {
  return {
    least: LEAST_DIFFERENT[length] ?? leastOf(length),
    most: Math.ceil(length * MOST_PRINTABLE),
  }
}

/** Equal bytes in a row that no random secret has. */
const LONG_RUN = 6
/** Of what chance gives; the deviation is 4 % of it and less. */
const LEAST_SHARE = 0.72

/** By length: a power takes longer than all else for short ones. */
const LEAST_DIFFERENT = Uint8Array.from({ length: 4096 }, (_, length) => leastOf(length))

function leastOf(length: number): number {
  return Math.floor(256 * (1 - (255 / 256) ** length) * LEAST_SHARE)
}

const MOST_PRINTABLE = 0.85
