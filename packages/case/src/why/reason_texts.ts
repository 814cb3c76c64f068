/**
 * What each reason of a verdict says, and what it does not. The same sentences stand in `docs/verdicts.md`.
 *
 * @module
 */
import type { Reason } from '../verdicts/match/reasons.ts'

export interface ReasonText {
  readonly means: string
  readonly cannotMean: string
}

export const REASON_TEXTS: Readonly<Record<Reason, ReasonText>> = {
  'token-issued': {
    means:
      'the identity provider recorded this token, and nothing disagrees. What one side lacks is not compared.',
    cannotMean: 'that its owner used it: stolen genuine tokens are issued.',
  },
  'principal-differs': {
    means: "the id belongs to somebody else's token.",
    cannotMean: 'a renamed user.',
  },
  'app-differs': {
    means: 'another application got this token.',
    cannotMean: 'that only the resource is named.',
  },
  'tenant-differs': {
    means: 'another tenant issued this token.',
    cannotMean: 'a guest of the issuing tenant.',
  },
  'issued-at-differs': {
    means: 'the access names a time of issue that does not fit.',
    cannotMean: 'a wrong clock of a whole log, which is corrected.',
  },
  'token-expired': {
    means: 'the id was used more than 28 hours after its issuance, or before it.',
    cannotMean: 'continuous access evaluation, whose tokens live 28 hours.',
  },
  'session-principal-differs': {
    means: 'the session belongs to somebody else.',
    cannotMean: 'that the principal is unknown.',
  },
  'session-known': {
    means: 'the token cannot be looked up, and its session is genuine.',
    cannotMean: 'that this token was issued.',
  },
  'session-known-token-missing': {
    means:
      'the session is genuine, and its token is missing from a complete log: a lead. Where the absence is proven, the verdict is unissued, never-issued.',
    cannotMean: 'a gap that the log shows.',
  },
  'never-issued': {
    means: 'no log has this token, and the logs would show it.',
    cannotMean: 'more than its strength.',
  },
  'session-never-issued': {
    means: 'the record has no usable token id, and no log has its session.',
    cannotMean: 'more than a lead: a session may be older than the log.',
  },
  'issuer-not-rooted': {
    means: 'the mail service made this token for a session that nobody began.',
    cannotMean: 'an ordinary token of the mail service.',
  },
  'no-token-id': {
    means: 'the record has no token id and no usable session.',
    cannotMean: 'that there was no token.',
  },
  'anonymised-id': { means: 'the id is a placeholder.', cannotMean: 'that there was no token.' },
  'malformed-id': {
    means: 'the field holds no token id, or one that 64 issuances share.',
    cannotMean: 'by itself that the token is forged.',
  },
  'before-issuance-window': {
    means: 'the token may be older than the log.',
    cannotMean: 'that it is.',
  },
  'issuance-hour-empty': {
    means: 'the log has a hole at that time, or ends before it.',
    cannotMean: 'a quiet night.',
  },
  'category-not-supplied': {
    means: 'a needed log of this tenant is not in the case.',
    cannotMean: 'that it does not exist.',
  },
  'field-not-carried': {
    means: 'issuances of that time have no token id.',
    cannotMean: 'that the token is among them.',
  },
  'portal-grouped': {
    means: 'the portal put several sign-ins into one row.',
    cannotMean: 'that the token is in one.',
  },
  'first-party-app-only': {
    means: 'an app-only token of a kind that sign-in logs leave out.',
    cannotMean: 'that the application is genuine.',
  },
  'backup-authentication': {
    means: 'a backup issued tokens at that time.',
    cannotMean: 'that it issued this one.',
  },
  'owa-issuer-not-supplied': {
    means: 'the mail service may have made the token, and its log is missing.',
    cannotMean: 'any web mail token.',
  },
  'issuer-root-unknown': {
    means: 'the mail service made the token, and no session is named.',
    cannotMean: 'an issued token.',
  },
  'other-tenant-issuer': {
    means: "another tenant's log would show this token.",
    cannotMean: 'that it does.',
  },
  'export-capped': {
    means: 'the file says that records are missing.',
    cannotMean: 'that this one is.',
  },
  'late-arrival-margin': {
    means: 'the last records of the log had not arrived.',
    cannotMean: 'that this one is on its way.',
  },
  'class-not-shown': {
    means: 'this log hardly explains tokens of this application, client or service, for anybody.',
    cannotMean: 'that they are forged.',
  },
  'log-incomplete': {
    means: 'ordinary tokens of these hours, or of this person, are missing too.',
    cannotMean: 'that this token is one of them.',
  },
  'log-does-not-fit': {
    means: 'so many ordinary tokens do not join that a log, column or clock is wrong.',
    cannotMean: 'that they are forged.',
  },
  'too-few-explained': {
    means: 'fewer than 20 tokens of this tenant were explained.',
    cannotMean: 'that the log is wrong.',
  },
}
