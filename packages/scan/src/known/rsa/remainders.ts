/**
 * Settles which numbers share a factor with a known modulus without being one: Montgomery leftovers, d mod (p − 1).
 *
 * The kernel has multiplied them, so that one gcd a key tells whether there is anything in them. Powers are only raised
 * where a number visibly begins and ends or where its length stands before it.
 *
 * @module
 */
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import type { ConjugateKernel } from '../../slices/conjugate.ts'
import type { Allowance } from '../values/allowance.ts'
import type { FoundValue } from '../values/found_value.ts'
import { fromCrtExponent, fromFactor, PowersOfTwo } from '../values/rebuild.ts'
import { commonDivisor } from './coprime.ts'
import { isTold, numberOf, type PlacedNumber, weightOf } from './placed_numbers.ts'
import { type Related, RelatedNumbers, type RelationHit } from './relations.ts'
import type { Spelled } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'

/** Estimates in nanoseconds for a modulus of 2048 bits. */
const COST = { gcd: 1e4, power: 1.7e6 } as const

/** Keys that keep an OpenSSL group at hand: each takes some 10 KB outside of the JavaScript heap. */
const MOST_POWERS = 200

/** A window whose slices were searched. */
export interface SearchedWindow {
  readonly kernel: ConjugateKernel
  readonly bytes: Uint8Array
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
   * @param numbers of the slices of `window`
   * @param known moduli of keys that need not be looked for any more
   */
  settle(
    { kernel, bytes }: SearchedWindow,
    numbers: readonly PlacedNumber[],
    known: ReadonlySet<bigint>,
  ): FoundValue[] {
    const found: FoundValue[] = []
    for (const group of new Set(numbers.map((number) => number.group))) {
      const own = new NumbersOfGroup(
        numbers.filter((number) => number.group === group),
        bytes,
        group.keys.length,
      )
      for (const [index, key] of group.keys.entries()) {
        const product = kernel.products.take(group.products, index)
        if (known.has(key.n) || !this.#isWorth(group)) continue
        const value = related(key, own.first(key.n, product)) ?? this.#crtExponent(key, own)
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

  #crtExponent(key: RsaMaterial, numbers: NumbersOfGroup): FoundValue | undefined {
    for (const number of numbers.likely) {
      const { bits } = number.group.shape
      const cost = COST.power * (bits / 1024) ** 3
      // A sample, as many as there is time for: no search is called cut for it (docs/what-is-found.md).
      const { powers } = this.#allowance.budgets
      if (powers.left < cost) return undefined
      const x = numbers.numberOf(number)
      // It has an inverse modulo p − 1, which is even.
      if ((x & 1n) === 0n || bitLength(x) < bits - 32) continue
      powers.pay(cost)
      const material = fromCrtExponent(key, this.#raiserOf(key.n), x)
      if (material === undefined) continue
      const proof = 'gcd(m^(e·dP) − m, n) = p'
      return { ...spelledOf(number), name: 'dp', proof, material, isRebuilt: true }
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

function related(
  key: RsaMaterial,
  hit: RelationHit<RelatedNumber> | undefined,
): FoundValue | undefined {
  const material = hit && fromFactor(key, hit.factor)
  if (hit === undefined || material === undefined) return undefined
  const { name, proof } = hit.relation
  return { ...spelledOf(hit.number.placed), name, proof, material }
}

interface RelatedNumber extends Related {
  readonly placed: PlacedNumber
}

/** Numbers that are held against the keys of one group, one after the other. */
class NumbersOfGroup {
  readonly #numbers: readonly PlacedNumber[]
  readonly #window: Uint8Array
  /** Those that the kernel has not multiplied. */
  readonly #others: RelatedNumbers<RelatedNumber>
  /** Those that it has, once they are asked for: hardly ever. */
  #multiplied: RelatedNumbers<RelatedNumber> | undefined
  #likely: readonly PlacedNumber[] | undefined

  constructor(numbers: readonly PlacedNumber[], window: Uint8Array, keys: number) {
    this.#numbers = numbers
    this.#window = window
    this.#others = this.#related(false, keys)
  }

  /** Those that can be a power, the likeliest first. */
  get likely(): readonly PlacedNumber[] {
    // Their length tells most.
    this.#likely ??= this.#numbers
      .filter(({ sides }) => isTold(sides))
      .toSorted((a, b) => weightOf(b.sides) - weightOf(a.sides))
    return this.#likely
  }

  numberOf(number: PlacedNumber): bigint {
    return numberOf(number, this.#window)
  }

  /** @param product what the kernel made of those that it has multiplied */
  first(n: bigint, product: bigint): RelationHit<RelatedNumber> | undefined {
    const isAmong = product !== 1n && commonDivisor(product, n) !== 1n
    if (isAmong) this.#multiplied ??= this.#related(true, 1)
    return (isAmong ? this.#multiplied?.first(n) : undefined) ?? this.#others.first(n)
  }

  #related(isMultiplied: boolean, keys: number): RelatedNumbers<RelatedNumber> {
    const placed = this.#numbers.filter((number) => number.isMultiplied === isMultiplied)
    const numbers = placed.map((number) => {
      return { x: this.numberOf(number), relations: number.relations, placed: number }
    })
    return new RelatedNumbers(numbers, keys)
  }
}
