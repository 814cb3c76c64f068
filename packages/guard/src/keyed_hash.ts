/**
 * What a token is told by in a set, under secrets of the process: 128 bits of the hash of its signing input, and where its
 * id belongs.
 *
 * Each word is a sum of 16-bit pieces, each times a secret of its own, modulo a prime just below 2^32. Two inputs that differ
 * give the same word for one in 2^32 of the secrets, and the same four for one in 2^128, whatever the inputs are: who does
 * not know the secrets can prepare no two tokens that look alike, though he computes for as long as he likes.
 * Source: Carter and Wegman, "Universal classes of hash functions", 1979.
 *
 * @module
 */
import { randomInt } from 'node:crypto'

/** The largest prime below 2^32. */
const PRIME = 4_294_967_291
export const ID_WORDS = 4
export const INPUT_WORDS = 8
/** Words that {@link KeyedHash.input} gives. */
const GIVEN = 4

const secrets = (words: number): Float64Array =>
  Float64Array.from({ length: 2 * words }, () => randomInt(PRIME))

export class KeyedHash {
  readonly #place: Float64Array = secrets(ID_WORDS)
  readonly #table: Float64Array = secrets(ID_WORDS)
  readonly #inputs: readonly Float64Array[] = Array.from({ length: GIVEN }, () =>
    secrets(INPUT_WORDS),
  )

  /** Where a token belongs within its table, 32 bits. @param at of the id's words */
  place(words: Uint32Array, at: number): number {
    return spread(sum(words, at, this.#place))
  }

  /** The same of the table, 32 bits. */
  table(words: Uint32Array, at: number): number {
    return spread(sum(words, at, this.#table))
  }

  /** One of four words of the hash of the signing input. @param at of its {@link INPUT_WORDS} words */
  input(words: Uint32Array, at: number, which: 0 | 1 | 2 | 3): number {
    return sum(words, at, this.#inputs[which] ?? this.#place)
  }
}

/** Another word for each word, so that what follows one another is not put side by side. Source: MurmurHash3, public domain. */
function spread(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Exact: at most sixteen products below 2^48 make less than 2^53. */
function sum(words: Uint32Array, at: number, keys: Float64Array): number {
  let total = 0
  for (let i = 0; i < keys.length; i += 2) {
    const word = words[at + i / 2] ?? 0
    total += (word >>> 16) * (keys[i] ?? 0) + (word & 0xffff) * (keys[i + 1] ?? 0)
  }
  const rest = total - Math.floor(total / PRIME) * PRIME
  return rest < 0 ? rest + PRIME : rest >= PRIME ? rest - PRIME : rest
}
