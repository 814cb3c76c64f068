/**
 * Says what the kernel of `assembly/java_objects.ts` means, one place at a time. Tests only.
 *
 * @module
 */

/** Places in [0, to), multiples of 8, before which the head of an array of one of `lengths` stands. */
export function javaArraysReference(
  bytes: Uint8Array,
  lengths: readonly number[],
  to: number,
): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const places: number[] = []
  for (let at = 16; at < to; at += 8) {
    const [mark, classOf, length] = [-16, -8, -4].map((back) => view.getUint32(at + back, true))
    if (mark === undefined || (mark & 3) !== 1 || classOf === 0) continue
    if (lengths.includes(length ?? -1)) places.push(at)
  }
  return places
}

/** Places in [0, to), multiples of 8, at which the sizes of a positive number of `least` to `most` bits stand. */
export function javaNumbersReference(
  bytes: Uint8Array,
  [least, most]: readonly [number, number],
  to: number,
): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const places: number[] = []
  for (let at = 16; at < to; at += 8) {
    const words = [-16, -8, -4, 0, 4].map((from) => view.getUint32(at + from, true))
    const [mark = 0, classOf, sign, count, size = 0] = words
    if ((mark & 3) !== 1 || classOf === 0 || sign !== 1 || count !== 0) continue
    if (size - 1 >= least && size - 1 <= most) places.push(at)
  }
  return places
}
