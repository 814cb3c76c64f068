/** What the search for the secrets of known keys may cost, for each kind of offset. */

import { Budget, type Rate } from '../values/budget.ts'
import { type Depth, PATIENT } from '../values/search_limits.ts'

const RATES = {
  pointed: { perByte: 1, atOnce: 3e8 },
  far: { perByte: 0.5, atOnce: 1e8 },
  ints: { perByte: 0.5, atOnce: 1e9 },
  strings: { perByte: 0.5, atOnce: 1e8 },
  texts: { perByte: 0.5, atOnce: 2e8 },
  before: { perByte: 0.5, atOnce: 1e8 },
  near: { perByte: 3, atOnce: 3e8 },
  placed: { perByte: 0.5, atOnce: 2e8 },
  /** Every offset of a window, where there is time for all: of a small file. */
  every: { perByte: 0, atOnce: 5e8 },
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

/**
 * @param searchers how many searches of the same bytes run in parallel: they share the budget of discovered keys
 * @returns makes the budgets of one group of such keys; all groups share those for offsets near a public half and for
 *   marked offsets. Its argument: whether scalars that lack five bytes are completed
 */
export function budgetsFor(
  depth: Depth,
  searchers: number,
): (completesParts: boolean) => SecretBudgets {
  const parts = depth === 'discovered' ? searchers : 1
  const usual = SHARES[depth]
  const budget = (name: keyof typeof RATES, share = usual): Budget => {
    const { perByte, atOnce }: Rate = RATES[name]
    return new Budget(perByte * share, (atOnce * share) / parts)
  }
  const near = budget('near')
  // A sample in any case.
  const placed = budget('placed', depth === 'patient' ? SHARES.given : usual)
  return (completesParts) => ({
    pointed: budget('pointed'),
    far: budget('far'),
    ints: budget('ints'),
    strings: budget('strings'),
    texts: budget('texts'),
    before: budget('before'),
    near,
    placed,
    every: budget('every', depth === 'deep' ? usual : 0),
    // There are few such offsets, where there are any: keys that were only discovered have as much.
    java: budget('java', Math.max(1, usual)),
    cut: budget('cut', completesParts ? COMPLETED : usual),
    v8: budget('v8'),
    terms: budget('terms'),
  })
}
