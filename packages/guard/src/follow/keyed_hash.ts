/**
 * Identifies a token by 128 bits of its input hash under secrets, and by the slot of its id. A word
 * is a sum of 16-bit pieces, each times a secret, modulo a prime. Two inputs collide for one in
 * 2^128 of the secrets: nobody can prepare them. Source: Carter and Wegman, "Universal classes of
 * hash functions", 1979.
 */
import { randomInt } from 'node:crypto'

/** The largest prime below 2^32. */
const PRIME = 4_294_967_291
export const ID_WORDS = 4
export const INPUT_WORDS = 8

/** Position within a table, and four words of the input hash. */
export interface Slot {
  mark: number
  input0: number
  input1: number
  input2: number
  input3: number
}

const secrets = (count: number): Float64Array =>
  Float64Array.from({ length: count }, () => randomInt(PRIME))

export class KeyedHash {
  /** Two for a word: of its upper and its lower half. */
  readonly #ofId: Float64Array = secrets(2 * 2 * ID_WORDS)
  readonly #ofInput: Float64Array = secrets(2 * 4 * INPUT_WORDS)

  /** @param at of the id's words, then the hash's. @returns 32 bits that choose a table */
  fill(words: Uint32Array, at: number, slot: Slot): number {
    this.#fillInput(words, at + ID_WORDS, slot)
    const factors = this.#ofId
    let mark = 0
    let table = 0
    for (let i = 0, k = 0; i < ID_WORDS; i++, k += 4) {
      const word = words[at + i] ?? 0
      const [high, low] = [word >>> 16, word & 0xffff]
      mark += high * (factors[k] ?? 0) + low * (factors[k + 1] ?? 0)
      table += high * (factors[k + 2] ?? 0) + low * (factors[k + 3] ?? 0)
    }
    slot.mark = spread(rest(mark))
    return spread(rest(table))
  }

  #fillInput(words: Uint32Array, at: number, slot: Slot): void {
    const factors = this.#ofInput
    let [first, second, third, fourth] = [0, 0, 0, 0]
    for (let i = 0, k = 0; i < INPUT_WORDS; i++, k += 8) {
      const word = words[at + i] ?? 0
      const [high, low] = [word >>> 16, word & 0xffff]
      first += high * (factors[k] ?? 0) + low * (factors[k + 1] ?? 0)
      second += high * (factors[k + 2] ?? 0) + low * (factors[k + 3] ?? 0)
      third += high * (factors[k + 4] ?? 0) + low * (factors[k + 5] ?? 0)
      fourth += high * (factors[k + 6] ?? 0) + low * (factors[k + 7] ?? 0)
    }
    slot.input0 = rest(first)
    slot.input1 = rest(second)
    slot.input2 = rest(third)
    slot.input3 = rest(fourth)
  }
}

/** A bijection that scatters consecutive words. Source: MurmurHash3, public domain. */
function spread(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Exact modulo the prime: at most sixteen products below 2^48 make less than 2^53. */
function rest(total: number): number {
  const left = total - Math.floor(total * (1 / PRIME)) * PRIME
  return left < 0 ? left + PRIME : left >= PRIME ? left - PRIME : left
}
