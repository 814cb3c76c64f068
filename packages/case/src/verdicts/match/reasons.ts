/** Verdicts on an access, and their reasons. Each reason has its heading in `docs/verdicts.md`. */
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

const TABLE = {
  'token-issued': [
    'issued',
    'the identity provider recorded this token, and nothing disagrees. What one side lacks is not compared.',
    'that its owner used it: stolen genuine tokens are issued.',
  ],
  'principal-differs': [
    'mismatched',
    "the id belongs to somebody else's token. A lead where the same application uses it in the network of its issuance.",
    'a renamed user, nor a service that acts for others.',
  ],
  'app-differs': [
    'mismatched',
    'another application got this token.',
    'that only the resource is named.',
  ],
  'tenant-differs': [
    'mismatched',
    'another tenant issued this token.',
    'a guest of the issuing tenant.',
  ],
  'issued-at-differs': [
    'mismatched',
    'the access names a time of issue that does not fit.',
    'a wrong clock of a whole log, which is corrected.',
  ],
  'token-expired': [
    'mismatched',
    "the id was used more than 28 hours after its issuance, or before it. A lead where another identity provider's log does not say when tokens expire.",
    'continuous access evaluation, whose tokens live 28 hours.',
    'The `exp` claim of the token',
  ],
  'session-principal-differs': [
    'mismatched',
    'the session belongs to somebody else.',
    'that the principal is unknown.',
  ],
  'session-known': [
    'session-only',
    'the token, or the one that the mail service was shown for it, cannot be looked up, and its session is genuine.',
    'that this token was issued.',
  ],
  'session-known-token-missing': [
    'session-only',
    'the session is genuine, and its token is missing from a complete log: a lead. Where the absence is proven, the verdict is unissued, never-issued.',
    'a gap that the log shows.',
    'The non-interactive sign-in logs, in full, for its time',
  ],
  'never-issued': [
    'unissued',
    'no log has this token, and the logs would show it. A lead where known losses explain it.',
    'more than its strength.',
    'The sign-in logs again, all categories and in full, for its day and the 28 hours before',
  ],
  'session-never-issued': [
    'unissued',
    'the record has no usable token id, and no log has its session.',
    'more than a lead: a session may be older than the log.',
    'Interactive and non-interactive sign-in logs from before the session began',
  ],
  'issuer-not-rooted': [
    'unissued',
    'the mail service made this token for a session that nobody began, or was shown a token that nobody issued to this person.',
    'an ordinary token of the mail service.',
    'The issuers and public keys that the service trusted at that time',
  ],
  'no-token-id': [
    'undetermined',
    'the record has no token id and no usable session.',
    'that there was no token.',
    'An export that keeps AppAccessContext; records before August 2024 have no token id',
  ],
  'anonymised-id': [
    'undetermined',
    'the id is a placeholder.',
    'that there was no token.',
    'The same export without anonymisation',
  ],
  'malformed-id': [
    'undetermined',
    'the field holds no token id, or one that 64 issuances share.',
    'by itself that the token is forged.',
    'The original record: an id in no known spelling is also a lead',
  ],
  'before-issuance-window': [
    'undetermined',
    'the token may be older than the log.',
    'that it is.',
    'Sign-in logs of the 28 hours and more before the first one at hand',
  ],
  'issuance-hour-empty': [
    'undetermined',
    'the log has a hole at that time, or ends before it.',
    'a quiet night.',
    'A second export of the sign-in logs for the empty hours',
  ],
  'category-not-supplied': [
    'undetermined',
    'a needed log of this tenant is not in the case.',
    'that it does not exist.',
    'The sign-in categories that were not exported (Entra diagnostic settings)',
  ],
  'field-not-carried': [
    'undetermined',
    'issuances of that time have no token id.',
    'that the token is among them.',
    'Sign-in logs from a source that carries token and session ids for that time',
  ],
  'portal-grouped': [
    'undetermined',
    'the portal put several sign-ins into one row.',
    'that the token is in one.',
    'The sign-ins through Graph or diagnostic settings: the portal groups rows and drops ids',
  ],
  'first-party-app-only': [
    'undetermined',
    'an app-only token of a kind that sign-in logs leave out.',
    'that the application is genuine.',
    'Microsoft: these tokens are in no customer log; MicrosoftServicePrincipalSignInLogs for a part',
  ],
  'backup-authentication': [
    'undetermined',
    'a backup issued tokens at that time.',
    'that it issued this one.',
    'Microsoft: tokens of the backup authentication service are logged incompletely',
  ],
  'owa-issuer-not-supplied': [
    'undetermined',
    'the mail service may have made the token, and its log is missing.',
    'any web mail token.',
    'Unified audit log records of type 275 (OWAAuth)',
  ],
  'issuer-root-unknown': [
    'undetermined',
    'the mail service made the token, and no session is named.',
    'an issued token.',
  ],
  'other-tenant-issuer': [
    'undetermined',
    'the log of another tenant, or of another issuer, would show this token.',
    'that it does.',
    'Sign-in logs of the tenant, or the log of the issuer, that issued the token',
  ],
  'export-capped': [
    'undetermined',
    'the file says that records are missing.',
    'that this one is.',
    'The export again, without its cap or by shorter periods',
  ],
  'late-arrival-margin': [
    'undetermined',
    'the last records of the log had not arrived.',
    'that this one is on its way.',
    'The sign-in logs again, a day later',
  ],
  'class-not-shown': [
    'undetermined',
    'this log hardly explains tokens of this application, client or service, for anybody.',
    'that they are forged.',
    'The log that shows tokens of this class, or its provider',
  ],
  'log-incomplete': [
    'undetermined',
    'ordinary tokens of these hours, or of this person, are missing too.',
    'that this token is one of them.',
    'A second export of the sign-in logs for these hours and people',
  ],
  'log-does-not-fit': [
    'undetermined',
    'so many ordinary tokens do not join that a log, column or clock is wrong.',
    'that they are forged.',
    'Both logs from their source: a log, column or clock is wrong',
  ],
  'too-few-explained': [
    'undetermined',
    'fewer than 20 tokens of this tenant were explained.',
    'that the log is wrong.',
    'Logs of a longer period',
  ],
  'sign-in-not-completed': [
    'undetermined',
    'the log has this id, of a sign-in of the same person that was interrupted: a lead.',
    'that nobody issued the token: an interrupted sign-in may go on.',
    'The sign-ins of this person and session after the interruption, in full',
  ],
} as const

export type Reason = keyof typeof TABLE
type Row = readonly [verdict: Verdict, means: string, cannotMean: string, settledBy?: string]
const rowOf = (reason: string): Row | undefined =>
  Object.entries<Row>(TABLE).find(([one]) => one === reason)?.[1]

/** Every reason, with the one verdict that it is given for. */
export const REASONS: readonly { readonly reason: Reason; readonly verdict: Verdict }[] =
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
  (Object.keys(TABLE) as Reason[]).map((reason) => ({ reason, verdict: TABLE[reason][0] }))

export interface ReasonText {
  readonly means: string
  readonly cannotMean: string
}

export function reasonText(reason: string): ReasonText {
  const [, means = '', cannotMean = ''] = rowOf(reason) ?? []
  return { means, cannotMean }
}

export function settledBy(reason: string): string {
  if (reason.endsWith('-differs'))
    return 'Both records in full, from their source: the sign-in and the access'
  return rowOf(reason)?.[3] ?? 'See docs/verdicts.md for this reason'
}

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
