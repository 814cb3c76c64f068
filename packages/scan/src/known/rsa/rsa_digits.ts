/** Numbers of known RSA keys in the digits of other runtimes. @module */
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import { BEFORE, type ConjugateKernel, type DigitShape } from '../../slices/conjugate.ts'
import type { Budget } from '../values/budget.ts'
import {
  areRandomDigits,
  DIGIT_ENCODINGS,
  type DigitEncoding,
  digitCount,
  digitsAt,
  wordOfDigit,
} from '../values/digit_encodings.ts'
import type { FoundValue } from '../values/found_value.ts'
import { type LocatedNumber, leakCost } from './located_numbers.ts'
import { type Spelled, WHOLE_COST, wholeFound } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import type { SliceContext, SliceResult } from './rsa_search.ts'

/** Forms in which a private exponent alone is searched for: runtimes that keep no factors use them. */
const WHOLE_DIGIT_ENCODINGS = DIGIT_ENCODINGS.filter(({ form }) =>
  ['python-digits-30', 'go-limbs-63', 'bn-js-smi-26', 'bn-js-smi-26-compressed'].includes(form),
)

interface DigitNumber extends Spelled {
  readonly x: bigint
}

/** Numbers of one size in one form of digits. */
interface DigitChoice {
  readonly form: DigitEncoding
  readonly shape: DigitShape
  /** Digits of a number. */
  readonly count: number
}

/** What is searched for of one group of keys, worked out once. */
interface DigitPlan {
  readonly factors: readonly DigitChoice[]
  readonly factorCost: number
  readonly wholes: readonly DigitChoice[]
  readonly wholeCost: number
}

/** Searches slices. Keeps what the kernel must know of each encoding and size. */
export class DigitSearch {
  readonly #plans = new Map<RsaGroup, DigitPlan>()
  /** By form and bits: groups of equal size share what the kernel finds for them. */
  readonly #choices = new Map<string, DigitChoice>()

  search({ kernel, length }: SliceContext, group: RsaGroup): SliceResult {
    const { factors, factorCost, wholes, wholeCost } = this.#planOf(group)
    const { leaks } = group
    const { digits: budget } = group.searchLimits.budgets
    const numbers: LocatedNumber[] = []
    for (const choice of factors) {
      for (const number of numbersOf(kernel, length, choice, budget, factorCost)) {
        numbers.push({ ...number, group, leaks, sides: 3 })
      }
    }
    const found: FoundValue[] = []
    for (const choice of wholes) {
      for (const { x, ...place } of numbersOf(kernel, length, choice, budget, wholeCost)) {
        for (const key of group.keys) {
          found.push(...wholeFound(place, key, x))
        }
      }
    }
    return { found, numbers }
  }

  #planOf(group: RsaGroup): DigitPlan {
    const existing = this.#plans.get(group)
    if (existing !== undefined) return existing
    const plan = {
      factors: DIGIT_ENCODINGS.map((form) => this.#choiceOf(form, group.shape.bits)),
      factorCost: leakCost(group, group.leaks.length),
      wholes: WHOLE_DIGIT_ENCODINGS.map((form) => this.#choiceOf(form, group.bits)),
      wholeCost: WHOLE_COST * group.keys.length,
    }
    this.#plans.set(group, plan)
    return plan
  }

  #choiceOf(form: DigitEncoding, bits: number): DigitChoice {
    const name = `${form.form} ${bits}`
    const existing = this.#choices.get(name)
    if (existing !== undefined) return existing
    const choice = { form, shape: digitShape(form, bits), count: digitCount(form, bits) }
    this.#choices.set(name, choice)
    return choice
  }
}

/** Numbers that begin in the slice, as far as the budget reaches. */
function numbersOf(
  kernel: ConjugateKernel,
  length: number,
  { form, shape, count }: DigitChoice,
  budget: Budget,
  cost: number,
): readonly DigitNumber[] {
  if (budget.isSpent(cost)) return []
  const places = kernel.digitRuns(shape, length)
  const numbers: DigitNumber[] = []
  for (const at of places) {
    if (!areRandomDigits(form, kernel.slice, BEFORE + at, count)) continue
    if (!budget.take(cost)) break
    const x = digitsAt(form, kernel.slice, BEFORE + at, count)
    if (x === undefined) continue
    numbers.push({ at, length: count * form.slot, spelling: form.form, x })
  }
  return numbers
}

function digitShape(form: DigitEncoding, bits: number): DigitShape {
  const slots = digitCount(form, bits)
  const topBits = bits - (slots - 1) * form.width
  const greatest = (width: number): bigint => wordOfDigit(form, (1n << BigInt(width)) - 1n)
  return {
    digitKind: digitKind(form),
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
function digitKind({ slot, coding }: DigitEncoding): 0 | 1 | 2 | 3 {
  if (slot !== 8) return 0
  if (coding === 'smi-high') return 2
  return coding === 'double' ? 3 : 1
}
