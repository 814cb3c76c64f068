/**
 * Small worlds in numbers, so that fast-check can draw them: who there is, what is logged, what a forger writes.
 *
 * @module
 */
import * as fc from 'fast-check'

/** What a token holder may write into a token. */
export interface Forgery {
  readonly user: number
  readonly day: number
  readonly id: 'new' | 'junk' | 'placeholder' | 'absent' | 'expired' | 'of another user'
  readonly issuedAt: 'now' | 'hours ago' | 'a week ago' | 'months ago' | 'later' | 'absent'
  readonly session: 'new' | 'own' | 'of another user' | 'absent'
  readonly client: 'web' | 'outlook' | 'never seen' | 'first-party'
  readonly tenant: 'ours' | 'absent' | 'elsewhere' | 'consumers'
  readonly kind: 'user' | 'app'
}

/** A world in numbers. */
export interface Spec {
  readonly users: number
  readonly days: number
  /** Renewals a day of each user's Outlook. */
  readonly renewals: number
  readonly logs: readonly string[]
  /** Sessions last a day, or all days, or have no id. */
  readonly session: 'day' | 'stay' | 'none'
  readonly saysIssuedAt: boolean
  /** Of the genuine accesses, each of so many carries no token id; 0 for none. */
  readonly bare: number
  /** Of the sign-ins, each of so many is in no log; 0 for none. */
  readonly lost: number
  readonly forged: readonly Forgery[]
  readonly seed: number
}

export const USER_LOGS: readonly string[] = ['interactive', 'non-interactive']
export const ALL_LOGS: readonly string[] = [...USER_LOGS, 'service-principal', 'managed-identity']

const forgery = (users: number, day: fc.Arbitrary<number>): fc.Arbitrary<Forgery> =>
  fc.record({
    user: fc.nat(users - 1),
    day,
    id: fc.constantFrom(
      'new',
      'junk',
      'placeholder',
      'absent',
      'expired',
      'expired',
      'of another user',
    ),
    issuedAt: fc.constantFrom('now', 'hours ago', 'a week ago', 'months ago', 'later', 'absent'),
    session: fc.constantFrom('new', 'own', 'of another user', 'absent'),
    client: fc.constantFrom('web', 'outlook', 'never seen', 'first-party'),
    tenant: fc.constantFrom('ours', 'ours', 'absent', 'elsewhere', 'consumers'),
    kind: fc.constantFrom('user', 'user', 'app'),
  })

/** Any world: some lack logs, fields or rows, and in some nobody forges. */
export const anyWorld: fc.Arbitrary<Spec> = fc.record({
  users: fc.integer({ min: 1, max: 6 }),
  days: fc.integer({ min: 3, max: 12 }),
  renewals: fc.integer({ min: 1, max: 3 }),
  logs: fc.oneof(fc.constant(ALL_LOGS), fc.subarray([...ALL_LOGS])),
  session: fc.constantFrom('day', 'stay', 'none'),
  saysIssuedAt: fc.boolean(),
  bare: fc.constantFrom(0, 0, 1, 3),
  lost: fc.constantFrom(0, 0, 0, 0, 9, 40),
  forged: fc.array(forgery(6, fc.nat(11)), { maxLength: 5 }),
  seed: fc.nat(),
})

/** A world of which every log is whole and every genuine token is in one. */
export const soundWorld: fc.Arbitrary<Spec> = fc.record({
  users: fc.integer({ min: 5, max: 8 }),
  days: fc.integer({ min: 20, max: 26 }),
  renewals: fc.integer({ min: 1, max: 3 }),
  logs: fc.constant(ALL_LOGS),
  session: fc.constantFrom('day', 'stay', 'none'),
  saysIssuedAt: fc.boolean(),
  bare: fc.constant(0),
  lost: fc.constant(0),
  // In days that the logs cover with all of a token's life before them, and late arrivals after. Who comes in the first
  // seventh of the log may have been there before it (docs/truth.md).
  forged: fc.array(forgery(8, fc.integer({ min: 4, max: 16 })), { minLength: 1, maxLength: 6 }),
  seed: fc.nat(),
})

/** Simpler worlds of the same kind, each list in one go: without most of the forgeries, then small in all else, too. */
export function simplerSpecs(
  spec: Spec,
  users: number,
  days: number,
): readonly (readonly Spec[])[] {
  const small = { ...spec, users, days, renewals: 1, bare: 0, lost: 0 }
  const fewer = [[], ...spec.forged.map((one) => [one])]
  const inForm = (base: Spec) => fewer.map((forged) => Object.assign({}, base, { forged }))
  return [inForm(small), inForm(spec), [{ ...spec, users, renewals: 1 }]]
}
