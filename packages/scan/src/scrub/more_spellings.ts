/**
 * Spellings that no scan would prove a key by, and that programs print keys in all the same.
 *
 * Source: `Buffer.prototype.toJSON` and `util.inspect` of Node.js, `hexdump`, C arrays as `xxd -i` writes them.
 *
 * @module
 */
import { toBigEndian } from '../arithmetic/modular.ts'

export interface Spelling {
  readonly form: string
  readonly bytes: Uint8Array
}

/** Lists of the bytes of a number, highest first and lowest first, in ASCII and in UTF-16. */
export function moreSpellings(value: bigint, bits: number): readonly Spelling[] {
  const bytes = toBigEndian(value, Math.ceil(bits / 8))
  const reversed = bytes.toReversed()
  const spellings = [bytes, reversed].flatMap((order) => {
    const hex = [...order].map((byte) => byte.toString(16).padStart(2, '0'))
    return [
      hex.join(' '),
      hex.join(' ').toUpperCase(),
      hex.map((digits) => `0x${digits}`).join(', '),
      [...order].join(','),
      [...order].join(', '),
    ]
  })
  bytes.fill(0)
  reversed.fill(0)
  return spellings.flatMap((text) => [
    { form: 'byte-list', bytes: Uint8Array.from(Buffer.from(text, 'latin1')) },
    { form: 'byte-list-utf16', bytes: Uint8Array.from(Buffer.from(text, 'utf16le')) },
  ])
}
