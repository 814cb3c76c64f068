/** Powers of one number, many of them: a quarter of what each takes by itself. */

const DIGIT_BITS = 4
const DIGITS = 1 << DIGIT_BITS

/** What {@link FixedBase.power} takes: a cost as in `work_budget.ts`. */
export function fixedBaseCost(modulusBits: number, exponentBits: number): number {
  return (exponentBits / DIGIT_BITS) * (350 + 3.3 * (modulusBits / 64) ** 2)
}

/** Its table grows with the exponents: 16 numbers for each four bits. */
export class FixedBase {
  readonly #modulus: bigint
  /** Of each digit's position: the base to the power of 16^position, and of its multiples. */
  readonly #table: bigint[][] = []
  #next: bigint

  constructor(base: bigint, modulus: bigint) {
    this.#modulus = modulus
    this.#next = base % modulus
  }

  power(exponent: bigint): bigint {
    let result = 1n % this.#modulus
    const digits = exponent.toString(DIGITS)
    for (let position = 0; position < digits.length; position++) {
      const digit = Number.parseInt(digits[digits.length - 1 - position] ?? '0', DIGITS)
      if (digit !== 0) result = (result * (this.#row(position)[digit] ?? 1n)) % this.#modulus
    }
    return result
  }

  #row(position: number): readonly bigint[] {
    while (this.#table.length <= position) {
      const base = this.#next
      const row = [1n]
      for (let digit = 1; digit < DIGITS; digit++) {
        row.push(((row[digit - 1] ?? 1n) * base) % this.#modulus)
      }
      this.#table.push(row)
      this.#next = ((row[DIGITS - 1] ?? 1n) * base) % this.#modulus
    }
    return this.#table[position] ?? []
  }
}
