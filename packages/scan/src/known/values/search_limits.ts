/** Costs of the tests for private halves. Discovered keys never take the time of a given key. */
import { Budget, type Rate } from './budget.ts'

export type Test =
  | 'factors'
  | 'factorSamples'
  | 'pairs'
  | 'exponents'
  | 'exponentSamples'
  | 'remainders'
  | 'powers'
  | 'freedFactors'
  | 'text'
  | 'digits'

interface Rates {
  readonly given: Rate
  readonly discovered: Rate
  /** Runs only on spare budget: not reported as cut short (docs/what-is-found.md). */
  readonly isFree?: 'always' | 'discovered'
  readonly isSample?: true
}

const rate = (perByte: number, atOnce: number): Rate => ({ perByte, atOnce })

const RATES: Readonly<Record<Test, Rates>> = {
  factors: { given: rate(2, 1.5e8), discovered: rate(0.5, 4.5e7) },
  factorSamples: {
    given: rate(0.02, 1.5e8),
    discovered: rate(0, 0),
    isFree: 'always',
    isSample: true,
  },
  pairs: { given: rate(2, 6e7), discovered: rate(0.02, 1e7), isFree: 'discovered' },
  exponents: { given: rate(1, 1e8), discovered: rate(0.2, 2e7) },
  exponentSamples: {
    given: rate(0.02, 1e8),
    discovered: rate(0, 5e6),
    isFree: 'always',
    isSample: true,
  },
  remainders: { given: rate(0.5, 1.5e8), discovered: rate(0.05, 3e7), isFree: 'discovered' },
  powers: { given: rate(0.02, 6e7), discovered: rate(0.005, 1e7), isFree: 'always' },
  freedFactors: { given: rate(0.05, 2e8), discovered: rate(0.02, 1e8), isFree: 'always' },
  text: { given: rate(1, 2e8), discovered: rate(0.1, 3e7) },
  digits: { given: rate(0.3, 1e8), discovered: rate(0.1, 3e7) },
}

const DEEP = 8
/**
 * Factor for marked offsets where a scrub must decide. Bytes that all look like keys cost 23 ns
 * each, times this: less than the second a megabyte a scrub may take (`scrub_slots.ts`).
 */
export const PATIENT = 32

/** From so many keys on samples cost all they may; of fewer a share. */
const MANY_KEYS = 64
const LEAST_SHARE = 0.15

/**
 * - `given`: every marked offset, and every multiple of 8 for pairs of factors and exponents.
 * - `discovered`: the same in less time; unmarked offsets only while budget is left.
 * - `deep`: every offset, in eight times the time.
 * - `patient`: the offsets of `given`, with a far larger budget. For a scrub, which must decide.
 */
export type Depth = 'given' | 'discovered' | 'deep' | 'patient'

export type Whose = 'given' | 'discovered'

export const OF_DISCOVERED_KEYS = ' of discovered keys'
export const SCALARS = 'scalars'

export class SearchLimits {
  readonly depth: Depth
  readonly budgets: Readonly<Record<Test, Budget>>
  readonly #whose: Whose

  /** `searchers`: parallel searches of the same bytes; they share the budget of discovered keys. */
  constructor(depth: Depth, whose: Whose, keys: number = MANY_KEYS, searchers: number = 1) {
    this.depth = depth
    this.#whose = whose
    const share = Math.min(1, Math.max(LEAST_SHARE, keys / MANY_KEYS))
    const budget = (test: Test): Budget => {
      const { given, discovered, isFree, isSample } = RATES[test]
      const isAlwaysFree = isFree === 'always'
      const { perByte, atOnce } = depth === 'discovered' ? discovered : given
      const patient = depth === 'patient' && !isAlwaysFree ? PATIENT : 1
      const times = depth === 'deep' ? DEEP : patient
      const isShared = depth === 'discovered' || (depth !== 'deep' && isAlwaysFree)
      const part = isSample === true && depth !== 'deep' ? share : 1
      return new Budget(perByte * times, (atOnce * times * part) / (isShared ? searchers : 1))
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

  earn(bytes: number): void {
    for (const budget of Object.values(this.budgets)) budget.earn(bytes)
  }

  get limits(): readonly string[] {
    const rates = new Map<string, Rates>(Object.entries(RATES))
    return Object.entries(this.budgets).flatMap(([test, { isShort }]) => {
      const isFree = rates.get(test)?.isFree
      const isOne = isFree === 'always' || (isFree === 'discovered' && this.depth === 'discovered')
      return isShort && !isOne ? [this.named(test)] : []
    })
  }

  named(test: string): string {
    return this.#whose === 'given' ? test : `${test}${OF_DISCOVERED_KEYS}`
  }
}
