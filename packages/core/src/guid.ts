/**
 * GUIDs: 16 bytes, their text, and the two byte orders in which they are written. Canonical text is
 * lower-case with hyphens and no braces, as RFC 9562 prints it. .NET writes the first three fields
 * little-endian (`Guid.ToByteArray()`), so the same GUID has two byte strings.
 */

/** Value of a hex digit by character code; 255 elsewhere. */
const NIBBLE: Uint8Array = new Uint8Array(256).fill(255)
for (let i = 0; i < 10; i++) NIBBLE[0x30 + i] = i
for (let i = 0; i < 6; i++) {
  NIBBLE[0x41 + i] = 10 + i
  NIBBLE[0x61 + i] = 10 + i
}

const HYPHEN = 0x2d
const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) =>
  i.toString(16).padStart(2, '0'),
)

const hex = (bytes: Uint8Array, at: number) => HEX[bytes[at] ?? 0] ?? ''

/** Canonical text of 16 bytes in RFC 9562 (network) order. */
export function guidOfBytes(bytes: Uint8Array): string {
  let out = ''
  for (let at = 0; at < 16; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) out += '-'
    out += hex(bytes, at)
  }
  return out
}

/** Canonical text of 16 bytes in .NET `Guid.ToByteArray()` order. */
export function guidOfNetBytes(b: Uint8Array): string {
  const fields = `${hex(b, 3)}${hex(b, 2)}${hex(b, 1)}${hex(b, 0)}-${hex(b, 5)}${hex(b, 4)}`
  const rest = `${hex(b, 10)}${hex(b, 11)}${hex(b, 12)}${hex(b, 13)}${hex(b, 14)}${hex(b, 15)}`
  return `${fields}-${hex(b, 7)}${hex(b, 6)}-${hex(b, 8)}${hex(b, 9)}-${rest}`
}

/**
 * The GUID that `value` spells, in canonical text; `''` if it spells none. Reads any letter case,
 * braces or parentheses around it, 32 digits without hyphens, and white space on both sides. The
 * all-zero GUID is returned like any other.
 */
export function readGuid(value: unknown): string {
  if (typeof value !== 'string') return ''
  if (value.length === 36) {
    const shape = hyphenated(value)
    return shape === 'lower' ? value : shape === 'mixed' ? value.toLowerCase() : ''
  }
  // A GUID is never longer than 38 characters; the rest is room for white space around it.
  return value.length < 32 || value.length > 80 ? '' : readLooseGuid(value.trim())
}

function readLooseGuid(spelled: string): string {
  const { length } = spelled
  if (length === 36) return hyphenated(spelled) === 'no' ? '' : spelled.toLowerCase()
  if (length === 38) {
    const fence = `${spelled[0]}${spelled[37]}`
    const inner = spelled.slice(1, 37)
    const isGuid = (fence === '{}' || fence === '()') && hyphenated(inner) !== 'no'
    return isGuid ? inner.toLowerCase() : ''
  }
  if (length !== 32) return ''
  for (let at = 0; at < 32; at++) if (NIBBLE[spelled.charCodeAt(at)] === 255) return ''
  const d = spelled.toLowerCase()
  const fields = `${d.slice(0, 8)}-${d.slice(8, 12)}-${d.slice(12, 16)}`
  const guid = `${fields}-${d.slice(16, 20)}-${d.slice(20)}`
  return hyphenated(guid) === 'lower' ? guid : ''
}

/** Whether 36 characters are a GUID, and whether any letter in it is upper-case. */
function hyphenated(spelled: string): 'lower' | 'mixed' | 'no' {
  let isMixed = false
  for (let at = 0; at < 36; at++) {
    const code = spelled.charCodeAt(at)
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (code !== HYPHEN) return 'no'
    } else {
      if ((NIBBLE[code] ?? 255) === 255) return 'no'
      if (code > 0x40 && code < 0x47) isMixed = true
    }
  }
  return isMixed ? 'mixed' : 'lower'
}
