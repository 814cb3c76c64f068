/** Numbers of known RSA keys in the digits of other runtimes. */
import { BEFORE, type DigitShape } from '../../slices/conjugate.ts'
import type { Budget } from '../values/budget.ts'
import {
  areRandomDigits,
  DIGIT_ENCODINGS,
  type DigitEncoding,
  digitCount,
  digitShape,
  digitsAt,
} from '../values/digit_encodings.ts'
import { leakCost } from './located_numbers.ts'
import { type Spelled, WHOLE_COST, wholeFound } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import type { SliceContext, SliceResult } from './slice_context.ts'

/** Encodings in which d alone is searched for: runtimes that keep no factors use them. */
const WHOLE_DIGIT_ENCODINGS = DIGIT_ENCODINGS.filter(({ name }) =>
  ['python-digits-30', 'go-limbs-63', 'bn-js-smi-26', 'bn-js-smi-26-compressed'].includes(name),
)

interface DigitNumber extends Spelled {
  readonly x: bigint
}

export class DigitSearch {
  /** By encoding and bits: groups of equal size share what the kernel finds for them. */
  readonly #shapes = new Map<string, DigitShape>()

  search(context: SliceContext, group: RsaGroup): SliceResult {
    const { leaks, keys, shape, bits } = group
    const { digits: budget } = group.searchLimits.budgets
    const factorCost = leakCost(group, leaks.length)
    const numbers = DIGIT_ENCODINGS.flatMap((encoding) =>
      this.#numbers(context, encoding, shape.bits, budget, factorCost).map(
        ({ at, length, spelling, x }) => ({ at, length, spelling, x, group, leaks, sides: 3 }),
      ),
    )
    const wholeCost = WHOLE_COST * keys.length
    const found = WHOLE_DIGIT_ENCODINGS.flatMap((encoding) =>
      this.#numbers(context, encoding, bits, budget, wholeCost).flatMap(({ x, ...location }) =>
        keys.flatMap((key) => wholeFound(location, key, x)),
      ),
    )
    return { found, numbers }
  }

  #numbers(
    { kernel, length }: SliceContext,
    encoding: DigitEncoding,
    bits: number,
    budget: Budget,
    cost: number,
  ): readonly DigitNumber[] {
    if (budget.isSpent(cost)) return []
    const count = digitCount(encoding, bits)
    const numbers: DigitNumber[] = []
    for (const at of kernel.digitRuns(this.#shapeOf(encoding, bits), length)) {
      if (!areRandomDigits(encoding, kernel.slice, BEFORE + at, count)) continue
      if (!budget.take(cost)) break
      const x = digitsAt(encoding, kernel.slice, BEFORE + at, count)
      if (x === undefined) continue
      numbers.push({ at, length: count * encoding.slot, spelling: encoding.name, x })
    }
    return numbers
  }

  #shapeOf(encoding: DigitEncoding, bits: number): DigitShape {
    const name = `${encoding.name} ${bits}`
    const shape = this.#shapes.get(name) ?? digitShape(encoding, bits)
    this.#shapes.set(name, shape)
    return shape
  }
}
