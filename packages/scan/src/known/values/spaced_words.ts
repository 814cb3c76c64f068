/** With as many consecutive words of a pattern as a step has offsets, one is at a multiple. */
/** Of a word that is looked up. */
export const WORD_BYTES = 8
/** The greatest step that pays: half as many offsets, for twice as many words. */
const MOST_STEP = 16
/** Most words of a table: each takes some 200 bytes. */
const MOST_WORDS = 1 << 17

/** Bytes of a pattern in which a word begins at a multiple of `step`, wherever the pattern is. */
export const extentOf = (step: number): number => WORD_BYTES + step - 1

/** The greatest power of two up to `most` with long enough patterns and not too many words. */
export function stepFor(patterns: readonly Uint8Array[], most: number): number {
  const shortest = patterns.reduce((least, { length }) => Math.min(least, length), MOST_STEP * 2)
  let step = Math.min(most, MOST_STEP)
  while (step > 1 && (extentOf(step) > shortest || patterns.length * step > MOST_WORDS)) step /= 2
  return step
}

export function wordsFrom(pattern: Uint8Array, at: number, step: number): bigint[] {
  const view = new DataView(pattern.buffer, pattern.byteOffset, pattern.length)
  return Array.from({ length: step }, (_, k) => view.getBigUint64(at + k, true))
}
