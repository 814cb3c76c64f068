/**
 * Spellings that no scan would prove a key by, and that programs print keys in all the same.
 *
 * Source: `Buffer.prototype.toJSON` and `util.inspect` of Node.js, `hexdump`, `xxd`, C arrays as `xxd -i` writes them,
 * `Arrays.toString` of Java, whose bytes are signed, escapes of string literals, and
 * `repr` of Python's `bytes`.
 *
 * @module
 */
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'
import {
  asciiBytes,
  HEX_OF_BYTE,
  joinedBytes,
  wideBytes,
} from '@mintmark/scan/known/values/text_bytes'
import { ALL_TEXTS, type TextKinds } from '@mintmark/scan/known/values/text_kinds'

export interface Spelling {
  readonly form: string
  readonly bytes: Uint8Array
}

/** What stands for each byte. */
const TEXTS = {
  hex: HEX_OF_BYTE,
  upper: HEX_OF_BYTE.map((digits) => digits.toUpperCase()),
  c: HEX_OF_BYTE.map((digits) => `0x${digits}`),
  escaped: HEX_OF_BYTE.map((digits) => `\\x${digits}`),
  decimal: HEX_OF_BYTE.map((_, byte) => String(byte)),
  signed: HEX_OF_BYTE.map((_, byte) => String(byte < 128 ? byte : byte - 256)),
  literal: HEX_OF_BYTE.map((digits, byte) => inLiteral(byte) ?? `\\x${digits}`),
}

/** What `repr` of Python has for bytes that it does not write as numbers; quotes depend on the others, and stay as they are. */
function inLiteral(byte: number): string | undefined {
  if (byte === 0x5c) return '\\\\'
  if (byte >= 0x20 && byte < 0x7f) return String.fromCodePoint(byte)
  return { 9: '\\t', 10: '\\n', 13: '\\r' }[byte]
}

/**
 * Lists of the bytes of a number, in ASCII and in UTF-16.
 *
 * @param texts those in text of other kinds are left out
 */
export function moreSpellings(
  value: bigint,
  bits: number,
  texts: TextKinds = ALL_TEXTS,
): readonly Spelling[] {
  if (!(texts.wide || texts.printable)) return []
  const bytes = toBigEndian(value, Math.ceil(bits / 8))
  const reversed = bytes.toReversed()
  const areLists = texts.wide || texts.list
  const spellings = [bytes, reversed].flatMap((each) => plainLists(each, areLists))
  if (areLists) spellings.push(...otherLists(bytes))
  bytes.fill(0)
  reversed.fill(0)
  return spellings.flatMap((text) => {
    const ascii = asciiBytes(text)
    const narrow = { form: 'byte-list', bytes: ascii }
    if (!texts.wide) return [narrow]
    return [narrow, { form: 'byte-list-utf16', bytes: wideBytes(ascii) }]
  })
}

/** @param areLists whether there are others than literals of Python */
function plainLists(bytes: Uint8Array, areLists: boolean): string[] {
  const literal = joinedBytes(bytes, TEXTS.literal, '')
  if (!areLists) return [literal]
  return [
    joinedBytes(bytes, TEXTS.hex, ' '),
    joinedBytes(bytes, TEXTS.upper, ' '),
    joinedBytes(bytes, TEXTS.c, ', '),
    joinedBytes(bytes, TEXTS.decimal, ','),
    joinedBytes(bytes, TEXTS.decimal, ', '),
    literal,
  ]
}

/** Those that are written highest byte first alone. */
function otherLists(bytes: Uint8Array): string[] {
  return [
    joinedBytes(bytes, TEXTS.upper, ':'),
    joinedBytes(bytes, TEXTS.escaped, ''),
    joinedBytes(bytes, TEXTS.signed, ','),
    joinedBytes(bytes, TEXTS.signed, ', '),
    inPairs(bytes, 0),
    inPairs(bytes, 1),
  ]
}

/** Two bytes a word; `phase`: how many bytes stand in the first. */
function inPairs(bytes: Uint8Array, phase: 0 | 1): string {
  let text = ''
  for (let k = 0; k < bytes.length; k++) {
    const digits = HEX_OF_BYTE[bytes[k] ?? 0] ?? ''
    text += k > 0 && k % 2 === phase ? ` ${digits}` : digits
  }
  return text
}
