/**
 * Looks for numbers that share a factor with a known modulus without being one: Montgomery leftovers, d mod (p − 1).
 *
 * Each costs an operation on whole moduli, so only places where a number visibly begins or ends are looked at, and
 * powers are only raised where it does both or where its length stands before it.
 *
 * @module
 */
import { bitLength } from '../arithmetic/modular.ts'
import { BEFORE, type ConjugateKernel, ORDERS } from '../conjugate.ts'
import type { RsaMaterial } from '../key_material.ts'
import { isRandomLookingAt } from '../random_looking.ts'
import type { Allowance } from './allowance.ts'
import type { Budget } from './budget.ts'
import type { FoundValue } from './found_value.ts'
import { fromCrtExponent, fromFactor, PowersOfTwo } from './rebuild.ts'
import { RelatedNumbers, type Relation } from './relations.ts'
import type { Spelled } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import { numberAt, spanOf } from './slice_numbers.ts'

/** A number of a window that is looked at once the cheap tests are done. */
export interface PlacedNumber extends Spelled {
  readonly group: RsaGroup
  readonly x: bigint
  /** What it may be. */
  readonly relations: readonly Relation[]
  /** Bits 0 and 1: something else ends before it, begins behind it. Bit 2: its length stands before it. Bit 3: less. */
  readonly sides: number
}

/** Where both sides or a length tell a number. */
const ALL_ORDERS = [0, 1, 2, 3, 4, 5]
/** Where one side does: what OpenSSL, mbedTLS and Go leave alone lies lowest byte first. */
const PLAIN_ORDER = [0]
/** Of a number, what is looked at before it is read. */
const LOOKED_BYTES = 64

/** Estimates in nanoseconds for a modulus of 2048 bits. */
const COST = { product: 3000, gcd: 1e4, power: 1.7e6 } as const

/** Keys that keep an OpenSSL group at hand: each takes some 10 KB outside of the JavaScript heap. */
const MOST_POWERS = 200

/** What it costs to see whether a number of this group has one of so many relations to a key. */
export function relationCost({ keys, shape }: RsaGroup, relations: number): number {
  return COST.product * (shape.bits / 1024) ** 2 * relations * keys.length
}

/** How numbers of a slice are chosen. */
export interface NumberChoice {
  readonly relations: readonly Relation[]
  readonly budget: Budget
  /** Numbers without a boundary as well, at multiples of 8. */
  readonly isDeep: boolean
  /** Numbers that only one side tells as well. */
  readonly isOneSided: boolean
  /** Those out of what is saved alone: keys that were met are not asked for. */
  readonly isSpared: boolean
}

/** The numbers of the slice that have a boundary, as many as the budget allows. */
export function boundedNumbers(
  kernel: ConjugateKernel,
  length: number,
  group: RsaGroup,
  choice: NumberChoice,
): PlacedNumber[] {
  const { relations, budget, isDeep, isSpared } = choice
  const cost = relationCost(group, relations.length)
  const numbers: PlacedNumber[] = []
  if (budget.isSpent(cost)) return numbers
  const pairs = likelyPairs(kernel, length, group, choice)
  for (let k = 0; k < pairs.length; k += 2) {
    const at = pairs[k] ?? 0
    const sides = pairs[k + 1] ?? 0
    // The last ones: see likelyPairs.
    if (isSpared && !isTold(sides) && budget.left - cost < budget.most / 2) break
    for (const order of ordersAt(at, isTold(sides) || isDeep)) {
      if (!budget.take(cost)) return numbers
      numbers.push(placedNumber(kernel, at, order, { group, relations, sides }))
    }
  }
  return numbers
}

function ordersAt(at: number, isEvery: boolean): readonly number[] {
  const orders = isEvery ? ALL_ORDERS : PLAIN_ORDER
  return orders.filter((order) => at % (ORDERS[order]?.alignment ?? 1) === 0)
}

function placedNumber(
  kernel: ConjugateKernel,
  at: number,
  order: number,
  told: Pick<PlacedNumber, 'group' | 'relations' | 'sides'>,
): PlacedNumber {
  const { length } = told.group.shape
  const x = numberAt(kernel, { at, order }, length)
  const spelling = ORDERS[order]?.form ?? ''
  return { at, length: spanOf(order, length), spelling, x, ...told }
}

/**
 * Places and their sides in turns. Where both sides or a length tell, first: what the budget does not reach is the
 * least likely.
 */
function likelyPairs(
  kernel: ConjugateKernel,
  length: number,
  { shape }: RsaGroup,
  { isDeep, isOneSided }: NumberChoice,
): readonly number[] {
  const looked = Math.min(shape.length, LOOKED_BYTES)
  const bounded = kernel.boundedPairs(shape.length, length, isDeep, looked)
  const byWeight: [number[], number[], number[]] = [[], [], []]
  for (let k = 0; k < bounded.length; k += 2) {
    const at = bounded[k] ?? 0
    const sides = bounded[k + 1] ?? 0
    // One side alone tells what lies in words that were allocated: at multiples of 8.
    const isWorth = isDeep || (isOneSided && sides < 4 && at % 8 === 0)
    if (!isTold(sides) && !isWorth) continue
    byWeight[weight(sides)].push(at, sides)
  }
  const [least, told, lengths] = byWeight
  const unbounded = isDeep ? unboundedPairs(kernel, length, shape.length) : []
  return [...lengths, ...told, ...least, ...unbounded]
}

/** Whether both sides or a length tell a number. */
function isTold(sides: number): boolean {
  return (sides & 4) !== 0 || (sides & 3) === 3
}

/** Random-looking windows of `size` bytes at multiples of 8, which nothing tells. */
function unboundedPairs(kernel: ConjugateKernel, length: number, size: number): readonly number[] {
  const pairs: number[] = []
  const slice = kernel.slice
  for (const [first, behind] of kernel.groups(size, length)) {
    for (let at = 16 * first; at < Math.min(16 * behind, length); at += 8) {
      if (isRandomLookingAt(slice, BEFORE + at, size)) pairs.push(at, 0)
    }
  }
  return pairs
}

function weight(sides: number): 0 | 1 | 2 {
  if ((sides & 4) !== 0) return 2
  return isTold(sides) ? 1 : 0
}

/** Settles what numbers are, for all keys of their groups. */
export class Remainders {
  readonly #allowance: Allowance
  readonly #raisers = new Map<bigint, PowersOfTwo>()

  constructor(allowance: Allowance) {
    this.#allowance = allowance
  }

  /**
   * For each key at most one number that gives it away.
   *
   * @param known moduli of keys that need not be looked for any more
   */
  settle(numbers: readonly PlacedNumber[], known: ReadonlySet<bigint>): FoundValue[] {
    const found: FoundValue[] = []
    for (const group of new Set(numbers.map((number) => number.group))) {
      const own = numbers.filter((number) => number.group === group)
      const related = new RelatedNumbers(own, group.keys.length)
      // Their length tells most.
      const told = own.filter(({ sides }) => isTold(sides))
      const likely = told.toSorted((a, b) => weight(b.sides) - weight(a.sides))
      for (const key of group.keys) {
        if (known.has(key.n) || !this.#isWorth(group)) continue
        const value = this.#related(key, related) ?? this.#crtExponent(key, likely)
        if (value !== undefined) found.push(value)
      }
    }
    return found
  }

  /** Whether there is time for a gcd: keys that were met are many, and hardly ever there. */
  #isWorth({ shape }: RsaGroup): boolean {
    const { effort, budgets } = this.#allowance
    return effort !== 'met' || budgets.remainders.take(COST.gcd * (shape.bits / 1024) ** 2)
  }

  #related(key: RsaMaterial, numbers: RelatedNumbers<PlacedNumber>): FoundValue | undefined {
    const hit = numbers.first(key.n)
    const material = hit && fromFactor(key, hit.factor)
    if (hit === undefined || material === undefined) return undefined
    const { name, proof } = hit.relation
    return { ...spelledOf(hit.number), name, proof, material }
  }

  /** @param likely the likeliest first */
  #crtExponent(key: RsaMaterial, likely: readonly PlacedNumber[]): FoundValue | undefined {
    for (const number of likely) {
      const { bits } = number.group.shape
      // It has an inverse modulo p − 1, which is even.
      if ((number.x & 1n) === 0n || bitLength(number.x) < bits - 32) continue
      const cost = COST.power * (bits / 1024) ** 3
      // A sample, as many as there is time for: no search is called cut for it (docs/key-forms.md).
      const { powers } = this.#allowance.budgets
      if (powers.left < cost) return undefined
      powers.pay(cost)
      const material = fromCrtExponent(key, this.#raiserOf(key.n), number.x)
      if (material === undefined) continue
      const proof = 'gcd(m^(e·dP) − m, n) = p'
      return { ...spelledOf(number), name: 'dp', proof, material }
    }
    return undefined
  }

  #raiserOf(n: bigint): PowersOfTwo {
    const held = this.#raisers.get(n)
    if (held !== undefined) return held
    if (this.#raisers.size >= MOST_POWERS) this.#raisers.clear()
    const raiser = new PowersOfTwo(n)
    this.#raisers.set(n, raiser)
    return raiser
  }
}

function spelledOf({ at, length, spelling }: PlacedNumber): Spelled {
  return { at, length, spelling }
}
