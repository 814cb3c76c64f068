/**
 * Numbers and names in the sentences of unknowns, and what would settle an access without a verdict.
 *
 * @module
 */
export interface Unknown {
  /** Kebab-case, stable; `undetermined-` is followed by a reason of docs/verdicts.md. */
  readonly code: string
  /** One sentence with its numbers. Holds names from the log. */
  readonly text: string
  /** Which log, licence or period would settle it. */
  readonly settledBy: string
}

const NAMED = 3

/** The first few names, cut short, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const some = names.slice(0, NAMED).map((name) => (name === '' ? '(no name)' : name.slice(0, 100)))
  const rest = names.length - some.length
  return rest === 0
    ? some.join(', ')
    : `${some.join(', ')} and ${rest.toLocaleString('en-US')} more`
}

/** A list of one, as every question gives a list. */
export const asUnknown = (code: string, text: string, settled: string): [Unknown] => [
  { code, text, settledBy: settled },
]

/** Which log or period would settle an access that has no verdict, by reason. */
const SETTLED_BY: Readonly<Record<string, string>> = {
  'no-token-id':
    'An export that keeps AppAccessContext; records before August 2024 have no token id',
  'anonymised-id': 'The same export without anonymisation',
  'malformed-id': 'The original record: an id in no known spelling is also a lead',
  'before-issuance-window': 'Sign-in logs of the 28 hours and more before the first one at hand',
  'issuance-hour-empty': 'A second export of the sign-in logs for the empty hours',
  'category-not-supplied':
    'The sign-in categories that were not exported (Entra diagnostic settings)',
  'field-not-carried':
    'Sign-in logs from a source that carries token and session ids for that time',
  'portal-grouped':
    'The sign-ins through Graph or diagnostic settings: the portal groups rows and drops ids',
  'first-party-app-only':
    'Microsoft: these tokens are in no customer log; MicrosoftServicePrincipalSignInLogs for a part',
  'backup-authentication':
    'Microsoft: tokens of the backup authentication service are logged incompletely',
  'owa-issuer-not-supplied': 'Unified audit log records of type 275 (OWAAuth)',
  'other-tenant-issuer':
    'Sign-in logs of the tenant, or the log of the issuer, that issued the token',
  'export-capped': 'The export again, without its cap or by shorter periods',
  'late-arrival-margin': 'The sign-in logs again, a day later',
  'class-not-shown': 'The log that shows tokens of this class, or its provider',
  'log-incomplete': 'A second export of the sign-in logs for these hours and people',
  'log-does-not-fit': 'Both logs from their source: a log, column or clock is wrong',
  'too-few-explained': 'Logs of a longer period',
  'sign-in-not-completed':
    'The sign-ins of this person and session after the interruption, in full',
  'token-expired': 'The `exp` claim of the token',
  // Of leads: a record is missing, or two disagree, and ordinary causes remain.
  'never-issued':
    'The sign-in logs again, all categories and in full, for its day and the 28 hours before',
  'session-never-issued':
    'Interactive and non-interactive sign-in logs from before the session began',
  'session-known-token-missing': 'The non-interactive sign-in logs, in full, for its time',
  'issuer-not-rooted': 'The issuers and public keys that the service trusted at that time',
}
/** Of leads: two records disagree. */
const BOTH_RECORDS = 'Both records in full, from their source: the sign-in and the access'

export function settledBy(reason: string): string {
  if (reason.endsWith('-differs')) return BOTH_RECORDS
  return SETTLED_BY[reason] ?? 'See docs/verdicts.md for this reason'
}
