/**
 * Numbers of known RSA keys in the digits of other runtimes.
 *
 * @module
 */
import { bitLength } from '../arithmetic/modular.ts'
import { BEFORE, type DigitShape } from '../conjugate.ts'
import { DIGIT_FORMS, type DigitForm, digitCount, digitsAt, wordOfDigit } from './digit_forms.ts'
import { allRelations } from './relations.ts'
import { type PlacedNumber, relationCost } from './remainders.ts'
import { type Spelled, WHOLE_COST, wholeFound } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import type { SliceContext, SliceResult } from './rsa_search.ts'

/** Forms in which a private exponent alone is looked for: runtimes that keep no factors use them. */
const WHOLE_DIGIT_FORMS = DIGIT_FORMS.filter(({ form }) =>
  ['python-digits-30', 'go-limbs-63', 'bn-js-smi-26', 'bn-js-smi-26-compressed'].includes(form),
)

interface DigitNumber extends Spelled {
  readonly x: bigint
}

/** Searches slices. Keeps what the kernel must know of each form and size. */
export class DigitSearch {
  readonly #shapes = new Map<string, DigitShape>()

  search(context: SliceContext, group: RsaGroup): SliceResult {
    const relations = allRelations(group.shape.bits)
    const cost = relationCost(group, relations.length)
    const wholeCost = WHOLE_COST * group.keys.length
    const numbers = DIGIT_FORMS.flatMap((form) =>
      this.#numbers(context, group, form, { bits: group.shape.bits, cost }).map(
        (number): PlacedNumber => Object.assign(number, { group, relations, sides: 3 }),
      ),
    )
    const found = WHOLE_DIGIT_FORMS.flatMap((form) =>
      this.#numbers(context, group, form, { bits: group.bits, cost: wholeCost }).flatMap(
        ({ x, ...place }) => group.keys.flatMap((key) => wholeFound(place, key, x)),
      ),
    )
    return { found, numbers }
  }

  /** Numbers of so many bits that begin in the slice, in one form of digits, as far as the budget reaches. */
  #numbers(
    { kernel, length }: SliceContext,
    { allowance }: RsaGroup,
    form: DigitForm,
    { bits, cost }: { readonly bits: number; readonly cost: number },
  ): DigitNumber[] {
    const { digits: budget } = allowance.budgets
    if (budget.isSpent(cost)) return []
    const count = digitCount(form, bits)
    const numbers: DigitNumber[] = []
    for (const at of kernel.digitRuns(this.#shapeOf(form, bits), length)) {
      if (!budget.take(cost)) break
      const x = digitsAt(form, kernel.slice, BEFORE + at, count)
      if (x === undefined) continue
      numbers.push({ at, length: count * form.slot, spelling: form.form, x })
    }
    return numbers
  }

  #shapeOf(form: DigitForm, bits: number): DigitShape {
    const name = `${form.form} ${bits}`
    const shape = this.#shapes.get(name) ?? digitShape(form, bits)
    this.#shapes.set(name, shape)
    return shape
  }
}

function digitShape(form: DigitForm, bits: number): DigitShape {
  const slots = digitCount(form, bits)
  const topBits = bits - (slots - 1) * form.width
  const greatest = (width: number): bigint => wordOfDigit(form, (1n << BigInt(width)) - 1n)
  return {
    look: lookOf(form),
    slots,
    low: wordOfDigit(form, 1n),
    high: greatest(topBits),
    // The second digit of one number in 65,536 is less than this.
    second: wordOfDigit(form, 1n << BigInt(form.width - 16)),
    least: wordOfDigit(form, 1n),
    large: wordOfDigit(form, 1n << BigInt(form.width - 4)),
    most: greatest(form.width),
    // Eight bits below the top one; of a double, eight of its mantissa.
    shift: form.coding === 'double' ? 44 : bitLength(greatest(form.width)) - 8,
  }
}

/** See `map_digits` in the kernel. */
function lookOf({ slot, coding }: DigitForm): 0 | 1 | 2 | 3 {
  if (slot !== 8) return 0
  if (coding === 'smi-high') return 2
  return coding === 'double' ? 3 : 1
}
