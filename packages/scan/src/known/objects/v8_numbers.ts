/**
 * Numbers of JavaScript libraries in the heap of V8 (64-bit words): an array of small integers or
 * doubles, a digit each, lowest first (bn.js, jsbn). Source: `src/objects/smi.h` and
 * `fixed-array.h` of V8.
 */
import { DIGIT_ENCODINGS, type DigitEncoding } from '../values/digit_encodings.ts'

export const V8_ENCODINGS: readonly DigitEncoding[] = DIGIT_ENCODINGS.filter(
  ({ coding }) => coding === 'smi-high' || coding === 'double',
)

const SMI_END = 2 ** 28
/** Of a double: where its exponent is in the higher half, that of 1, and that of 2^28. */
const EXPONENT = { shift: 20, least: 1023, end: 1023 + 28 } as const

/** Whether digits can begin here: behind an array's length, itself a small integer. */
export function isArrayBegin(view: DataView, at: number, { coding }: DigitEncoding): boolean {
  if (coding === 'double') return !isDigit(view, at - 8, isDoubleHigh)
  return isDigit(view, at - 8, isSmiHigh) && !isDigit(view, at - 16, isSmiHigh)
}

/** @param isHigh whether the higher half can be that of a nonzero digit; the lower half is 0 */
function isDigit(view: DataView, at: number, isHigh: (high: number) => boolean): boolean {
  return at >= 0 && view.getUint32(at, true) === 0 && isHigh(view.getUint32(at + 4, true))
}

const isSmiHigh = (high: number): boolean => high > 0 && high < SMI_END

function isDoubleHigh(high: number): boolean {
  const exponent = high >>> EXPONENT.shift
  return exponent >= EXPONENT.least && exponent < EXPONENT.end
}
