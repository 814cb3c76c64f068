/**
 * Searches one slice of a window for what the factors of known moduli leave: the factors themselves, what is beside
 * them, leftovers of arithmetic modulo them, and private exponents, in every spelling.
 *
 * @module
 */

import { bitLength } from '../arithmetic/modular.ts'
import {
  BEFORE,
  type Candidate,
  type ConjugateKernel,
  type FactorHit,
  ORDERS,
} from '../conjugate.ts'
import { Budget } from './budget.ts'
import { DIGIT_FORMS, type DigitForm, digitCount, digitsAt, wordOfDigit } from './digit_forms.ts'
import type { FoundValue } from './found_value.ts'
import { conjugateFragments } from './fragments.ts'
import { fromFactor } from './rebuild.ts'
import { allRelations, directRelations, leftovers } from './relations.ts'
import { boundedNumbers, type PlacedNumber, Remainders, relationCost } from './remainders.ts'
import { type Spelled, wholeFound } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import { TextSearch } from './rsa_text.ts'
import { numberAt, spanOf } from './slice_numbers.ts'

/** What is found in the slice that the kernel holds; places are from the slice's begin. */
export interface SliceContext {
  readonly kernel: ConjugateKernel
  /** Bytes of the slice in which a number may begin. */
  readonly length: number
}

/** What the cheap tests of a slice have found, and the numbers that are left for dear ones. */
export interface SliceResult {
  readonly found: readonly FoundValue[]
  readonly numbers: readonly PlacedNumber[]
}

/** Estimate in nanoseconds. */
const WHOLE_COST = 3000

/** Nanoseconds for each byte, and at once, for each kind of test. */
const RATES = {
  factors: { perByte: 3, atOnce: 1.5e8 },
  pairs: { perByte: 1, atOnce: 5e7 },
  exponents: { perByte: 2, atOnce: 1e8 },
  remainders: { perByte: 1, atOnce: 1.5e8 },
  powers: { perByte: 0.1, atOnce: 8e7 },
  text: { perByte: 2, atOnce: 2e8 },
  digits: { perByte: 0.5, atOnce: 1e8 },
} as const

const EVERY_LANE = 0xffff
const EIGHTH_LANES = 0x0101
const OTHER_LANES = 0xfefe
const NO_LANE = 0
/** Of the byte orders, those that text spells. */
const PLAIN_ORDERS = 2
/** Of the lists of candidates, those that hold factors, and before them those that something marks. */
const FACTOR_LISTS = 3
const MARKED_LISTS = 1
/** Those that are looked at one by one for keys that were met, and not given. */
const MET_LISTS = 2
const ALL_LISTS = 4
/** Estimate in nanoseconds to read a low limb. */
const LIMB_COST = 40
/** What is spent on keys that were met, of what is spent on given ones. */
const SHARE_OF_MET = 0.2
/** With more keys than this, private exponents are looked for at multiples of 8 alone unless the search is deep. */
const FEW_KEYS = 4

/** Forms in which a private exponent alone is looked for: runtimes that keep no factors use them. */
const WHOLE_DIGIT_FORMS = DIGIT_FORMS.filter(({ form }) =>
  ['python-digits-30', 'go-limbs-63', 'bn-js-smi-26', 'bn-js-smi-26-compressed'].includes(form),
)

type Found = ReturnType<ConjugateKernel['exponents']>

export class RsaSearch {
  readonly #groups: readonly RsaGroup[]
  readonly #isDeep: boolean
  readonly #isThorough: boolean
  readonly #budgets: Readonly<Record<keyof typeof RATES, Budget>>
  readonly #remainders: Remainders
  readonly #text: TextSearch
  /** Candidates that the kernel had no room for. */
  #lost = 0

  constructor(groups: readonly RsaGroup[], isDeep: boolean, isThorough: boolean) {
    this.#groups = groups
    this.#isDeep = isDeep
    this.#isThorough = isThorough
    const factor = isDeep ? 8 : isThorough ? 1 : SHARE_OF_MET
    const budget = (kind: keyof typeof RATES): Budget =>
      new Budget(RATES[kind].perByte * factor, RATES[kind].atOnce * factor)
    this.#budgets = {
      factors: budget('factors'),
      pairs: budget('pairs'),
      exponents: budget('exponents'),
      remainders: budget('remainders'),
      powers: budget('powers'),
      text: budget('text'),
      digits: budget('digits'),
    }
    this.#remainders = new Remainders(this.#budgets.powers)
    this.#text = new TextSearch(groups, this.#budgets.text, (context, group) =>
      this.#numbers(context, group, true),
    )
  }

  /** The kinds of tests that were cut short so far. */
  get limits(): readonly string[] {
    const short = Object.entries(this.#budgets).filter(([, budget]) => budget.isShort)
    return [...short.map(([kind]) => kind), ...(this.#lost > 0 ? ['candidates'] : [])]
  }

  /** Bytes that hold nothing: what is saved on them may be spent on others. */
  skip(length: number): void {
    for (const budget of Object.values(this.#budgets)) budget.earn(length)
  }

  /** Searches the slice that the kernel holds. Text is decoded into the kernel: the slice is gone afterwards. */
  slice(context: SliceContext): SliceResult {
    for (const budget of Object.values(this.#budgets)) budget.earn(context.length)
    const results = this.#groups.map((group) => this.#numbers(context, group, false))
    const digits = this.#groups.map((group) => this.#digits(context, group))
    const text = this.#text.search(context)
    return {
      found: [...results, ...digits, text].flatMap(({ found }) => found),
      numbers: [...results, ...digits, text].flatMap(({ numbers }) => numbers),
    }
  }

  /**
   * What the numbers of a window's slices give, at most one value a key.
   *
   * @param known moduli of keys that were found already
   */
  settle(numbers: readonly PlacedNumber[], known: ReadonlySet<bigint>): FoundValue[] {
    return this.#remainders.settle(numbers, known)
  }

  /** @param isText only the plain byte orders are of interest */
  #numbers(context: SliceContext, group: RsaGroup, isText: boolean): SliceResult {
    const { kernel, length } = context
    return {
      found: [...this.#factors(context, group, isText), ...this.#exponents(context, group, isText)],
      numbers: boundedNumbers(kernel, length, group, {
        relations: leftovers(group.shape.bits),
        budget: this.#budgets.remainders,
        isDeep: this.#isDeep && !isText,
        // A number in text has an end on both sides, or its length before it.
        isOneSided: !isText && group.keys.length <= FEW_KEYS,
      }),
    }
  }

  #factors(context: SliceContext, group: RsaGroup, isText: boolean): FoundValue[] {
    const { kernel, length } = context
    const { factors: budget, pairs } = this.#budgets
    const beside = this.#isDeep ? EVERY_LANE : EIGHTH_LANES
    const orders = isText ? PLAIN_ORDERS : ORDERS.length
    const tested = this.#testedLists(isText)
    // Of what is not tested alone, pairs of factors are told by their low limbs, out of what is saved.
    const isEvery = tested === ALL_LISTS || (!isText && pairs.left > pairs.most / 2)
    this.#lost += kernel.candidates(group.shape, length, beside, orders, isEvery)
    kernel.reset()
    const hits: FactorHit[] = []
    for (let list = 0; list < kernel.sizes.length; list++) {
      const size = kernel.sizes[list] ?? 0
      let next = 0
      if (list < tested) {
        const result = kernel.test(list, 0, group.shape, group.table, budget.left)
        hits.push(...result.hits)
        next = result.next
        if (next < size) budget.isShort = true
      }
      if (next === size || list >= FACTOR_LISTS) continue
      const room = Math.max(0, Math.floor(pairs.left / LIMB_COST) - kernel.kept)
      kernel.keepLowLimbs(list, next, room, group.shape)
    }
    pairs.pay(kernel.kept * LIMB_COST)
    budget.pay(kernel.spent)
    const whole = hits.flatMap((hit) => this.#factorFound(context, group, hit))
    return [...whole, ...conjugateFragments(kernel, group, this.#budgets.pairs, hits)]
  }

  /** How many of the lists are tested one by one. */
  #testedLists(isText: boolean): number {
    if (this.#isDeep) return ALL_LISTS
    if (isText) return MARKED_LISTS
    return this.#isThorough ? ALL_LISTS : MET_LISTS
  }

  #factorFound({ kernel }: SliceContext, group: RsaGroup, hit: FactorHit): FoundValue[] {
    const key = group.keys[hit.key]
    const x = numberAt(kernel, hit, group.shape.length)
    const relation = directRelations(group.shape.bits).find(({ name }) => name === nameOf(hit))
    if (key === undefined || relation === undefined) return []
    const material = fromFactor(key, relation.multiple(x))
    if (material === undefined) return []
    const { name, proof } = relation
    return [{ ...spelledAt(hit, group.shape.length), name, proof, material }]
  }

  #exponents({ kernel, length }: SliceContext, group: RsaGroup, isText: boolean): FoundValue[] {
    const { exponents: table } = group
    if (table === undefined) return []
    const budget = this.#budgets.exponents
    const orders = isText ? PLAIN_ORDERS : ORDERS.length
    kernel.reset()
    const look = (lanes: number, most: number): Found =>
      kernel.exponents(table, length, { lanes, orders, budget: most })
    const isFew = this.#isDeep || (this.#isThorough && table.count <= FEW_KEYS)
    const usual = isFew ? EVERY_LANE : EIGHTH_LANES
    const candidates = [...look(isText && !this.#isDeep ? NO_LANE : usual, budget.left)]
    if (kernel.spent >= budget.left) budget.isShort = true
    // For many keys other places are a gift: they are looked at out of what is saved alone.
    const saved = budget.left - budget.most / 2
    if (this.#isThorough && !isFew && !isText && kernel.spent < saved)
      candidates.push(...look(OTHER_LANES, saved))
    budget.pay(kernel.spent)
    return candidates.flatMap((candidate) => {
      const key = group.keys[group.exponentKeys[candidate.key] ?? -1]
      if (key === undefined || !budget.take(WHOLE_COST)) return []
      const value = numberAt(kernel, candidate, table.length)
      return wholeFound(spelledAt(candidate, table.length), key, value)
    })
  }

  #digits({ kernel, length }: SliceContext, group: RsaGroup): SliceResult {
    const relations = allRelations(group.shape.bits)
    const cost = relationCost(group, relations.length)
    const numbers = DIGIT_FORMS.flatMap((form) =>
      this.#digitNumbers(kernel, length, form, group.shape.bits, cost).map(
        (number): PlacedNumber => Object.assign(number, { group, relations, sides: 3 }),
      ),
    )
    const found = WHOLE_DIGIT_FORMS.flatMap((form) =>
      this.#digitNumbers(kernel, length, form, group.bits, WHOLE_COST * group.keys.length).flatMap(
        ({ x, ...place }) => group.keys.flatMap((key) => wholeFound(place, key, x)),
      ),
    )
    return { found, numbers }
  }

  /** Numbers of so many bits that begin in the slice, in one form of digits. */
  #digitNumbers(
    kernel: ConjugateKernel,
    length: number,
    form: DigitForm,
    bits: number,
    cost: number,
  ): (Spelled & { readonly x: bigint })[] {
    const count = digitCount(form, bits)
    const numbers: (Spelled & { readonly x: bigint })[] = []
    for (const at of kernel.digitRuns(digitShape(form, bits), length)) {
      if (!this.#budgets.digits.take(cost)) break
      const x = digitsAt(form, kernel.slice, BEFORE + at, count)
      if (x === undefined) continue
      numbers.push({ at, length: count * form.slot, spelling: form.form, x })
    }
    return numbers
  }
}

function spelledAt({ at, order }: Pick<Candidate, 'at' | 'order'>, length: number): Spelled {
  return { at, length: spanOf(order, length), spelling: ORDERS[order]?.form ?? '' }
}

function nameOf({ kind, isAbove }: FactorHit): string {
  if (kind === 'factor') return 'p'
  if (kind === 'negated') return 'two-to-w-minus-p'
  if (kind === 'halved') return 'p-minus-1-halved'
  return isAbove ? 'p-plus-1' : 'p-minus-1'
}

function digitShape(form: DigitForm, bits: number): Parameters<ConjugateKernel['digitRuns']>[0] {
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

/** See `digit_runs` in the kernel. */
function lookOf({ slot, coding }: DigitForm): 0 | 1 | 2 | 3 {
  if (slot !== 8) return 0
  if (coding === 'smi-high') return 2
  return coding === 'double' ? 3 : 1
}
