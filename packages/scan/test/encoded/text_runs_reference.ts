/** Oracles of the ranges of letters. @module */
import {
  ALL_FAIL,
  failsOf,
  hexOf,
  LEAST_HEX,
  LEAST_TEXT,
  type LetterRange,
  PHASES,
  type TextRange,
} from '../../src/encoded/text_runs.ts'

/** `textRanges`, letter by letter. */
export function textRangesReference(values: Uint8Array, length: number): TextRange[] {
  const found: TextRange[] = []
  const since = [0, 0, 0, 0]
  for (let at = 0; at <= length; at++) {
    const fails = at === length ? ALL_FAIL : failsOf(values[at] ?? 0, at)
    for (const phase of PHASES) {
      if ((fails & (1 << phase)) === 0) continue
      const from = since[phase] ?? 0
      if (at - from >= LEAST_TEXT) found.push({ from, to: at, phase })
      since[phase] = at + 1
    }
  }
  return found
}

/** `hexRanges`, letter by letter. */
export function hexRangesReference(values: Uint8Array, length: number): LetterRange[] {
  const found: LetterRange[] = []
  let from = 0
  for (let at = 0; at <= length; at++) {
    if (at < length && hexOf(values[at] ?? 0) < 16) continue
    if (at - from >= LEAST_HEX) found.push({ from, to: at })
    from = at + 1
  }
  return found
}
