/** What the search for the secrets of known keys may cost, for each kind of offset. @module */

import { Budget, type Rate } from '../values/budget.ts'
import { type Depth, PATIENT, ROOTS_SHARE } from '../values/search_limits.ts'

const RATES = {
  pointed: { perByte: 1, atOnce: 3e8 },
  far: { perByte: 0.5, atOnce: 1e8 },
  ints: { perByte: 0.5, atOnce: 1e9 },
  strings: { perByte: 0.5, atOnce: 1e8 },
  texts: { perByte: 0.5, atOnce: 2e8 },
  before: { perByte: 0.5, atOnce: 1e8 },
  near: { perByte: 3, atOnce: 3e8 },
  placed: { perByte: 0.5, atOnce: 2e8 },
  /** Numbers and arrays of the JVM. */
  java: { perByte: 0.5, atOnce: 2e8 },
  /** Terms of Erlang. */
  terms: { perByte: 0.5, atOnce: 2e8 },
  /** Scalars without their begin or end. */
  cut: { perByte: 0.5, atOnce: 1e9 },
  /** Numbers of JavaScript libraries. */
  v8: { perByte: 0.5, atOnce: 1e9 },
} as const

export type SecretBudgets = Readonly<Record<keyof typeof RATES, Budget>>

/** How much is spent, of what is usual. */
const SHARES: Readonly<Record<Depth, number>> = {
  given: 1,
  discovered: 0.1,
  deep: 8,
  patient: PATIENT,
}

/** Of `cut`, where five bytes may be missing: of one key of P-256, an offset takes 9 s by estimate, 4.4 s in truth. */
const COMPLETED = 20

/** Whose secrets are searched for. */
interface Sought {
  readonly depth: Depth
  /** See {@link import('../values/search_limits.ts').SearchLimits.reportsLimits}. */
  readonly reportsLimits: boolean
}

/**
 * @param searchers how many searches of the same bytes run in parallel: they share the budget of discovered keys
 * @returns makes the budgets of one group of such keys; all groups share those for offsets near a public half and for
 *   marked offsets. Its argument: whether scalars that lack five bytes are completed
 */
export function budgetsFor(
  { depth, reportsLimits }: Sought,
  searchers: number,
): (completesParts: boolean) => SecretBudgets {
  const ofRoots = reportsLimits ? 1 : ROOTS_SHARE
  const parts = depth === 'discovered' ? searchers : 1
  const usual = SHARES[depth]
  const budget = ({ perByte, atOnce }: Rate, share = usual): Budget =>
    new Budget(perByte * share * ofRoots, (atOnce * share * ofRoots) / parts)
  const near = budget(RATES.near)
  // A sample in any case.
  const placed = budget(RATES.placed, depth === 'patient' ? SHARES.given : usual)
  return (completesParts) => ({
    pointed: budget(RATES.pointed),
    far: budget(RATES.far),
    ints: budget(RATES.ints),
    strings: budget(RATES.strings),
    texts: budget(RATES.texts),
    before: budget(RATES.before),
    near,
    placed,
    // There are few such offsets, where there are any: keys that were only discovered have as much.
    java: budget(RATES.java, Math.max(1, usual)),
    cut: budget(RATES.cut, completesParts ? COMPLETED : usual),
    v8: budget(RATES.v8),
    terms: budget(RATES.terms),
  })
}
