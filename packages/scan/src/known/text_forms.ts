/**
 * Numbers spelled as text: runs of hexadecimal, base64 and decimal digits, and the bytes that they can mean.
 *
 * @module
 */

/** Bytes that a run of text means, and how to find a place in them back. */
export interface DecodedText {
  readonly form: 'hex' | 'base64'
  readonly bytes: Uint8Array
  /** Where the text begins that gives byte `index`; `bytes.length` gives where it ends. */
  readonly textAt: (index: number) => number
}

/** A whole number in decimal digits. */
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
  /** Where its first character begins. */
  readonly at: number
  /** Bytes of a character. */
  readonly unit: 1 | 2
}

/** The text of bytes that the kernel says are text; of two bytes a character, of whichever is not zero. */
export function runOf(bytes: Uint8Array, at: number, unit: 1 | 2): TextRun {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (unit === 1) return { text: view.toString('latin1'), at, unit }
  // The first and the last block may be of something else in part: the second tells which bytes are the text's.
  const first = bytes[16] === 0 ? 1 : 0
  const narrow = Buffer.from(view.filter((_, index) => index % 2 === first))
  const text = narrow.toString('latin1')
  narrow.fill(0)
  const lead = /^.{0,7}[^\w+/:\r\n-]/s.exec(text)?.[0].length ?? 0
  const tail = /[^\w+/:\r\n-].{0,7}$/s.exec(text.slice(lead))?.[0].length ?? 0
  return { text: text.slice(lead, text.length - tail), at: at + first + lead * 2, unit }
}

/** Text without some of its characters, and where those that are left were. */
interface Stripped {
  readonly text: string
  readonly placeOf: (k: number) => number
}

function stripped({ text, at, unit }: TextRun, from: number, to: number, out: RegExp): Stripped {
  const part = text.slice(from, to)
  const placeAt = (k: number): number => at + (from + k) * unit
  if (!out.test(part)) return { text: part, placeOf: placeAt }
  const places: number[] = []
  for (let k = 0; k < part.length; k++) if (!out.test(part[k] ?? '')) places.push(k)
  return {
    text: places.map((k) => part[k]).join(''),
    placeOf: (k) => placeAt(places[k] ?? part.length),
  }
}

/**
 * What a run of base64 characters, colons and line ends can mean, in every alignment.
 *
 * @param least bytes that a number of interest takes
 */
export function decodeRun(run: TextRun, least: number): DecodedText[] {
  const { text } = run
  const hexadecimal = hexRuns(stripped(run, 0, text.length, /[\r\n:]/), least)
  // A run that is hexadecimal throughout means that, and not base64 that happens to look so.
  if (/^[\da-fA-F:\r\n]*$/.test(text)) return hexadecimal
  const found = hexadecimal
  let from = 0
  while (from < text.length) {
    const colon = text.indexOf(':', from)
    const to = colon < 0 ? text.length : colon
    if (to - from >= least) found.push(...base64Phases(stripped(run, from, to, /[\r\n]/), least))
    from = to + 1
  }
  return found
}

function hexRuns({ text, placeOf }: Stripped, least: number): DecodedText[] {
  const found: DecodedText[] = []
  for (const match of text.matchAll(/[\da-fA-F]+/g)) {
    if (match[0].length < 2 * least) continue
    for (const phase of [0, 1]) {
      const begin = match.index + phase
      const bytes = Buffer.from(match[0].slice(phase), 'hex')
      if (bytes.length < least) continue
      found.push({ form: 'hex', bytes, textAt: (index) => placeOf(begin + 2 * index) })
    }
  }
  return found
}

function base64Phases({ text, placeOf }: Stripped, least: number): DecodedText[] {
  const found: DecodedText[] = []
  for (let phase = 0; phase < 4; phase++) {
    const bytes = Buffer.from(text.slice(phase), 'base64')
    if (bytes.length < least) continue
    const textAt = (index: number): number => placeOf(phase + Math.floor((index * 4) / 3))
    found.push({ form: 'base64', bytes, textAt })
  }
  return found
}

/** The decimal numbers of a run whose length can be that of a number of `leastBits` bits or more. */
export function decimalsOf({ text, at, unit }: TextRun, leastBits: number): DecimalText[] {
  const least = Math.floor(leastBits * Math.log10(2))
  const found: DecimalText[] = []
  for (const match of text.matchAll(/\d+/g)) {
    const { length } = match[0]
    if (length < least || length > MOST_DECIMALS) continue
    found.push({ at: at + match.index * unit, length: length * unit, value: BigInt(match[0]) })
  }
  return found
}
