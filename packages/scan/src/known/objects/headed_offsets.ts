/**
 * Secrets behind a word that shows what is there: objects of CPython, terms of Erlang, strings of
 * OCaml, and structures of bignum libraries, all of 64-bit processes, lowest byte first. One row
 * each: the words, how what is around them must look, where the secret begins, and how it is read.
 * - CPython: int is {count, class*, size, digits of 30 bits in four bytes each}, where size is the
 *   number of digits, and eight times that from 3.12 on; bytes is {count, class*, length, hash,
 *   bytes, 0}.
 * - Erlang: a header has a size in words from the seventh bit on. A number is {header, digits of 64
 *   bits}; a string of up to 64 bytes {header, size, bytes}, its size in bits, up to OTP 26 in
 *   bytes; a longer one {flags, room, count, size, bytes}.
 * - Strings of PHP and Ruby, arrays of .NET, Mono and GHC: {length, bytes}; what glibc's malloc
 *   gave: {size and flags, bytes}.
 * - OCaml: a string is {words · 1024 + colour · 256 + 252, bytes, zeros and how many}, in whole
 *   words.
 * - OpenSSL's BIGNUM {limbs*, int top, int dmax, int neg, int flags}; mbedTLS's {limbs*, short
 *   sign, unsigned short n}; GMP's {int alloc, int size, limbs*}; LibTomMath's {int used, int
 *   alloc, int sign, digits*}. The secret is where they point to.
 * Sources: Include/cpython/longintrepr.h and bytesobject.h of CPython 3.8 to 3.13;
 * `erts/emulator/beam/erl_term.h`, `erl_bits.h`, `erl_binary.h` and `big.h` of Erlang/OTP 24 to 28;
 * runtime/caml/mlvalues.h of OCaml 5.3.
 */
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { digitCount, PYTHON_DIGITS, TOMMATH_DIGITS } from '../values/digit_encodings.ts'
import { chunkSize } from './chunk_head.ts'
import { pointerAt } from './pointers.ts'

const WORD = 8

/** Bytes of a secret, and limbs of 8 bytes where libraries keep it as a number, else 0. */
export interface SecretSize {
  readonly length: number
  readonly limbs: number
}

export interface Head {
  readonly words: (size: SecretSize) => readonly bigint[]
  readonly isNumber?: boolean
  /** Whether the rest of it is around the word; absent where it need not be. */
  readonly isOne?: (bytes: Uint8Array, at: number, length: number) => boolean
  /** From the word on: where what it holds begins; 0 where pointers beside it lead there. */
  readonly holds: number
}

interface Holder extends Head {
  readonly budget: 'strings' | 'terms'
}

const pair = (low: number, high: number): bigint => BigInt(low) | (BigInt(high) << 32n)
/** Digits that LibTomMath makes room for at once. */
const TOMMATH_ROOM = 32
const TAG = { number: 0x08n, bits: 0x20n, bytes: 0x24n } as const
const TAG_BITS = 6n
const header = (words: number, tag: bigint): bigint => (BigInt(words) << TAG_BITS) | tag
/** The longest string that is on a heap of Erlang. */
const HEAP_BYTES = 64

/** glibc's malloc: the chunk before is in use, and it may be of an arena of a thread. */
const CHUNK_FLAGS = [1, 5]
/** What the collector of OCaml notes in a header, and how many words a string takes behind it. */
const OCAML_COLOURS = [0, 1, 2, 3]
const ocamlWords = (length: number): number => Math.floor(length / WORD) + 1

export const LIMBS: Head = {
  isNumber: true,
  words: ({ limbs }) => [
    pair(limbs, limbs),
    ...[1, 2].flatMap((room) => [pair(limbs, limbs + room), pair(limbs + room, limbs)]),
    BigInt(1 | (limbs << 16)),
  ],
  holds: 0,
}

export const TOMMATH: Head = {
  isNumber: true,
  words: ({ length }) => {
    const used = digitCount(TOMMATH_DIGITS, 8 * length)
    return [pair(used, TOMMATH_ROOM), pair(used, used)]
  },
  holds: 0,
}

export const PYTHON_INT: Head = {
  isNumber: true,
  words: ({ length }) => [1, 8].map((each) => BigInt(each * digitCount(PYTHON_DIGITS, 8 * length))),
  isOne: isPythonObject,
  holds: WORD,
}

export const HOLDERS: readonly Holder[] = [
  {
    // CPython writes a zero behind the bytes of a string.
    words: ({ length }) => [BigInt(length)],
    isOne: (bytes, at, length) => bytes[at + 2 * WORD + length] === 0 && isPythonObject(bytes, at),
    holds: 2 * WORD,
    budget: 'strings',
  },
  {
    words: ({ length }) =>
      [length, ...CHUNK_FLAGS.map((flags) => chunkSize(length) | flags)].map(BigInt),
    isOne: (bytes, at, length) => isRandomLookingAt(bytes, at + WORD, length),
    holds: WORD,
    budget: 'strings',
  },
  {
    isNumber: true,
    words: ({ limbs }) => [header(limbs, TAG.number)],
    holds: WORD,
    budget: 'terms',
  },
  {
    words: ({ length }) =>
      length > HEAP_BYTES
        ? []
        : [TAG.bits, TAG.bytes].map((tag) => header(Math.ceil(length / WORD) + 1, tag)),
    isOne: (bytes, at, length) => {
      const isInBits = BigInt.asUintN(Number(TAG_BITS), wordAt(bytes, at)) === TAG.bits
      return wordAt(bytes, at + WORD) === BigInt(isInBits ? 8 * length : length)
    },
    holds: 2 * WORD,
    budget: 'terms',
  },
  {
    words: ({ length }) => (length > HEAP_BYTES ? [BigInt(length)] : []),
    isOne: isErlangBinary,
    holds: WORD,
    budget: 'terms',
  },
  {
    words: ({ length }) =>
      OCAML_COLOURS.map((colour) => BigInt((ocamlWords(length) << 10) | (colour << 8) | 252)),
    isOne: (bytes, at, length) => {
      const last = ocamlWords(length) * WORD - 1
      return bytes[at + WORD + last] === last - length
    },
    holds: WORD,
    budget: 'terms',
  },
]

export const HEADS: readonly Head[] = [LIMBS, TOMMATH, PYTHON_INT, ...HOLDERS]

function wordAt(bytes: Uint8Array, at: number): bigint {
  if (at < 0 || at + WORD > bytes.length) return (1n << 64n) - 1n
  return new DataView(bytes.buffer, bytes.byteOffset + at, WORD).getBigUint64(0, true)
}

/** Counts of a string outside of a heap, and its flags, are below this. */
const COUNT_END = 1n << 24n
const FLAGS_END = 0x100n

function isErlangBinary(bytes: Uint8Array, at: number): boolean {
  const count = wordAt(bytes, at - WORD)
  return count > 0n && count < COUNT_END && wordAt(bytes, at - 3 * WORD) < FLAGS_END
}

const CLASS_END = 1n << 47n

function isPythonObject(bytes: Uint8Array, at: number): boolean {
  const count = wordAt(bytes, at - 2 * WORD)
  const type = pointerAt(bytes, at - WORD)
  return count > 0n && count < 1n << 32n && type !== undefined && type < CLASS_END
}

/** OpenSSL's flags: secret (constant time, or from the secure heap), and more than there are. */
const FLAGS = { secret: 0x4 | 0x8, end: 0x10 } as const

function isSecret(bytes: Uint8Array, at: number): boolean {
  const word = wordAt(bytes, at + WORD)
  const [sign, flags] = [BigInt.asUintN(32, word), Number(word >> 32n)]
  return sign <= 1n && flags < FLAGS.end && (flags & FLAGS.secret) !== 0
}

/** Addresses that structures of limbs point to, those of secret numbers first; each once. */
export function limbAddresses(bytes: Uint8Array, offsets: readonly number[]): readonly bigint[] {
  const secret = new Set<bigint>()
  const others = new Set<bigint>()
  for (const at of offsets) {
    const before = pointerAt(bytes, at - WORD)
    if (before !== undefined) (isSecret(bytes, at) ? secret : others).add(before)
    const behind = pointerAt(bytes, at + WORD)
    if (behind !== undefined) others.add(behind)
  }
  return [...new Set([...secret, ...others])]
}

export const tommathAddresses = (
  bytes: Uint8Array,
  offsets: readonly number[],
): readonly bigint[] => [...new Set(offsets.flatMap((at) => pointerAt(bytes, at + 2 * WORD) ?? []))]
