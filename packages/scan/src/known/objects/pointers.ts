/** Pointers of 64-bit processes whose lowest byte comes first. @module */

/** The word at `at`, if a process can have it as an address, whatever it is a multiple of. */
export function addressAt(bytes: Uint8Array, at: number): bigint | undefined {
  // These bytes exclude most words that are no address.
  if (at < 0 || at + 8 > bytes.length || bytes[at + 7] !== 0 || bytes[at + 6] !== 0)
    return undefined
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true)
}

/** The same, if a structure can begin there. */
export const pointerAt = (bytes: Uint8Array, at: number): bigint | undefined =>
  isPointer(bytes, at) ? addressAt(bytes, at) : undefined

/** Whether there is one. */
export function isPointer(bytes: Uint8Array, at: number): boolean {
  if (at < 0 || bytes[at + 7] !== 0 || bytes[at + 6] !== 0 || ((bytes[at] ?? 1) & 7) !== 0)
    return false
  for (let k = at + 2; k < at + 6; k++) if (bytes[k] !== 0) return true
  return false
}
