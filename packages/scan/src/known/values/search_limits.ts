/**
 * Limits of the search for the private halves of some keys: what each kind of test may cost.
 *
 * Given keys and discovered keys have limits of their own: the roots of a trust store hardly ever have their private
 * half in a dump, and must not take the time of a given key. @module
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

const DISCOVERED: Readonly<Record<Test, Rate>> = {
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
 * How many times as much may be spent on marked offsets where a scrub must decide whether a key is there. Bytes that
 * all look like keys cost some 23 ns each, times this: less than the second a megabyte that the gate allows a scrub
 * (`scrub_slots.ts` of coredump).
 */
export const PATIENT = 32

/** Sampled offsets cost less where few keys are given. */
const SAMPLES: ReadonlySet<Test> = new Set<Test>(['factorSamples', 'exponentSamples'])
const MANY_KEYS = 64
const LEAST_SHARE = 0.15

/** Tests that run only on spare budget: a search is not reported as cut short for them (docs/what-is-found.md). */
const FREE: ReadonlySet<string> = new Set<Test>([
  'factorSamples',
  'exponentSamples',
  'powers',
  'freedFactors',
])
/**
 * The same for discovered keys: unmarked factors have too many offsets, and each one marked beside a remainder costs a
 * multiplication of whole moduli.
 */
const FREE_OF_DISCOVERED: ReadonlySet<string> = new Set<Test>(['pairs', 'remainders'])

/**
 * - `given`: every marked offset, and every multiple of 8 for pairs of factors and exponents.
 * - `discovered`: the same in less time; unmarked offsets only while budget is left.
 * - `deep`: every offset, in eight times the time.
 * - `patient`: the offsets of `given`, with a far larger budget. For a scrub, which must decide.
 */
export type Depth = 'given' | 'discovered' | 'deep' | 'patient'

/**
 * Whose private half is searched for: keys that are given, keys that were only discovered in the dump, and of those the
 * keys of public root stores.
 */
export type Whose = 'given' | 'discovered' | 'roots'

/** Share of the budget of other discovered keys that is spent on keys of public root stores. */
export const ROOTS_SHARE = 0.1

/** Searches of the same bytes share what discovered keys may cost at once. */
function rateOf(test: Test, depth: Depth, whose: Whose, searchers: number): Rate {
  const share = whose === 'roots' ? ROOTS_SHARE : 1
  const { perByte: discovered, atOnce: discoveredAtOnce } = DISCOVERED[test]
  if (depth === 'discovered')
    return { perByte: discovered * share, atOnce: (discoveredAtOnce * share) / searchers }
  const { perByte, atOnce } = GIVEN[test]
  if (depth === 'patient') {
    if (FREE.has(test)) return GIVEN[test]
    return { perByte: perByte * PATIENT, atOnce: atOnce * PATIENT }
  }
  const times = depth === 'deep' ? DEEP * share : 1
  return { perByte: perByte * times, atOnce: atOnce * times }
}

/** Suffix of a limit of keys that were not given. */
export const OF_DISCOVERED_KEYS = ' of discovered keys'
/** Name of the limit for secrets of curves, groups and lattices. */
export const SCALARS = 'scalars'

export class SearchLimits {
  readonly depth: Depth
  readonly budgets: Readonly<Record<Test, Budget>>
  readonly #whose: Whose

  /**
   * @param keys how many there are
   * @param searchers how many searches of the same bytes run in parallel
   */
  constructor(depth: Depth, whose: Whose, keys: number = MANY_KEYS, searchers: number = 1) {
    this.depth = depth
    this.#whose = whose
    const share = Math.min(1, Math.max(LEAST_SHARE, keys / MANY_KEYS))
    const budget = (test: Test): Budget => {
      const { perByte, atOnce } = rateOf(test, depth, whose, searchers)
      const isSample = depth !== 'deep' && SAMPLES.has(test)
      const isUsual = depth === 'given' || depth === 'patient'
      // Samples are as large whatever the number of searches is.
      const parts = isUsual && FREE.has(test) ? searchers : 1
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

  /** More bytes are examined. */
  earn(bytes: number): void {
    for (const budget of Object.values(this.budgets)) budget.earn(bytes)
  }

  /** False for keys of public root stores: they are only sampled, and the report says how many there are. */
  get reportsLimits(): boolean {
    return this.#whose !== 'roots'
  }

  /** Whether only some slices are searched. */
  get isSampled(): boolean {
    return !this.reportsLimits && this.depth !== 'deep'
  }

  /** Kinds of tests that were cut short so far. */
  get limits(): readonly string[] {
    if (!this.reportsLimits) return []
    const isFree = (test: string): boolean =>
      FREE.has(test) || (this.depth === 'discovered' && FREE_OF_DISCOVERED.has(test))
    const short = Object.entries(this.budgets).flatMap(([test, { isShort }]) =>
      isShort && !isFree(test) ? [test] : [],
    )
    return short.map((test) => this.named(test))
  }

  /** Name of a kind of tests in limits. */
  named(test: string): string {
    return this.#whose !== 'given' ? `${test}${OF_DISCOVERED_KEYS}` : test
  }
}
