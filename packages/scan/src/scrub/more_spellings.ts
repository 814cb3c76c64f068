/**
 * Spellings that no scan would prove a key by, and that programs print keys in all the same.
 *
 * Source: `Buffer.prototype.toJSON` and `util.inspect` of Node.js, `hexdump`, `xxd`, C arrays as `xxd -i` writes them,
 * `Arrays.toString` of Java, whose bytes are signed, and escapes of string literals.
 *
 * @module
 */
import { toBigEndian } from '../arithmetic/modular.ts'

export interface Spelling {
  readonly form: string
  readonly bytes: Uint8Array
}

/** Lists of the bytes of a number, in ASCII and in UTF-16. */
export function moreSpellings(value: bigint, bits: number): readonly Spelling[] {
  const bytes = toBigEndian(value, Math.ceil(bits / 8))
  const reversed = bytes.toReversed()
  const spellings = [...plainLists(bytes), ...plainLists(reversed), ...otherLists(bytes)]
  bytes.fill(0)
  reversed.fill(0)
  return spellings.flatMap((text) => [
    { form: 'byte-list', bytes: Uint8Array.from(Buffer.from(text, 'latin1')) },
    { form: 'byte-list-utf16', bytes: Uint8Array.from(Buffer.from(text, 'utf16le')) },
  ])
}

function plainLists(bytes: Uint8Array): string[] {
  const hex = hexOf(bytes)
  return [
    hex.join(' '),
    hex.join(' ').toUpperCase(),
    hex.map((digits) => `0x${digits}`).join(', '),
    [...bytes].join(','),
    [...bytes].join(', '),
  ]
}

/** Those that are written highest byte first alone. */
function otherLists(bytes: Uint8Array): string[] {
  const hex = hexOf(bytes)
  const signed = Int8Array.from(bytes)
  const all = [
    hex.join(':').toUpperCase(),
    hex.map((digits) => `\\x${digits}`).join(''),
    [...signed].join(','),
    [...signed].join(', '),
    inPairs(hex, 0),
    inPairs(hex, 1),
  ]
  signed.fill(0)
  return all
}

function hexOf(bytes: Uint8Array): string[] {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
}

/** Two bytes a word; `phase`: how many bytes stand in the first. */
function inPairs(hex: readonly string[], phase: 0 | 1): string {
  return hex.map((digits, k) => (k > 0 && k % 2 === phase ? ` ${digits}` : digits)).join('')
}
