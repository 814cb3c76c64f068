/** The `Name: value` lines between an armor's first line and its body, and its last line. @module */
import { skipJunk } from './base64.ts'
import { isAt, isBlank, latin } from './text_run.ts'

const HEADERS_MOST = 16
const HEADER_MOST = 1024

/** Steps over `Name: value` lines. */
export function skipHeaders(
  chars: Uint8Array,
  from: number,
): { readonly body: number; readonly isEncrypted: boolean } {
  let at = skipJunk(chars, from, chars.length)
  let isEncrypted = false
  for (let i = 0; i < HEADERS_MOST; i++) {
    const colon = headerColon(chars, at)
    if (colon < 0) break
    const end = lineEnd(chars, colon)
    const name = latin(chars, at, colon)
    const value = latin(chars, colon, Math.min(end, colon + 64))
    isEncrypted ||= name === 'Proc-Type' && value.includes('ENCRYPTED')
    at = skipJunk(chars, end, chars.length)
  }
  return { body: at, isEncrypted }
}

function headerColon(chars: Uint8Array, at: number): number {
  const most = Math.min(chars.length, at + 32)
  for (let i = at; i < most; i++) {
    const letter = chars[i]
    if (letter === 0x3a) return i > at && isBlank(chars[i + 1]) ? i : -1
    const lower = (letter ?? 0) | 0x20
    if (letter !== 0x2d && (lower < 0x61 || lower > 0x7a)) return -1
  }
  return -1
}

/** Where the line ends, in line feeds or in escapes. */
function lineEnd(chars: Uint8Array, from: number): number {
  const most = Math.min(chars.length, from + HEADER_MOST)
  for (let i = from; i < most; i++) {
    const letter = chars[i]
    if (letter === 0x0a || letter === 0x0d) return i
    if (letter === 0x5c && (chars[i + 1] === 0x6e || chars[i + 1] === 0x72)) return i
  }
  return most
}

/** Behind `-----END …-----` where it follows, else `end`. */
export function armorEnd(chars: Uint8Array, end: number, label: string): number {
  const dashes = skipJunk(chars, end, chars.length)
  const footer = `-----END ${label}-----`
  return isAt(chars, dashes, footer) ? dashes + footer.length : end
}
