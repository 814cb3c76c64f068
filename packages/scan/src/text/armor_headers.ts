/** The lines between an armor's first line and its body, and its last line. */
import { skipJunk } from './base64.ts'
import { isAt, latin } from './text_run.ts'

const HEADERS_MOST = 16
const HEADER_MOST = 1024
const NAME = /^([A-Za-z-]{1,31}):[ \t-\r]/

export function skipHeaders(
  chars: Uint8Array,
  from: number,
): { readonly body: number; readonly isEncrypted: boolean } {
  let at = skipJunk(chars, from, chars.length)
  let isEncrypted = false
  for (let i = 0; i < HEADERS_MOST; i++) {
    const name = NAME.exec(latin(chars, at, at + 33))?.[1]
    if (name === undefined) break
    const colon = at + name.length
    const end = lineEnd(chars, colon)
    const value = latin(chars, colon, Math.min(end, colon + 64))
    isEncrypted ||= name === 'Proc-Type' && value.includes('ENCRYPTED')
    at = skipJunk(chars, end, chars.length)
  }
  return { body: at, isEncrypted }
}

function lineEnd(chars: Uint8Array, from: number): number {
  const most = Math.min(chars.length, from + HEADER_MOST)
  const length = latin(chars, from, most + 1).search(/[\n\r]|\\[nr]/)
  return length < 0 ? most : from + length
}

export function armorEnd(chars: Uint8Array, end: number, label: string): number {
  const dashes = skipJunk(chars, end, chars.length)
  const footer = `-----END ${label}-----`
  return isAt(chars, dashes, footer) ? dashes + footer.length : end
}
