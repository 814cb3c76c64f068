/** The object of a JSON text around an offset; its begin and end may be cut off. @module */
import { isOpened } from '../../text/quoted.ts'
import { isAt, latin } from '../../text/text_run.ts'

/** Letters to either side of an offset that belong to one key: a 16,384-bit RSA key with its certificate chain. */
export const SIDE_MOST = 24_576
const [OPEN, CLOSE, QUOTE] = [0x7b, 0x7d, 0x22]

const PERCENT = 0x25
/** A sign as a URL has it. */
const IN_URL = /^%(?:25)*(22|7[bd])/i

/** The sign that begins at a letter, which a URL may have escaped. */
function signAt(chars: Uint8Array, at: number): number | undefined {
  if (chars[at] !== PERCENT) return chars[at]
  const code = IN_URL.exec(latin(chars, at, at + 16))?.[1]
  return code === undefined ? PERCENT : Number.parseInt(code, 16)
}

export interface JsonObject {
  /** Its brace, or as far as nothing says that it is another object. */
  readonly from: number
  /** Behind its brace, or where it is cut. */
  readonly end: number
}

/** @param mark a name or value that no other object has: so no letter is passed by more than two anchors */
export function objectAround(chars: Uint8Array, at: number, mark: string): JsonObject {
  const first = mark.charCodeAt(0)
  const isOther = (i: number): boolean =>
    chars[i] === 0 || (chars[i] === first && isAt(chars, i, mark) && isOpened(chars, i))
  const most = Math.min(chars.length, at + SIDE_MOST)
  let [end, depth] = [at + 1, 0]
  for (; end < most && !isOther(end); end++) {
    const sign = signAt(chars, end)
    if (sign === CLOSE && depth-- === 0) break
    if (sign === OPEN) depth += 1
  }
  const to = end < most && signAt(chars, end) === CLOSE ? end + 1 : end
  const least = Math.max(0, at - SIDE_MOST)
  depth = 0
  let from = at
  for (let i = at - 1; i >= least && !isOther(i); i--) {
    const sign = signAt(chars, i)
    if (sign === OPEN && depth-- === 0) return { from: i, end: to }
    if (sign === CLOSE) depth += 1
    if (sign === QUOTE && depth === 0) from = i
  }
  return { from, end: to }
}
