/** GUIDs: 16 bytes, and their text as RFC 9562 prints it: lower-case, hyphens, no braces. */

const hyphenated = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('hex')

/** Canonical text of 16 bytes in RFC 9562 (network) order. */
export const guidOfBytes = (bytes: Uint8Array): string => hyphenated(hexOf(bytes))

/** In the order of .NET's `Guid.ToByteArray()`: the first three fields are little-endian. */
export function guidOfNetBytes(bytes: Uint8Array): string {
  const hex = hexOf(bytes)
  const turned = [6, 4, 2, 0, 10, 8, 14, 12].map((at) => hex.slice(at, at + 2)).join('')
  return hyphenated(turned + hex.slice(16))
}

const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const DIGITS = /^[\da-f]{32}$/i
const FENCED = /^(?:\{(.{36})\}|\((.{36})\))$/

/** Canonical text, `''` for no GUID. Reads any case, braces, no hyphens, outer white space. */
export function readGuid(value: unknown): string {
  if (typeof value !== 'string' || value.length < 32 || value.length > 80) return ''
  if (GUID.test(value)) return value.toLowerCase()
  const spelled = value.trim()
  const [, inBraces, inParentheses] = FENCED.exec(spelled) ?? []
  const inner = inBraces ?? inParentheses ?? spelled
  if (GUID.test(inner)) return inner.toLowerCase()
  return DIGITS.test(inner) ? hyphenated(inner.toLowerCase()) : ''
}
