/**
 * Numbers of JavaScript libraries in the heap of V8: an array of small integers, or of floating point numbers where one of them
 * was none for a moment, a digit each, lowest first (bn.js, jsbn).
 *
 * Nothing leads to such an array but an object among many thousands, so that all runs of such words are examined: there
 * are few of digits that could be random.
 * Source: `src/objects/smi.h` and `fixed-array.h` of V8, with words of 64 bits. @module
 */
import {
  DIGIT_ENCODINGS,
  type DigitEncoding,
  digitCount,
  wordOfDigit,
} from '../values/digit_encodings.ts'

/** Runs that are kept of a window. */
const MOST_RUNS = 4096
/** Of random digits nearly all are no smaller; of a heap's other numbers, which are many, few are as large. */
const LARGE = { smi: 2 ** 18, double: 1023 + 18 } as const
/** So many of a run may be small, as in `digit_encodings.ts`. */
const MOST_SMALL = 5
/** Bits of the widest digits; the others have two fewer. */
const WIDEST = 28
const SMI_END = 2 ** WIDEST
/** Of a floating point number: where its exponent is in the higher half, that of 1, and that of 2^28. */
const EXPONENT = { shift: 20, least: 1023, end: 1023 + WIDEST } as const
/** Lower bits of a whole number below 2^28 that are 0. */
const FRACTION = 2 ** 25 - 1

type Coding = 'smi-high' | 'double' | undefined

/** Words in a row that may be digits. */
export interface DigitRun {
  /** Of its first byte. */
  readonly at: number
  readonly words: number
  readonly coding: Coding
}

/** Forms that are searched for. */
export const V8_ENCODINGS: readonly DigitEncoding[] = DIGIT_ENCODINGS.filter(
  ({ coding }) => coding === 'smi-high' || coding === 'double',
)

/** Words that are examined, of each so many: a run of ten has one of them. */
const STRIDE = 8

/**
 * Runs of `least` words and more, which are {@link STRIDE} at least, at multiples of 8 that begin in [from, to).
 *
 * @param bytes begin at a multiple of 4 of their memory; otherwise none are found
 */
export function digitRuns(
  bytes: Uint8Array,
  from: number,
  to: number,
  least: number,
): readonly DigitRun[] {
  if (bytes.byteOffset % 4 !== 0) return []
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, (bytes.length >> 3) * 2)
  const first = Math.ceil(from / 8)
  const runs: DigitRun[] = []
  for (let k = first; k * 8 < to + STRIDE * 8 && k * 2 < words.length; k += STRIDE) {
    // Most of memory ends here.
    if (((words[2 * k] ?? 0) & FRACTION) !== 0) continue
    const run = runAround(words, first, k)
    if (run === undefined) continue
    k = run.end - STRIDE + ((STRIDE - ((run.end - first) % STRIDE)) % STRIDE)
    const isLong = run.end - run.begin >= least && run.large >= least - MOST_SMALL
    if (!isLong || run.begin * 8 >= to || runs.length >= MOST_RUNS) continue
    runs.push({ at: run.begin * 8, words: run.end - run.begin, coding: run.coding })
  }
  return runs
}

/** In words of 8 bytes. */
interface Run {
  readonly begin: number
  readonly end: number
  readonly coding: Coding
  /** Words that are no small numbers. */
  readonly large: number
}

function runAround(words: Uint32Array, first: number, at: number): Run | undefined {
  const codingAt = (k: number): Coding => codingOf(words[2 * k] ?? 0, words[2 * k + 1] ?? 0)
  const coding = codingAt(at)
  if (coding === undefined) return undefined
  let begin = at
  while (begin > first && codingAt(begin - 1) === coding) begin--
  let end = begin
  let large = 0
  for (; codingAt(end) === coding; end++) if (isLarge(coding, words[2 * end + 1] ?? 0)) large++
  return { begin, end, coding, large }
}

function isLarge(coding: Coding, high: number): boolean {
  if (coding === 'smi-high') return high >= LARGE.smi
  return coding === 'double' && high >>> EXPONENT.shift >= LARGE.double
}

function codingOf(low: number, high: number): Coding {
  if (high === 0) return undefined
  if (low === 0 && high < SMI_END) return 'smi-high'
  const exponent = high >>> EXPONENT.shift
  const isWhole = exponent >= EXPONENT.least && exponent < EXPONENT.end && (low & FRACTION) === 0
  return isWhole ? 'double' : undefined
}

/**
 * Where digits of an encoding begin that make up a number of so many bits: behind the array's length, which is a small
 * integer itself.
 */
export function* offsetsInRuns(
  bytes: Uint8Array,
  runs: readonly DigitRun[],
  form: DigitEncoding,
  bits: number,
): Generator<number, void, void> {
  const count = digitCount(form, bits)
  for (const { at, words, coding } of runs) {
    const head = coding === 'smi-high' ? 1 : 0
    const isForm = coding === form.coding && count + head <= words
    const first = at + head * form.slot
    if (isForm && hasWidth(bytes, first, count, form)) yield first
  }
}

/** Whether a digit but the last needs the bits that the widest of them have more than the next: of random ones one does. */
function hasWidth(bytes: Uint8Array, at: number, count: number, form: DigitEncoding): boolean {
  if (form.width < WIDEST) return true
  const least = wordOfDigit(form, 1n << BigInt(form.width - 2)) >> 32n
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, count * form.slot)
  for (let k = 0; k < count - 1; k++) {
    if (view.getUint32(k * form.slot + 4, true) >= least) return true
  }
  return false
}
