/** The JSON object around a member, also in a string or a URL. */
import { isOpened } from '../../text/quoted.ts'
import { isAt, latin } from '../../text/text_run.ts'

/** Letters to either side: a 16,384-bit RSA key with its certificate chain. */
export const SIDE_MOST = 24_576

const [OPEN, CLOSE, DOUBLE_QUOTE, PERCENT] = [0x7b, 0x7d, 0x22, 0x25]
const IN_URL = /^%(?:25)*(22|7[bd])/i

function signAt(chars: Uint8Array, at: number): number | undefined {
  if (chars[at] !== PERCENT) return chars[at]
  const code = IN_URL.exec(latin(chars, at, at + 16))?.[1]
  return code === undefined ? PERCENT : Number.parseInt(code, 16)
}

/**
 * As far as nothing shows another object. @param mark only this object has it: no letter is passed
 * by more than two anchors
 */
export function objectAround(
  chars: Uint8Array,
  at: number,
  mark: string,
): { readonly from: number; readonly end: number } {
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
    if (sign === DOUBLE_QUOTE && depth === 0) from = i
  }
  return { from, end: to }
}
