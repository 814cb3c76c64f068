/**
 * Ranges of letters that decode to ASCII or are hex digits, from samples. Values above 63 are no
 * letters. A property test compares with references.
 */

export const LEAST_TEXT = 32
export const LEAST_HEX = 56
/** A run that is long enough has all letters of one of these blocks. */
const BLOCK = LEAST_TEXT / 2
export const PHASES = [0, 1, 2, 3] as const
export const ALL_FAIL = 15

export interface LetterRange {
  readonly from: number
  readonly to: number
}

/** Letters that stand for ASCII where groups of four begin at offsets that leave `phase`. */
export interface TextRange extends LetterRange {
  readonly phase: number
}

/** By a letter's value and place: phases in which it cannot stand for ASCII, a bit each. */
const FAILS = Uint8Array.from({ length: 256 }, (_, index) => {
  const [offset, value] = [index >> 6, index & 63]
  const isBit = [value >= 32, (value & 8) !== 0, (value & 2) !== 0, false]
  let bits = 0
  for (const phase of PHASES) if (isBit[(offset - phase + 4) % 4] === true) bits |= 1 << phase
  return bits
})

const HEX_OF_LETTER = Uint8Array.from({ length: 256 }, (_, value) => {
  if (value >= 52 && value < 62) return value - 52
  if (value >= 26 && value < 32) return value - 16
  return value < 6 ? value + 10 : 16
})

const IS_NO_HEX = Uint8Array.from({ length: 256 }, (_, index) => Number(hexOf(index & 63) > 15))

export function failsOf(value: number, offset: number): number {
  return FAILS[((offset & 3) << 6) | value] ?? ALL_FAIL
}

export function hexOf(value: number): number {
  return HEX_OF_LETTER[value] ?? 16
}

/** Runs that are ASCII in one of the four phases, in order of where they end. */
export function textRanges(values: Uint8Array, length: number): TextRange[] {
  const found: TextRange[] = []
  const done = [0, 0, 0, 0]
  for (let block = 0; block + BLOCK <= length; block += BLOCK) {
    let fails = 0
    for (let k = 0; k < BLOCK && fails !== ALL_FAIL; k++) {
      fails |= failsOf(values[block + k] ?? 0, k)
    }
    if (fails === ALL_FAIL) continue
    for (const phase of PHASES) {
      if ((fails & (1 << phase)) !== 0 || (done[phase] ?? 0) > block) continue
      const run = { values, length, from: done[phase] ?? 0 }
      const { from, to } = around(run, block, FAILS, 1 << phase)
      done[phase] = to
      if (to - from >= LEAST_TEXT) found.push({ from, to, phase })
    }
  }
  return found.toSorted((a, b) => a.to - b.to || a.phase - b.phase)
}

export function hexRanges(values: Uint8Array, length: number): LetterRange[] {
  const found: LetterRange[] = []
  let done = 0
  for (let at = 0; at < length; at += LEAST_HEX) {
    if (at < done || hexOf(values[at] ?? 0) > 15) continue
    const range = around({ values, length, from: done }, at, IS_NO_HEX, 1)
    done = range.to
    if (range.to - range.from >= LEAST_HEX) found.push(range)
  }
  return found
}

interface Letters extends Omit<LetterRange, 'to'> {
  readonly values: Uint8Array
  readonly length: number
}

/** Letters in a row without bits of `mask`, in a table by position and value. */
function around(run: Letters, at: number, table: Uint8Array, mask: number): LetterRange {
  const { values, length } = run
  let [from, to] = [at, at + 1]
  while (from > run.from && !isOut(values, from - 1, table, mask)) from--
  while (to < length && !isOut(values, to, table, mask)) to++
  return { from, to }
}

function isOut(values: Uint8Array, at: number, table: Uint8Array, mask: number): boolean {
  return ((table[((at & 3) << 6) | (values[at] ?? 0)] ?? ALL_FAIL) & mask) !== 0
}
