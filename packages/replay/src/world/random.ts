/** Source: Blackman and Vigna, xoshiro128** 1.1; seeded by Steele's SplitMix32 mix. */

const GOLDEN = 0x9e3779b9

export function mix(...parts: readonly number[]): number {
  let state = 0x6d696e74
  for (const part of parts) state = scramble((state + GOLDEN) ^ part ^ Math.floor(part / 2 ** 32))
  return state
}

function scramble(value: number): number {
  let z = value >>> 0
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

/** A stream of numbers from one seed. Not for secrets. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: number) {
    this.#a = scramble(seed + GOLDEN)
    this.#b = scramble(seed + 2 * GOLDEN)
    this.#c = scramble(seed + 3 * GOLDEN)
    // All four zero would be the one state that never leaves zero.
    this.#d = scramble(seed + 4 * GOLDEN) | 1
  }

  next(): number {
    const product = Math.imul(this.#b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  below(bound: number): number {
    return Math.floor((this.next() / 2 ** 32) * bound)
  }

  between(from: number, to: number): number {
    return from + this.below(to - from)
  }

  chance(share: number): boolean {
    return this.next() < share * 2 ** 32
  }

  pick<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)]
    if (chosen === undefined) throw new RangeError('nothing to pick from')
    return chosen
  }
}
