/**
 * Which windows of a pass have been begun, as all its threads see it: a thread that has nothing left may be given what
 * another was given and has not come to. @module
 */
/** More windows than that are not given while one is searched, so that no two of them have one offset. */
const OFFSETS = 1024

/** The ticket claimed last at each offset, plus one. Shared by threads. */
export type Claims = Int32Array<SharedArrayBuffer>

/** Of a pass in which nothing is begun. */
export function newClaims(): Claims {
  return new Int32Array(new SharedArrayBuffer(OFFSETS * Int32Array.BYTES_PER_ELEMENT))
}

/**
 * Whether the window that was given under a ticket is the caller's to search: true for the first that asks.
 *
 * @param ticket the number of the giving, from 0: a window that is given again has another
 */
export function claim(claims: Claims, ticket: number): boolean {
  return Atomics.exchange(claims, ticket % OFFSETS, ticket + 1) !== ticket + 1
}
