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
  java: { perByte: 0.5, atOnce: 2e8 },
  terms: { perByte: 0.5, atOnce: 2e8 },
  cut: { perByte: 0.5, atOnce: 1e9 },
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

/** Of `cut` with five bytes missing: an offset of one P-256 key takes 4.4 s (estimate: 9 s). */
const COMPLETED = 20

/**
 * Returns a function that makes the budgets of one group; groups share those near a public half and
 * for marked offsets. Its argument: whether scalars that lack five bytes are completed. Parallel
 * `searchers` share the budget of discovered keys.
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
