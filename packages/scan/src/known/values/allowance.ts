/**
 * What the search for the private halves of some keys may cost: an allowance for each kind of test.
 *
 * Keys that are given, and keys that merely lie in the dump, have one each: the roots of a trust store hardly ever have
 * their private half there, and must not take the time of the key that is asked for. @module
 */
import { Budget, type Rate } from './budget.ts'

/** For each kind of test. */
const GIVEN = {
  factors: { perByte: 2, atOnce: 1.5e8 },
  factorSamples: { perByte: 0.02, atOnce: 1.5e8 },
  pairs: { perByte: 2, atOnce: 6e7 },
  exponents: { perByte: 1, atOnce: 1e8 },
  exponentSamples: { perByte: 0.02, atOnce: 1e8 },
  remainders: { perByte: 0.5, atOnce: 1.5e8 },
  powers: { perByte: 0.02, atOnce: 6e7 },
  freedFactors: { perByte: 0.05, atOnce: 2e8 },
  text: { perByte: 1, atOnce: 2e8 },
  digits: { perByte: 0.3, atOnce: 1e8 },
} as const

export type Test = keyof typeof GIVEN

const MET: Readonly<Record<Test, Rate>> = {
  factors: { perByte: 0.5, atOnce: 4.5e7 },
  factorSamples: { perByte: 0, atOnce: 0 },
  pairs: { perByte: 0.02, atOnce: 1e7 },
  exponents: { perByte: 0.2, atOnce: 2e7 },
  exponentSamples: { perByte: 0, atOnce: 5e6 },
  remainders: { perByte: 0.05, atOnce: 3e7 },
  powers: { perByte: 0.005, atOnce: 1e7 },
  freedFactors: { perByte: 0.02, atOnce: 1e8 },
  text: { perByte: 0.1, atOnce: 3e7 },
  digits: { perByte: 0.1, atOnce: 3e7 },
}

/** How many times as much a deep search may take. */
const DEEP = 8
/**
 * How many times as much may be spent on places that something marks, by whoever has to settle whether a key is there.
 * Bytes of which all look like keys cost some 23 ns each, times this: less than the second a
 * megabyte that the gate waits for a scrub (`turn.ts` of coredump).
 */
export const PATIENT = 32

/** A sample of places is looked at in less time where few keys are asked for. */
const SAMPLES: ReadonlySet<Test> = new Set<Test>(['factorSamples', 'exponentSamples'])
const MANY_KEYS = 64
const LEAST_SHARE = 0.15

/** Tests that are out of what is saved in any case: no search is called cut for them (docs/what-is-found.md). */
const GIFTS: ReadonlySet<string> = new Set<Test>([
  'factorSamples',
  'exponentSamples',
  'powers',
  'freedFactors',
])
/**
 * The same of keys that were met: where nothing marks a factor there are too many places, and what is marked beside a
 * remainder costs a multiplication of whole moduli each.
 */
const GIFTS_OF_MET: ReadonlySet<string> = new Set<Test>(['pairs', 'remainders'])

/**
 * - `given`: every place that something marks is looked at, every multiple of 8 for pairs of factors and exponents.
 * - `met`: the same keys in less time: what nothing marks is looked at as far as there is some left.
 * - `deep`: every place, in eight times the time.
 * - `patient`: the places of `given`, and nearly as long as there are some. For what must be settled.
 */
export type Effort = 'given' | 'met' | 'deep' | 'patient'

/**
 * Whose private half is looked for: keys that are given, keys that merely lie in the dump, and of those the keys of public
 * root stores.
 */
export type Whose = 'given' | 'met' | 'roots'

/** What is spent on keys of public root stores, of what is on others that lie there. */
export const ROOTS_SHARE = 0.1

/** What keys that were met may take at once is theirs together, however many searches share the bytes. */
function rateOf(test: Test, effort: Effort, whose: Whose, searchers: number): Rate {
  const share = whose === 'roots' ? ROOTS_SHARE : 1
  const { perByte: met, atOnce: metAtOnce } = MET[test]
  if (effort === 'met') return { perByte: met * share, atOnce: (metAtOnce * share) / searchers }
  const { perByte, atOnce } = GIVEN[test]
  if (effort === 'patient') {
    if (GIFTS.has(test)) return GIVEN[test]
    return { perByte: perByte * PATIENT, atOnce: atOnce * PATIENT }
  }
  const times = effort === 'deep' ? DEEP * share : 1
  return { perByte: perByte * times, atOnce: atOnce * times }
}

/** What limits call the keys that are not given. */
export const OF_KEYS_MET = ' of keys that lie there'
/** What the search for secrets of curves, groups and lattices is called where it was cut short. */
export const SCALARS = 'scalars'

export class Allowance {
  readonly effort: Effort
  readonly budgets: Readonly<Record<Test, Budget>>
  readonly #whose: Whose

  /**
   * @param keys how many there are
   * @param searchers how many searches of the same bytes go side by side
   */
  constructor(effort: Effort, whose: Whose, keys: number = MANY_KEYS, searchers: number = 1) {
    this.effort = effort
    this.#whose = whose
    const share = Math.min(1, Math.max(LEAST_SHARE, keys / MANY_KEYS))
    const budget = (test: Test): Budget => {
      const { perByte, atOnce } = rateOf(test, effort, whose, searchers)
      const isSample = effort !== 'deep' && SAMPLES.has(test)
      const isUsual = effort === 'given' || effort === 'patient'
      // Samples are as large whatever the number of searches is.
      const parts = isUsual && GIFTS.has(test) ? searchers : 1
      return new Budget(perByte, (isSample ? atOnce * share : atOnce) / parts)
    }
    this.budgets = {
      factors: budget('factors'),
      factorSamples: budget('factorSamples'),
      pairs: budget('pairs'),
      exponents: budget('exponents'),
      exponentSamples: budget('exponentSamples'),
      remainders: budget('remainders'),
      powers: budget('powers'),
      freedFactors: budget('freedFactors'),
      text: budget('text'),
      digits: budget('digits'),
    }
  }

  /** More bytes are looked at. */
  earn(bytes: number): void {
    for (const budget of Object.values(this.budgets)) budget.earn(bytes)
  }

  /** Whether what is left out is told: keys of public root stores are looked for in samples, and their number is told. */
  get isTold(): boolean {
    return this.#whose !== 'roots'
  }

  /** Whether some slices stand for all. */
  get isSampled(): boolean {
    return !this.isTold && this.effort !== 'deep'
  }

  /** The kinds of tests that were cut short so far. */
  get limits(): readonly string[] {
    if (!this.isTold) return []
    const isGift = (test: string): boolean =>
      GIFTS.has(test) || (this.effort === 'met' && GIFTS_OF_MET.has(test))
    const short = Object.entries(this.budgets).flatMap(([test, { isShort }]) =>
      isShort && !isGift(test) ? [test] : [],
    )
    return short.map((test) => this.named(test))
  }

  /** A kind of tests, as limits call it. */
  named(test: string): string {
    return this.#whose !== 'given' ? `${test}${OF_KEYS_MET}` : test
  }
}
