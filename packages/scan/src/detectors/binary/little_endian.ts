/**
 * Reads headers of Windows blobs: 32-bit words, lowest byte first.
 *
 * @module
 */

/** The word at `at`, or undefined outside the bytes. */
export function wordAt(bytes: Uint8Array, at: number): number | undefined {
  if (at < 0 || at + 4 > bytes.length) return undefined
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
  // Multiplied: shifted, the highest byte would be a sign.
  return low + (bytes[at + 3] ?? 0) * 0x1_00_00_00
}

/** `count` words from `at`, or undefined if they do not all lie within the bytes. */
export function wordsAt(bytes: Uint8Array, at: number, count: number): number[] | undefined {
  const words: number[] = []
  for (let i = 0; i < count; i++) {
    const word = wordAt(bytes, at + i * 4)
    if (word === undefined) return undefined
    words.push(word)
  }
  return words
}

/** Fields of these lengths one after another from `at`, as views, or undefined if they do not all fit. */
export function fieldsAt(
  bytes: Uint8Array,
  at: number,
  lengths: readonly number[],
): { fields: Uint8Array[]; to: number } | undefined {
  const fields: Uint8Array[] = []
  let from = at
  for (const length of lengths) {
    if (length > bytes.length - from) return undefined
    fields.push(bytes.subarray(from, from + length))
    from += length
  }
  return { fields, to: from }
}

/** Whether bytes that are written as hex with blanks stand at `at`. */
export function isAt(bytes: Uint8Array, at: number, pattern: string): boolean {
  if (at < 0) return false
  return pattern
    .split(' ')
    .every((part, i) => part === '??' || bytes[at + i] === Number.parseInt(part, 16))
}

/** Whether `value` is at least `least` and at most `most`. */
export function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}
