/**
 * Secrets in arrays of bytes of the JVM that have nothing else around them: as they are, and in the OCTET STRING that PKCS#8
 * has around those of Ed25519 and its kin. There need be no copy of the public half that would identify an array of its class.
 *
 * See `java_objects.ts`.
 * Sources: sun.security.pkcs.PKCS8Key and EdDSAPrivateKeyImpl of OpenJDK 17 and 21; Ed25519PrivateKeyParameters of
 * Bouncy Castle 1.80; HotSpot's `oops/arrayOop.hpp`. @module
 */
const OCTET_STRING = 0x04
/** Bytes of the head of an OCTET STRING, whose length is one byte. */
export const OCTETS_HEAD = 2
/** Arrays of one length in a window: more is no process, but made. */
const ARRAYS_MOST = 2000

/** Collects where secrets of one length begin in a window. */
export class ArrayList {
  readonly places: number[] = []

  /** @param arrays where those of `length` bytes, and of {@link OCTETS_HEAD} more, begin, from `base` on */
  add(bytes: Uint8Array, base: number, arrays: readonly number[], length: number): void {
    for (const array of arrays) {
      if (this.places.length >= ARRAYS_MOST) return
      const at = base + array
      if (lengthBefore(bytes, at) === length) this.places.push(at)
      else if (bytes[at] === OCTET_STRING && bytes[at + 1] === length)
        this.places.push(at + OCTETS_HEAD)
    }
  }
}

/** Of a secret: less than 65,536. */
function lengthBefore(bytes: Uint8Array, at: number): number {
  return (bytes[at - 4] ?? 0) | ((bytes[at - 3] ?? 0) << 8)
}
