/**
 * Secrets in terms of Erlang that are by themselves: whole numbers, and strings of bytes.
 *
 * A term begins with a header: its size in words from the seventh bit on, and what it is in the four bits before that.
 *
 * - A number is {header, digits of 64 bits, the lowest first}.
 * - A string of up to 64 bytes is {header, size, bytes}. Its size is in bits, and up to OTP 26 in bytes.
 * - A longer one is outside of the heap of its process: {flags, room, count, size, bytes}.
 *
 * Of 64-bit processes, lowest byte first. OTP 24 to 26 were not seen in a process.
 * Sources: `erts/emulator/beam/erl_term.h`, `erl_bits.h`, `erl_binary.h` and `big.h` of Erlang/OTP 24 to 28. @module
 */
const WORD = 8
const SIZE_SHIFT = 6n
/** What a term is, with the two bits of a header. */
const TAG = { number: 0x08n, bits: 0x20n, bytes: 0x24n } as const
/** The longest string that is on a heap. */
const HEAP_BYTES = 64
/** Terms of one size in a window: more is no process, but made. */
const TERMS_MOST = 2000
/** Where a string outside of a heap is not counted as often as this. */
const COUNT_END = 1n << 24n
/** Of a string outside of a heap, from its size on. */
const OUTSIDE = { flags: -24, count: -8, bytes: 8 } as const
const FLAGS_END = 0x100n

/** A number, a string on a heap, and one outside. */
export type TermKind = 'erlang-number' | 'erlang-string' | 'erlang-binary'

const header = (words: number, tag: bigint): bigint => (BigInt(words) << SIZE_SHIFT) | tag

/** Words that are before a secret of so many bytes, and of which kind of term each is. */
export function termWords(
  length: number,
  limbs: number,
): readonly { readonly word: bigint; readonly what: TermKind }[] {
  const inWords = Math.ceil(length / WORD)
  const numbers =
    limbs === 0 ? [] : [{ word: header(limbs, TAG.number), what: 'erlang-number' } as const]
  if (length > HEAP_BYTES)
    return [...numbers, { word: BigInt(length), what: 'erlang-binary' } as const]
  const strings = [TAG.bits, TAG.bytes].map(
    (tag) => ({ word: header(inWords + 1, tag), what: 'erlang-string' }) as const,
  )
  return [...numbers, ...strings]
}

/** Terms of one size in a window, by where what they hold begins. */
export class TermList {
  readonly numbers: number[] = []
  readonly strings: number[] = []
  readonly #length: number

  /** @param length of what they hold, in bytes */
  constructor(length: number) {
    this.#length = length
  }

  /** @param at where a word of {@link termWords} is in `bytes`, of a term of that kind if it is one */
  add(bytes: Uint8Array, at: number, what: TermKind): void {
    const list = what === 'erlang-number' ? this.numbers : this.strings
    if (list.length >= TERMS_MOST) return
    if (what === 'erlang-number') list.push(at + WORD)
    else if (what === 'erlang-string' && this.#isString(bytes, at)) list.push(at + 2 * WORD)
    else if (what === 'erlang-binary' && isBinary(bytes, at)) list.push(at + OUTSIDE.bytes)
  }

  #isString(bytes: Uint8Array, at: number): boolean {
    const tag = wordAt(bytes, at) & ((1n << SIZE_SHIFT) - 1n)
    return wordAt(bytes, at + WORD) === BigInt(tag === TAG.bits ? 8 * this.#length : this.#length)
  }
}

/** Whether what is before the size at `at` can be that of a string outside of a heap. */
function isBinary(bytes: Uint8Array, at: number): boolean {
  const count = wordAt(bytes, at + OUTSIDE.count)
  return count > 0n && count < COUNT_END && wordAt(bytes, at + OUTSIDE.flags) < FLAGS_END
}

/** The word at an offset, or one that no term has. */
function wordAt(bytes: Uint8Array, at: number): bigint {
  if (at < 0 || at + WORD > bytes.length) return (1n << 64n) - 1n
  return new DataView(bytes.buffer, bytes.byteOffset + at, WORD).getBigUint64(0, true)
}
