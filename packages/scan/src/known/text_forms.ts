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

/**
 * What a run of base64 characters and line ends can mean, in every alignment.
 *
 * @param text the run, Latin-1
 * @param at where it begins
 * @param least bytes that a number of interest takes
 */
export function decodeRun(text: string, at: number, least: number): DecodedText[] {
  const places: number[] = []
  let stripped = ''
  if (/[\r\n]/.test(text)) {
    for (let k = 0; k < text.length; k++) {
      const code = text.charCodeAt(k)
      if (code !== 10 && code !== 13) places.push(k)
    }
    stripped = text.replaceAll(/[\r\n]/g, '')
  } else stripped = text
  const placeOf = (k: number): number => at + (places[k] ?? (places.length > 0 ? text.length : k))
  const hexadecimal = hexRuns(stripped, placeOf, least)
  // A run that is hexadecimal throughout means that, and not base64 that happens to look so.
  if (/^[\da-fA-F]*$/.test(stripped)) return hexadecimal
  return [...hexadecimal, ...base64Phases(stripped, placeOf, least)]
}

function hexRuns(text: string, placeOf: (k: number) => number, least: number): DecodedText[] {
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

function base64Phases(text: string, placeOf: (k: number) => number, least: number): DecodedText[] {
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
export function decimalsOf(text: string, at: number, leastBits: number): DecimalText[] {
  const least = Math.floor(leastBits * Math.log10(2))
  const found: DecimalText[] = []
  for (const match of text.matchAll(/\d+/g)) {
    const { length } = match[0]
    if (length < least || length > MOST_DECIMALS) continue
    found.push({ at: at + match.index, length, value: BigInt(match[0]) })
  }
  return found
}
