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

const KEY_BYTES = 32
/** Places looked at: an attacker may have filled the window with copies of the key. */
const PLACES = 64

/** Whether `window` holds `key` as the state of a generator. */
export function isDrbgKey(window: Uint8Array, key: Uint8Array): boolean {
  if (key.length !== KEY_BYTES) return false
  const bytes = Buffer.from(window.buffer, window.byteOffset, window.length)
  const view = new DataView(window.buffer, window.byteOffset, window.length)
  let at = bytes.indexOf(key)
  for (let places = 0; at !== -1 && places < PLACES; places++) {
    if (isState(view, at)) return true
    at = bytes.indexOf(key, at + 1)
  }
  return false
}

function isState(view: DataView, at: number): boolean {
  if (at < 12) return false
  const useDf = view.getUint32(at - 4, true)
  return view.getBigUint64(at - 12, true) === BigInt(KEY_BYTES) && useDf <= 1
}
