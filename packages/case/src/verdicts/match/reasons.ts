/**
 * Verdicts on an access, and their reasons. Each reason has its heading in `docs/verdicts.md`.
 *
 * @module
 */

/** In the order in which they are printed. */
export const VERDICTS = [
  'issued',
  'mismatched',
  'session-only',
  'unissued',
  'undetermined',
] as const

export type Verdict = (typeof VERDICTS)[number]

/** `established`: records and coverage prove it, and ordinary causes are excluded. `lead`: ordinary causes remain. */
export type Strength = 'established' | 'lead'

const REASONS_OF = {
  issued: ['token-issued'],
  mismatched: [
    'principal-differs',
    'app-differs',
    'tenant-differs',
    'issued-at-differs',
    'token-expired',
    'session-principal-differs',
  ],
  'session-only': ['session-known', 'session-known-token-missing'],
  unissued: ['never-issued', 'session-never-issued', 'issuer-not-rooted'],
  undetermined: [
    'no-token-id',
    'anonymised-id',
    'malformed-id',
    'before-issuance-window',
    'issuance-hour-empty',
    'category-not-supplied',
    'field-not-carried',
    'portal-grouped',
    'first-party-app-only',
    'backup-authentication',
    'owa-issuer-not-supplied',
    'issuer-root-unknown',
    'other-tenant-issuer',
    'export-capped',
    'late-arrival-margin',
    'class-not-shown',
    'log-incomplete',
    'log-does-not-fit',
    'too-few-explained',
    'sign-in-not-completed',
  ],
} as const

export type Reason = (typeof REASONS_OF)[Verdict][number]

/** Every reason, with the one verdict that it is given for. */
export const REASONS: readonly { readonly reason: Reason; readonly verdict: Verdict }[] =
  VERDICTS.flatMap((verdict) => REASONS_OF[verdict].map((reason) => ({ reason, verdict })))

export const isReason = (reason: string): reason is Reason =>
  REASONS.some((one) => one.reason === reason)

/** Coverage gaps: why an issuance log proves nothing at that hour. The first that overlaps the look-back counts. */
export const GAP_REASONS = [
  'category-not-supplied',
  'owa-issuer-not-supplied',
  'portal-grouped',
  'export-capped',
  'field-not-carried',
  'before-issuance-window',
  'issuance-hour-empty',
  'backup-authentication',
  'late-arrival-margin',
] as const
export type GapReason = (typeof GAP_REASONS)[number]
