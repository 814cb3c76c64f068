/**
 * Which windows of a pass have been begun, as all its threads see it: a thread that has nothing left may be given what
 * another was given and has not come to. @module
 */
/** Limit of windows under way, so that no two share a slot. */
const OFFSETS = 1024

/** The last claimed ticket of each slot, plus one. Shared by threads. */
export type Claims = Int32Array<SharedArrayBuffer>

/** For a pass that has not begun. */
export function newClaims(): Claims {
  return new Int32Array(new SharedArrayBuffer(OFFSETS * Int32Array.BYTES_PER_ELEMENT))
}

/**
 * Claims the window of a ticket: true for the first thread that asks.
 *
 * @param ticket number of the assignment, from 0: a window that is assigned again has another
 */
export function claim(claims: Claims, ticket: number): boolean {
  return Atomics.exchange(claims, ticket % OFFSETS, ticket + 1) !== ticket + 1
}
