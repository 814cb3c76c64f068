/** Decides which numbers share a factor with a known modulus; powers only at visible bounds. */
import { bitLength } from '@mintmark/keys/arithmetic/modular'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { type FoundValue, keyOf } from '../values/found_value.ts'
import { fromCrtExponent, fromFactor, PowersOfTwo } from '../values/rebuild.ts'
import type { SearchLimits } from '../values/search_limits.ts'
import { LeakingNumbers } from './factor_leaks.ts'
import { isEnclosed, type LocatedNumber, numberOf, weightOf } from './located_numbers.ts'
import type { Spelled } from './rsa_found.ts'
import type { RsaGroup } from './rsa_group.ts'

/** Estimates in nanoseconds for a modulus of 2048 bits. */
const COST = { gcd: 1e4, power: 1.7e6 } as const

const TOGETHER = 512
/** Keys that keep an OpenSSL group at hand: some 10 KB each, outside the JavaScript heap. */
const MOST_POWERS = 200

export class Remainders {
  readonly #searchLimits: SearchLimits
  readonly #raisers = new Map<bigint, PowersOfTwo>()

  constructor(searchLimits: SearchLimits) {
    this.#searchLimits = searchLimits
  }

  /** At most one revealing number a key. `known`: moduli of keys that are found already. */
  finish(
    window: Uint8Array,
    numbers: readonly LocatedNumber[],
    known: ReadonlySet<bigint>,
  ): FoundValue[] {
    const groups = new Set(numbers.map(({ group }) => group))
    return [...groups].flatMap((group) => {
      const own = numbers.filter((number) => number.group === group)
      return this.#ofGroup(group, own, window, known)
    })
  }

  #ofGroup(
    group: RsaGroup,
    numbers: readonly LocatedNumber[],
    window: Uint8Array,
    known: ReadonlySet<bigint>,
  ): FoundValue[] {
    const found: FoundValue[] = []
    let left = group.keys.filter(({ n }) => !known.has(n))
    const collect = (valueFor: (key: RsaMaterial) => FoundValue | undefined): void => {
      left = left.filter((key) => {
        const value = valueFor(key)
        if (value !== undefined) found.push(value)
        return value === undefined
      })
    }
    for (let at = 0; at < numbers.length; at += TOGETHER) {
      const some = numbers.slice(at, at + TOGETHER)
      const leaking = new LeakingNumbers(
        some.map((number) => ({ x: numberOf(number, window), leaks: number.leaks })),
      )
      collect((key) => (this.#isWorth(group) ? foundBy(key, some, leaking) : undefined))
    }
    const likely = numbers
      .filter(({ sides }) => isEnclosed(sides))
      .toSorted((a, b) => weightOf(b.sides) - weightOf(a.sides))
    collect((key) => this.#crtExponent(key, likely, window))
    return found
  }

  /** Discovered keys are many and their private halves rare: a gcd needs spare budget. */
  #isWorth({ shape }: RsaGroup): boolean {
    const { depth, budgets } = this.#searchLimits
    return depth !== 'discovered' || budgets.remainders.take(COST.gcd * (shape.bits / 1024) ** 2)
  }

  #crtExponent(
    key: RsaMaterial,
    likely: readonly LocatedNumber[],
    window: Uint8Array,
  ): FoundValue | undefined {
    for (const number of likely) {
      const { bits } = number.group.shape
      const cost = COST.power * (bits / 1024) ** 3
      // A sample on spare budget: no search is called cut for it (docs/what-is-found.md).
      const { powers } = this.#searchLimits.budgets
      if (powers.left < cost) return undefined
      const x = numberOf(number, window)
      // It has an inverse modulo p − 1, which is even.
      if ((x & 1n) === 0n || bitLength(x) < bits - 32) continue
      powers.pay(cost)
      const material = fromCrtExponent(key, this.#raiserOf(key.n), x)
      if (material === undefined) continue
      const verification = 'gcd(m^(e·dP) − m, n) = p'
      const own = { ...keyOf(material, verification), isRebuilt: true } as const
      return { ...spelledOf(number), name: 'dp', key: own }
    }
    return undefined
  }

  #raiserOf(n: bigint): PowersOfTwo {
    const existing = this.#raisers.get(n)
    if (existing !== undefined) return existing
    if (this.#raisers.size >= MOST_POWERS) this.#raisers.clear()
    const raiser = new PowersOfTwo(n)
    this.#raisers.set(n, raiser)
    return raiser
  }
}

function spelledOf({ at, length, spelling }: LocatedNumber): Spelled {
  return { at, length, spelling }
}

function foundBy(
  key: RsaMaterial,
  numbers: readonly LocatedNumber[],
  leaking: LeakingNumbers,
): FoundValue | undefined {
  const hit = leaking.first(key.n)
  if (hit === undefined) return undefined
  const number = numbers[hit.index]
  const material = fromFactor(key, hit.factor)
  if (number === undefined || material === undefined) return undefined
  const { name, verification } = hit.leak
  return { ...spelledOf(number), name, key: keyOf(material, verification) }
}
