/**
 * Secrets of Ed25519 and its kin as Java keeps them: the OCTET STRING of PKCS#8 in an array of bytes of its own, whose length
 * stands before it. There is no copy of the public half in such a key that would tell an array of its class.
 *
 * Source: sun.security.pkcs.PKCS8Key and EdDSAPrivateKeyImpl of OpenJDK 17 and 21.
 *
 * @module
 */

const OCTET_STRING = 0x04
/** Of the OCTET STRING, whose length is one byte. */
const HEAD = 2
/** Arrays of one length in a window: more is no process, but made. */
const ARRAYS_MOST = 2000

/** Where in `bytes` secrets of `length` bytes begin in such arrays. */
export function javaOctets(bytes: Uint8Array, length: number): readonly number[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const told = Buffer.from([length + HEAD, 0, 0, 0, OCTET_STRING, length])
  const places: number[] = []
  for (let at = all.indexOf(told); at >= 0; at = all.indexOf(told, at + told.length)) {
    if (places.length >= ARRAYS_MOST) break
    if (at % 4 === 0) places.push(at + told.length)
  }
  return places
}
