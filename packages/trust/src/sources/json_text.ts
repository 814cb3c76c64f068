/** Reads untrusted JSON within bounds. @module */
import { MOST_BYTES, MOST_DEPTH } from './limits.ts'

export type Read<T> = { readonly value: T } | { readonly problem: string }

/** The text of bytes, which have to be UTF-8. */
export function readText(bytes: Uint8Array): Read<string> {
  if (bytes.length > MOST_BYTES)
    return { problem: `more than ${MOST_BYTES >> 20} MiB: refused, not read` }
  try {
    return { value: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { problem: 'not UTF-8' }
  }
}

export function readJson(source: string): Read<unknown> {
  if (depthOf(source) > MOST_DEPTH)
    return { problem: `nested deeper than ${MOST_DEPTH}: refused, not read` }
  try {
    return { value: JSON.parse(source) }
  } catch {
    return { problem: 'not JSON' }
  }
}

/** Deepest nesting, counted outside of strings: before the parser sees the text. */
function depthOf(source: string): number {
  let depth = 0
  let most = 0
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code === 0x22) at = endOfString(source, at)
    else if (code === 0x5b || code === 0x7b) most = Math.max(most, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return most
}

function endOfString(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code === 0x5c) at++
    else if (code === 0x22) return at
  }
  return source.length
}
