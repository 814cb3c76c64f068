/** Numbers spelled as text: hexadecimal, base64 and decimal runs, and the bytes they can mean. */
/** Bytes that a run of text means, and how to find an offset in them back. */
export interface DecodedText {
  readonly encoding: 'hex' | 'base64'
  readonly bytes: Uint8Array
  /** Where the text begins that gives byte `index`; `bytes.length` gives where it ends. */
  readonly textAt: (index: number) => number
}

export interface DecimalText {
  readonly at: number
  readonly length: number
  readonly value: bigint
}

/** More decimal digits than this are not read as one number: reading takes time by their square. */
const MOST_DECIMALS = 5000

/** A run of text: a character a byte, or in UTF-16 one every two bytes. */
export interface TextRun {
  readonly text: string
  readonly at: number
  readonly unit: 1 | 2
}

/** The kernel's text as characters; of two bytes a character, of whichever is not zero. */
export function runOf(bytes: Uint8Array, at: number, unit: 1 | 2): TextRun {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (unit === 1) return { text: view.toString('latin1'), at, unit }
  // The first and last block may be of something else: the second shows which bytes count.
  const first = bytes[16] === 0 ? 1 : 0
  const narrow = Buffer.from(view.filter((_, index) => index % 2 === first))
  const text = narrow.toString('latin1')
  narrow.fill(0)
  const lead = /^.{0,7}[^\w+/:\r\n-]/s.exec(text)?.[0].length ?? 0
  const tail = /[^\w+/:\r\n-].{0,7}$/s.exec(text.slice(lead))?.[0].length ?? 0
  return { text: text.slice(lead, text.length - tail), at: at + first + lead * 2, unit }
}

interface Stripped {
  readonly text: string
  readonly offsetOf: (k: number) => number
}

const PARTS = /[^\r\n:]+/g
const LINES = /[^\r\n]+/g

function stripped({ text, at, unit }: TextRun, from: number, to: number, runs: RegExp): Stripped {
  const part = text.slice(from, to)
  const offsetAt = (k: number): number => at + (from + k) * unit
  const pieces = [...part.matchAll(runs)]
  const left = pieces.map(([piece]) => piece).join('')
  if (left.length === part.length)
    return { text: part, offsetOf: (k) => offsetAt(Math.min(k, part.length)) }
  const offsets = new Uint32Array(left.length)
  let next = 0
  for (const { 0: piece, index } of pieces)
    for (let k = 0; k < piece.length; k++) offsets[next++] = index + k
  // Behind the last that is left: what is there besides belongs to nothing.
  return { text: left, offsetOf: (k) => offsetAt(offsets[k] ?? (offsets.at(-1) ?? -1) + 1) }
}

/**
 * In every alignment; a later begin counts only at either end. `least`: bytes of a number; `edge`:
 * more characters than the longest takes.
 */
export function decodeRun(run: TextRun, least: number, edge: number): DecodedText[] {
  const { text } = run
  const hexadecimal = hexRuns(stripped(run, 0, text.length, PARTS), least)
  // A run that is hexadecimal throughout means that, and not base64 that happens to look so.
  if (/^[\da-fA-F:\r\n]*$/.test(text)) return hexadecimal
  const found = hexadecimal
  let from = 0
  while (from < text.length) {
    const colon = text.indexOf(':', from)
    const to = colon < 0 ? text.length : colon
    if (to - from >= least) {
      const part = stripped(run, from, to, LINES)
      for (const range of randomRanges(part.text, Math.floor((least * 4) / 3) - 2)) {
        found.push(...base64Phases(rangeOf(part, range), least, edge))
      }
    }
    from = to + 1
  }
  return found
}

const isDigit = (code: number): boolean => code >= 0x30 && code < 0x3a

const isHex = (code: number): boolean =>
  isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) < 0x67)

/** Runs of at least so many such characters. Where there are none, examines one in `least`. */
function* longRuns(
  text: string,
  least: number,
  isOne: (code: number) => boolean,
): Generator<{ readonly from: number; readonly to: number }> {
  let at = least - 1
  while (at < text.length) {
    let from = at
    let to = at
    if (isOne(text.charCodeAt(at))) {
      while (from > 0 && isOne(text.charCodeAt(from - 1))) from--
      while (to < text.length && isOne(text.charCodeAt(to))) to++
      if (to - from >= least) yield { from, to }
    }
    at = to + least
  }
}

function hexRuns({ text, offsetOf }: Stripped, least: number): DecodedText[] {
  const found: DecodedText[] = []
  for (const match of longRuns(text, 2 * least, isHex)) {
    for (const phase of [0, 1]) {
      const begin = match.from + phase
      const bytes = Buffer.from(text.slice(begin, match.to), 'hex')
      if (bytes.length < least) continue
      found.push({ encoding: 'hex', bytes, textAt: (index) => offsetOf(begin + 2 * index) })
    }
  }
  return found
}

interface LetterRange {
  readonly from: number
  readonly to: number
}

/** Ten times the log of how much likelier a character is in names and words than in base64. */
const TEXT_SCORES: ReadonlyMap<string, number> = new Map(
  `A-11 B-13 C-8 D-11 E6 F-12 G-16 H-17 I-2 J-16 K-13 L-9 M-10 N1 O-11 P-7 Q-22 R-8 S3 T-9 U-18 V-15 W-18 X-22 Y-22 Z-7
  a12 b-1 c7 d3 e15 f-5 g0 h0 i10 j-15 k-9 l9 m3 n9 o10 p3 q-19 r12 s11 t12 u3 v-2 w-9 x-10 y-4 z-16
  0-5 14 2-1 3-7 4-4 5-10 6-8 7-11 8-4 9-11 +-22 /7 --8 _7`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 1), Number(entry.slice(1))]),
)
const SCORES = Int8Array.from(
  { length: 128 },
  (_, code) => TEXT_SCORES.get(String.fromCharCode(code)) ?? 0,
)

/** Random base64 exceeds this with a chance of e^−16: likelihoods sum up to less than 1. */
const MOST_SCORE = 160

/** Paths and words are of the alphabet too. Begins are multiples of 4: groups stay whole. */
export function randomRanges(text: string, width: number): LetterRange[] {
  const runs: { from: number; to: number }[] = []
  let score = 0
  for (let k = 0; k < text.length; k++) {
    score += SCORES[text.charCodeAt(k) & 0x7f] ?? 0
    const begin = k - width + 1
    if (begin < 0) continue
    const last = runs.at(-1)
    if (score <= MOST_SCORE) {
      if (last !== undefined && begin <= last.to) last.to = k + 1
      else runs.push({ from: begin & ~3, to: k + 1 })
    }
    score -= SCORES[text.charCodeAt(begin) & 0x7f] ?? 0
  }
  return runs
}

function rangeOf({ text, offsetOf }: Stripped, { from, to }: LetterRange): Stripped {
  return { text: text.slice(from, to), offsetOf: (k) => offsetOf(from + k) }
}

function base64Phases({ text, offsetOf }: Stripped, least: number, edge: number): DecodedText[] {
  const found: DecodedText[] = []
  const decode = (from: number, to: number): void => {
    const bytes = Buffer.from(text.slice(from, to), 'base64')
    if (bytes.length < least) return
    const textAt = (index: number): number => offsetOf(from + Math.floor((index * 4) / 3))
    found.push({ encoding: 'base64', bytes, textAt })
  }
  decode(0, text.length)
  for (let phase = 1; phase < 4; phase++) {
    if (text.length <= 2 * edge) decode(phase, text.length)
    else {
      decode(phase, edge)
      decode(phase + ((text.length - edge) & ~3), text.length)
    }
  }
  return found
}

/** Decimal numbers whose length can be that of `leastBits` bits or more. */
export function decimalsOf({ text, at, unit }: TextRun, leastBits: number): DecimalText[] {
  const least = Math.floor(leastBits * Math.log10(2))
  const found: DecimalText[] = []
  for (const { from, to } of longRuns(text, least, isDigit)) {
    const length = to - from
    if (length > MOST_DECIMALS) continue
    const value = BigInt(text.slice(from, to))
    found.push({ at: at + from * unit, length: length * unit, value })
  }
  return found
}
