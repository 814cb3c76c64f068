/** What `repr` of Python's `bytes` prints of a key: no list of numbers, as `listed_pieces.ts` reads them. @module */
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'
import {
  asciiBytes,
  HEX_OF_BYTE,
  joinedBytes,
  wideBytes,
} from '@mintmark/scan/known/values/text_bytes'

export interface Spelling {
  readonly form: string
  readonly bytes: Uint8Array
}

/** What stands for each byte; quotes depend on the others, and stay as they are. */
const LITERALS = HEX_OF_BYTE.map((digits, byte) => {
  if (byte === 0x5c) return '\\\\'
  if (byte >= 0x20 && byte < 0x7f) return String.fromCodePoint(byte)
  return { 9: '\\t', 10: '\\n', 13: '\\r' }[byte] ?? `\\x${digits}`
})

/** The bytes of a number, highest and lowest first, in ASCII and in UTF-16. */
export function literalsOf(value: bigint, bits: number): readonly Spelling[] {
  const bytes = toBigEndian(value, Math.ceil(bits / 8))
  const reversed = bytes.toReversed()
  const spellings = [bytes, reversed].flatMap((each) => {
    const ascii = asciiBytes(joinedBytes(each, LITERALS, ''))
    return [
      { form: 'byte-list', bytes: ascii },
      { form: 'byte-list-utf16', bytes: wideBytes(ascii) },
    ]
  })
  bytes.fill(0)
  reversed.fill(0)
  return spellings
}
