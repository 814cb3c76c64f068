/**
 * Limits for untrusted documents. Measured: the largest public set has below 100 keys and 200 kB.
 */
export const MOST_BYTES: number = 8 << 20
export const MOST_KEYS = 20_000
/** Objects and lists inside one another in JSON, elements in XML. */
export const MOST_DEPTH = 32
export const MOST_ELEMENTS = 200_000
/** In one `x5c`, or of one entity. */
export const MOST_CERTIFICATES = 16
/** The largest RSA key that OpenSSL verifies with. */
export const MOST_RSA_BITS = 16_384
export const MOST_FILES = 20_000

export type Read<T> = { readonly value: T } | { readonly problem: string }

const BYTE_ORDER_MARKS: Readonly<Record<string, string>> = { fffe: 'utf-16le', feff: 'utf-16be' }

/** Tools of Windows write UTF-16: read as UTF-8, nothing would be found in it. */
export const decoded = (bytes: Buffer): string =>
  new TextDecoder(BYTE_ORDER_MARKS[bytes.toString('hex', 0, 2)] ?? 'utf-8').decode(bytes)

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
