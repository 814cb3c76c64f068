/** Which of the words that were entered into a kernel are equal: it names only the first of those. @module */
import type { EqualWords } from './conjugate_types.ts'

/** By the index of a word the indexes of those that are equal and come later. */
export function repeatsOf(firsts: Uint32Array): EqualWords {
  const repeats = new Map<number, number[]>()
  for (let k = 0; k < firsts.length; k++) {
    const first = firsts[k]
    if (first === k || first === undefined) continue
    const existing = repeats.get(first)
    if (existing === undefined) repeats.set(first, [k])
    else existing.push(k)
  }
  return repeats
}
