/** Text as bytes of their own, which can be wiped, and the texts of single bytes. */
const ENCODER = new TextEncoder()

export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  ENCODER.encodeInto(text, bytes)
  return bytes
}

/** The same text in UTF-16, lowest byte first. */
export function wideBytes(ascii: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ascii.length * 2)
  for (let k = 0; k < ascii.length; k++) bytes[2 * k] = ascii[k] ?? 0
  return bytes
}

export const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

export function joinedBytes(bytes: Uint8Array, textOf: readonly string[], between: string): string {
  let text = ''
  for (let k = 0; k < bytes.length; k++) {
    text += k === 0 ? (textOf[bytes[k] ?? 0] ?? '') : between + (textOf[bytes[k] ?? 0] ?? '')
  }
  return text
}
