/** Regular expressions for quoted names and values: JSON, nested JSON, Python, HTML, URLs. */

/** `"`, `'`, `\"`, `\\\"`, `\u0022`, `&quot;`, `%22`, `%2522`. */
export const QUOTE: string = String.raw`(?:\\{0,64}["']|\\{1,64}u002[27]|&quot;|&#3[49];|&apos;|%(?:25)*2[27])`
export const SPACE: string = String.raw`(?:[\s+]|\\+[nrt]|%(?:25)*(?:20|0[9ADad]))*`
export const COLON: string = '(?::|%(?:25)*3[Aa])'
/** As many letters that begin no quote as the longest value has: n of 16,384 bits is 2,731. */
const UNQUOTED = String.raw`(?:[^"'\\&%]|(?!${QUOTE})[\\&%]){0,16384}`

/** `"name": "value"`. */
export const MEMBER: string = `${QUOTE}(?<name>[\\w#-]{1,16})${QUOTE}${SPACE}${COLON}${SPACE}${QUOTE}(?<value>${UNQUOTED})${QUOTE}`

const QUOTE_ENDS: ReadonlySet<number | undefined> = new Set(Buffer.from(`"';27`))

export function isOpened(chars: Uint8Array, at: number): boolean {
  return QUOTE_ENDS.has(chars[at - 1])
}
