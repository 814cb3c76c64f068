/**
 * What each reason of a verdict says, and what it does not. `docs/verdicts.md` has the same sentences.
 *
 * @module
 */
import type { Reason } from '../verdicts/match/reasons.ts'

export interface ReasonText {
  readonly means: string
  readonly cannotMean: string
}

const TEXTS: Readonly<Record<Reason, readonly [means: string, cannotMean: string]>> = {
  'token-issued': [
    'the identity provider recorded this token, and nothing disagrees. What one side lacks is not compared.',
    'that its owner used it: stolen genuine tokens are issued.',
  ],
  'principal-differs': [
    "the id belongs to somebody else's token. A lead where the same application uses it in the network of its issuance.",
    'a renamed user, nor a service that acts for others.',
  ],
  'app-differs': ['another application got this token.', 'that only the resource is named.'],
  'tenant-differs': ['another tenant issued this token.', 'a guest of the issuing tenant.'],
  'issued-at-differs': [
    'the access names a time of issue that does not fit.',
    'a wrong clock of a whole log, which is corrected.',
  ],
  'token-expired': [
    "the id was used more than 28 hours after its issuance, or before it. A lead where another identity provider's log does not say when tokens expire.",
    'continuous access evaluation, whose tokens live 28 hours.',
  ],
  'session-principal-differs': [
    'the session belongs to somebody else.',
    'that the principal is unknown.',
  ],
  'session-known': [
    'the token, or the one that the mail service was shown for it, cannot be looked up, and its session is genuine.',
    'that this token was issued.',
  ],
  'session-known-token-missing': [
    'the session is genuine, and its token is missing from a complete log: a lead. Where the absence is proven, the verdict is unissued, never-issued.',
    'a gap that the log shows.',
  ],
  'never-issued': [
    'no log has this token, and the logs would show it. A lead where known losses explain it.',
    'more than its strength.',
  ],
  'session-never-issued': [
    'the record has no usable token id, and no log has its session.',
    'more than a lead: a session may be older than the log.',
  ],
  'issuer-not-rooted': [
    'the mail service made this token for a session that nobody began, or was shown a token that nobody issued to this person.',
    'an ordinary token of the mail service.',
  ],
  'no-token-id': ['the record has no token id and no usable session.', 'that there was no token.'],
  'anonymised-id': ['the id is a placeholder.', 'that there was no token.'],
  'malformed-id': [
    'the field holds no token id, or one that 64 issuances share.',
    'by itself that the token is forged.',
  ],
  'before-issuance-window': ['the token may be older than the log.', 'that it is.'],
  'issuance-hour-empty': ['the log has a hole at that time, or ends before it.', 'a quiet night.'],
  'category-not-supplied': [
    'a needed log of this tenant is not in the case.',
    'that it does not exist.',
  ],
  'field-not-carried': [
    'issuances of that time have no token id.',
    'that the token is among them.',
  ],
  'portal-grouped': ['the portal put several sign-ins into one row.', 'that the token is in one.'],
  'first-party-app-only': [
    'an app-only token of a kind that sign-in logs leave out.',
    'that the application is genuine.',
  ],
  'backup-authentication': ['a backup issued tokens at that time.', 'that it issued this one.'],
  'owa-issuer-not-supplied': [
    'the mail service may have made the token, and its log is missing.',
    'any web mail token.',
  ],
  'issuer-root-unknown': [
    'the mail service made the token, and no session is named.',
    'an issued token.',
  ],
  'other-tenant-issuer': [
    'the log of another tenant, or of another issuer, would show this token.',
    'that it does.',
  ],
  'export-capped': ['the file says that records are missing.', 'that this one is.'],
  'late-arrival-margin': [
    'the last records of the log had not arrived.',
    'that this one is on its way.',
  ],
  'class-not-shown': [
    'this log hardly explains tokens of this application, client or service, for anybody.',
    'that they are forged.',
  ],
  'log-incomplete': [
    'ordinary tokens of these hours, or of this person, are missing too.',
    'that this token is one of them.',
  ],
  'log-does-not-fit': [
    'so many ordinary tokens do not join that a log, column or clock is wrong.',
    'that they are forged.',
  ],
  'too-few-explained': [
    'fewer than 20 tokens of this tenant were explained.',
    'that the log is wrong.',
  ],
  'sign-in-not-completed': [
    'the log has this id, of a sign-in of the same person that was interrupted: a lead.',
    'that nobody issued the token: an interrupted sign-in may go on.',
  ],
}

export function reasonText(reason: Reason): ReasonText {
  const [means, cannotMean] = TEXTS[reason]
  return { means, cannotMean }
}
