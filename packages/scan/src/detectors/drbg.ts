/**
 * Tells the key of a random generator from a key that somebody chose.
 *
 * OpenSSL 3 keeps the state of its CTR-DRBG as `size_t keylen; int use_df; unsigned char K[32]; V[16]`: the raw key
 * right behind the number 32 and a truth value. Every process that drew random bytes has one to three of them, each
 * with two schedules (seen in Node 20).
 *
 * Source: providers/implementations/rands/drbg_ctr.c of OpenSSL 3.0, struct rand_drbg_ctr_st.
 *
 * @module
 */

export const DRBG_KEY_BYTES = 32
/** Places looked at: an attacker may have filled the window with copies of the key. */
const PLACES = 64

/** Whether `window` holds `key` as the state of a generator. */
export function isDrbgKey(window: Uint8Array, key: Uint8Array): boolean {
  if (key.length !== DRBG_KEY_BYTES) return false
  const bytes = Buffer.from(window.buffer, window.byteOffset, window.length)
  let at = bytes.indexOf(key)
  for (let places = 0; at !== -1 && places < PLACES; places++) {
    if (isDrbgState(window, at)) return true
    at = bytes.indexOf(key, at + 1)
  }
  return false
}

/** Whether the key of 32 bytes that lies there is part of a generator's state. */
export function isDrbgState(window: Uint8Array, at: number): boolean {
  if (at < 12) return false
  const view = new DataView(window.buffer, window.byteOffset, window.length)
  const useDf = view.getUint32(at - 4, true)
  return view.getBigUint64(at - 12, true) === BigInt(DRBG_KEY_BYTES) && useDf <= 1
}
