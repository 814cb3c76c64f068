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
import { isRandomLooking } from '../random_looking.ts'
import type { Budget } from './budget.ts'
import type { FoundValue } from './found_value.ts'
import { fromCrtExponent, fromFactor, PowersOfTwo } from './rebuild.ts'
import { firstRelated, type Relation } from './relations.ts'
import type { Spelled } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'
import { numberAt, spanOf } from './slice_numbers.ts'

/** A number of a window that is looked at once the cheap tests are done. */
export interface PlacedNumber extends Spelled {
  readonly group: RsaGroup
  readonly x: bigint
  /** What it may be. */
  readonly relations: readonly Relation[]
  /** Bits 0 and 1: something else ends before it, begins behind it. Bit 2: its length stands before it. */
  readonly sides: number
}

/** Java arrays, and the two plain orders; others only where both sides or a length tell a number. */
const USUAL_ORDERS = [0, 1, 2]
const ALL_ORDERS = [0, 1, 2, 3, 4, 5]

/** Estimates in nanoseconds for a modulus of 2048 bits. */
const COST = { product: 3000, power: 1.7e6 } as const

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
}

/** The numbers of the slice that have a boundary, as many as the budget allows. */
export function boundedNumbers(
  kernel: ConjugateKernel,
  length: number,
  group: RsaGroup,
  { relations, budget, isDeep }: NumberChoice,
): PlacedNumber[] {
  const cost = relationCost(group, relations.length)
  const numbers: PlacedNumber[] = []
  // Where both sides or a length tell, first: what the budget does not reach is the least likely.
  const places = kernel.bounded(group.shape.length, 0, length)
  const sorted = places.toSorted((a, b) => weight(b.sides) - weight(a.sides))
  if (isDeep) sorted.push(...unboundedPlaces(kernel, length, group))
  for (const { at, sides } of sorted) {
    for (const order of sides < 3 ? USUAL_ORDERS : ALL_ORDERS) {
      if (at % (ORDERS[order]?.alignment ?? 1) !== 0) continue
      if (!budget.take(cost)) return numbers
      const x = numberAt(kernel, { at, order }, group.shape.length)
      const spelling = ORDERS[order]?.form ?? ''
      const span = spanOf(order, group.shape.length)
      numbers.push({ at, length: span, spelling, group, x, relations, sides })
    }
  }
  return numbers
}

/** Random-looking windows at multiples of 8. */
function unboundedPlaces(
  kernel: ConjugateKernel,
  length: number,
  { shape }: RsaGroup,
): { at: number; sides: number }[] {
  const places: { at: number; sides: number }[] = []
  const slice = kernel.slice
  for (let at = 0; at < length; at += 8) {
    const window = slice.subarray(BEFORE + at, BEFORE + at + shape.length)
    if (isRandomLooking(window)) places.push({ at, sides: 0 })
  }
  return places
}

function weight(sides: number): number {
  if (sides >= 4) return 2
  return sides === 3 ? 1 : 0
}

/** Settles what numbers are, for all keys of their groups. */
export class Remainders {
  readonly #powers: Budget
  readonly #raisers = new Map<bigint, PowersOfTwo>()

  /** @param powers for the numbers that may be private exponents modulo p − 1 */
  constructor(powers: Budget) {
    this.#powers = powers
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
      for (const key of group.keys) {
        if (known.has(key.n)) continue
        const value = this.#related(key, own) ?? this.#crtExponent(key, own)
        if (value !== undefined) found.push(value)
      }
    }
    return found
  }

  #related(key: RsaMaterial, numbers: readonly PlacedNumber[]): FoundValue | undefined {
    const hit = firstRelated(key.n, numbers)
    const material = hit && fromFactor(key, hit.factor)
    if (hit === undefined || material === undefined) return undefined
    const { name, proof } = hit.relation
    return { ...spelledOf(hit.number), name, proof, material }
  }

  #crtExponent(key: RsaMaterial, numbers: readonly PlacedNumber[]): FoundValue | undefined {
    for (const number of numbers) {
      const { bits } = number.group.shape
      if (number.sides < 3 || bitLength(number.x) < bits - 32) continue
      if (!this.#powers.take(COST.power * (bits / 1024) ** 3)) return undefined
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
