/**
 * Names and values between quotes, whatever the quotes became on their way: JSON, JSON within JSON, Python, HTML, URLs.
 * Sources of regular expressions. @module
 */

/** `"`, `'`, `\"`, `\\\"`, `\u0022`, `&quot;`, `%22`. */
export const QUOTE: string = String.raw`(?:\\{0,64}["']|\\{1,64}u002[27]|&quot;|&#3[49];|&apos;|%2[27])`
/** Blanks and escaped line ends. */
export const SPACE: string = String.raw`(?:[\s+]|\\+[nrt])*`
export const COLON: string = '(?::|%3A)'
/** As many letters that begin no quote as the longest value has: n of 16,384 bits is 2,731. */
const UNQUOTED = String.raw`(?:[^"'\\&%]|(?!${QUOTE})[\\&%]){0,16384}`

/** `"name": "value"`. */
export const MEMBER: string = `${QUOTE}(?<name>[\\w#-]{1,16})${QUOTE}${SPACE}${COLON}${SPACE}${QUOTE}(?<value>${UNQUOTED})${QUOTE}`

/** The last letters of the quotes above. */
const QUOTE_ENDS: ReadonlySet<number | undefined> = new Set(Buffer.from(`"';27`))

/** Whether a quote ends right before `at`. */
export function isOpened(chars: Uint8Array, at: number): boolean {
  return QUOTE_ENDS.has(chars[at - 1])
}
