/**
 * Numbers that look random and are the same for one seed on every machine. Source: Doty-Humphrey,
 * PractRand, generator sfc32.
 */

/** A stream of numbers from one seed. Not for secrets. */
export class Random {
  #a: number
  #b: number
  #c = 0x5eed_1e57
  #counter = 1

  constructor(...seeds: readonly number[]) {
    this.#a = 0x9e37_79b9
    this.#b = 0x243f_6a88
    for (const seed of seeds) {
      this.#a ^= seed >>> 0
      this.#b ^= Math.floor(seed / 2 ** 32) >>> 0
      for (let round = 0; round < 12; round++) this.next()
    }
    for (let round = 0; round < 12; round++) this.next()
  }

  /** The next 32 bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A number in `[0, 1)`. */
  share(): number {
    return this.next() / 2 ** 32
  }

  /** A whole number in `[0, bound)`. */
  below(bound: number): number {
    return Math.floor(this.share() * bound)
  }

  /** A whole number in `[from, to)`. */
  between(from: number, to: number): number {
    return from + this.below(to - from)
  }

  /** True in `share` of the calls. */
  chance(share: number): boolean {
    return this.share() < share
  }

  /** One of `list`, which must not be empty. */
  pick<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)]
    if (chosen === undefined) throw new RangeError('nothing to pick from')
    return chosen
  }

  /** `count` of `list`, or all of them, in an order of its own. */
  sample<T>(list: readonly T[], count: number): T[] {
    const chosen = new Set<number>()
    while (chosen.size < Math.min(count, list.length)) chosen.add(this.below(list.length))
    return [...chosen].flatMap((at) => list.slice(at, at + 1))
  }
}
