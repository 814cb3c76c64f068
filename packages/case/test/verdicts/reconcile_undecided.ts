/**
 * Cases of reconcile that the evidence does not decide, and their neighbours.
 *
 * @module
 */

import {
  bare,
  LOG_HOURS,
  made,
  NOON,
  OWN_APP,
  SERVICE_APP,
  session,
  soundLog,
  timeOf,
  used,
  without,
} from '../reconcile_world.ts'
import type { Row } from '../world.ts'
import { type Case, longLivedLog } from './reconcile_decided.ts'

const UNKNOWN_AT = '1970-01-01 00:00:00.000'
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'
const isApp = { actor_kind: 'app', principal: '', session_id: '' }
const statement = (code: string, fields: Row = {}): Row => ({
  evidence_id: 7,
  line: 0,
  code,
  text: '',
  ...fields,
})
const ofEvidence7 = (row: Row) => ({ ...row, evidence_id: 7 })
const owaAuth = (fields: Row = {}) =>
  made(NOON - 0.4, 1, {
    source: 'ual-owa',
    category: 'owa-auth',
    session_id: session(9),
    ...fields,
  })

/** Undetermined accesses, by reason, with similar ones that have a verdict. */
export const undecided: readonly Case[] = [
  // undetermined
  { name: 'no id at all', row: bare(NOON), verdict: 'undetermined', reason: 'no-token-id' },
  {
    name: 'a session field that never says what sign-ins say',
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'undetermined',
    reason: 'no-token-id',
  },
  {
    name: 'a session that only a failed sign-in has',
    more: [
      made(NOON - 2, 2, {
        session_id: session(3),
        outcome: 'failed',
        detail: '{"errorNumber":"50126"}',
      }),
    ],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'undetermined',
    reason: 'no-token-id',
  },
  {
    name: 'a token that an interrupted sign-in of the same person names',
    more: [made(NOON - 0.5, 1, { outcome: 'failed', detail: '{"errorNumber":"50140"}' })],
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'sign-in-not-completed',
  },
  {
    name: 'such a token in a session that is known',
    more: [
      made(NOON - 2, 2, { session_id: session(3) }),
      made(NOON - 0.5, 1, {
        outcome: 'failed',
        detail: '{"errorNumber":"50199"}',
        session_id: session(3),
      }),
    ],
    row: used(NOON, 1, { session_id: session(3) }),
    verdict: 'undetermined',
    reason: 'sign-in-not-completed',
  },
  {
    name: 'a placeholder for an id',
    row: bare(NOON, { token_state: 'anonymised' }),
    verdict: 'undetermined',
    reason: 'anonymised-id',
  },
  {
    name: 'something that is no id',
    row: bare(NOON, { token_state: 'malformed' }),
    verdict: 'undetermined',
    reason: 'malformed-id',
  },
  {
    name: 'an id that a hundred principals share',
    more: Array.from({ length: 100 }, (_, n) =>
      made(NOON - 0.5, 1, { principal: `u${n}@a.example.org` }),
    ),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'malformed-id',
  },
  {
    name: 'a token from just before the log',
    row: used(20, 1, { issued_at: timeOf(-0.5) }),
    verdict: 'undetermined',
    reason: 'before-issuance-window',
  },
  {
    name: 'a token of unknown age in the first 28 hours',
    row: used(27, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'undetermined',
    reason: 'before-issuance-window',
  },
  {
    name: "another identity provider's token of unknown age, where tokens outlive the log",
    log: longLivedLog,
    row: used(NOON, 1, { source: 'mintmark', issued_at: UNKNOWN_AT }),
    verdict: 'undetermined',
    reason: 'before-issuance-window',
  },
  {
    name: 'a token of unknown age after that',
    row: used(29, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a hole of ten hours in a log that has records every hour',
    log: soundLog((row, hour) => (hour >= 90 && hour < 100 ? undefined : row)),
    row: used(NOON + 0.5, 1, { issued_at: timeOf(99) }),
    verdict: 'undetermined',
    reason: 'issuance-hour-empty',
  },
  {
    name: 'a token from after that hole',
    log: soundLog((row, hour) => (hour >= 90 && hour < 100 ? undefined : row)),
    row: used(NOON + 3, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a quiet night in a log that has them every night',
    log: soundLog((row, hour) => (hour % 24 < 9 ? undefined : row)),
    row: used(24 * 4 + 5, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a day after the end of the log',
    row: used(LOG_HOURS + 24, 1),
    verdict: 'undetermined',
    reason: 'issuance-hour-empty',
  },
  {
    name: 'an hour before the end of the log',
    row: used(LOG_HOURS - 1.5, 1),
    verdict: 'undetermined',
    reason: 'late-arrival-margin',
  },
  {
    name: 'three hours before the end of the log',
    row: used(LOG_HOURS - 3.5, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'ten hours before the end of the log, app-only',
    row: used(LOG_HOURS - 10, 1, { ...isApp, client_app_id: SERVICE_APP }),
    verdict: 'undetermined',
    reason: 'late-arrival-margin',
  },
  {
    name: 'no sign-ins without a person',
    log: soundLog(without('non-interactive')),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: "of nobody knows whom, by an application of the provider's own",
    row: used(NOON, 1, {
      actor_kind: '',
      principal: '',
      client_app_id: '00000003-0000-0ff1-ce00-000000000000',
    }),
    verdict: 'undetermined',
    reason: 'first-party-app-only',
  },
  {
    name: 'of nobody knows whom, by another application',
    row: used(NOON, 1, { actor_kind: '', principal: '', client_app_id: SERVICE_APP }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'no interactive sign-ins, and a file that may repeat the non-interactive ones',
    log: soundLog((row) =>
      row['category'] === 'interactive' ? { ...row, category: 'interactive-or-not' } : row,
    ),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'both logs of users, in files that do not say which they are',
    log: soundLog((row) =>
      String(row['category']).endsWith('interactive')
        ? { ...row, category: 'interactive-or-not' }
        : row,
    ),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'both logs of users, and a file beside them that does not say which it is',
    more: [made(NOON - 1, 9, { category: 'interactive-or-not' })],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: "nothing but the audit log's own sign-ins",
    log: soundLog((row) =>
      row['category'] === 'interactive'
        ? { ...row, source: 'ual-sts', category: 'sts-logon' }
        : undefined,
    ),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'no log of that tenant',
    row: used(NOON, 1, { tenant: 'tenant-z' }),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'app-only, and no log of service principals',
    log: soundLog(without('service-principal')),
    row: used(NOON, 1, { ...isApp, client_app_id: SERVICE_APP }),
    verdict: 'undetermined',
    reason: 'category-not-supplied',
  },
  {
    name: 'an hour in which issuances carry no token id',
    log: soundLog((row, hour) =>
      hour < NOON
        ? { ...row, token_id: '00000000-0000-0000-0000-000000000000', session_id: '' }
        : row,
    ),
    row: used(NOON - 10, 1),
    verdict: 'undetermined',
    reason: 'field-not-carried',
  },
  {
    name: 'the same token after the field began to appear',
    log: soundLog((row, hour) =>
      hour < NOON
        ? { ...row, token_id: '00000000-0000-0000-0000-000000000000', session_id: '' }
        : row,
    ),
    row: used(NOON + 10, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'sessions that issuances do not carry',
    log: soundLog((row) => ({ ...row, session_id: '' })),
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'undetermined',
    reason: 'field-not-carried',
  },
  {
    name: 'rows of the portal that stand for many',
    log: soundLog((row) => (row['category'] === 'non-interactive' ? { ...row, grouped: 5 } : row)),
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'portal-grouped',
  },
  {
    name: "an application of Microsoft's own, without a user",
    row: used(NOON, 1, { ...isApp, client_app_id: '00000003-0000-0ff1-ce00-000000000000' }),
    verdict: 'undetermined',
    reason: 'first-party-app-only',
  },
  {
    name: 'an application that never signed in by itself',
    row: used(NOON, 1, { ...isApp, client_app_id: OWN_APP }),
    verdict: 'undetermined',
    reason: 'first-party-app-only',
  },
  {
    name: "an application of Microsoft's own, for a user",
    row: used(NOON, 1, { client_app_id: '00000003-0000-0ff1-ce00-000000000000' }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an hour in which a backup issued tokens',
    more: [made(NOON - 0.2, 3, { issuer: 'AzureADBackupAuth' })],
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'backup-authentication',
  },
  {
    name: 'a record that names the backup as its issuer',
    row: used(NOON, 1, { issuer: 'AzureADBackupAuth' }),
    verdict: 'undetermined',
    reason: 'backup-authentication',
  },
  {
    name: 'a token of the mail service, whose own log is not there',
    row: used(NOON, 1, { issuer: '00000002-0000-0ff1-ce00-000000000000@tenant-a' }),
    verdict: 'undetermined',
    reason: 'owa-issuer-not-supplied',
  },
  {
    name: 'a token of the mail service, made without a session',
    more: [owaAuth({ session_id: '' })],
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'issuer-root-unknown',
  },
  {
    name: 'a token that names another tenant',
    row: used(NOON, 1, { token_tenant: 'tenant-h' }),
    verdict: 'undetermined',
    reason: 'other-tenant-issuer',
  },
  {
    name: 'a guest from another tenant',
    row: used(NOON, 1, { external_tenant: 'tenant-h' }),
    verdict: 'undetermined',
    reason: 'other-tenant-issuer',
  },
  {
    name: 'a personal account',
    row: used(NOON, 1, { token_tenant: CONSUMERS, tenant: '' }),
    verdict: 'undetermined',
    reason: 'other-tenant-issuer',
  },
  {
    name: 'a token that names its own tenant',
    row: used(NOON, 1, { token_tenant: 'tenant-a' }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an export that hit its cap',
    log: soundLog(ofEvidence7),
    world: { statement: [statement('row-cap')] },
    row: used(NOON, 1),
    verdict: 'undetermined',
    reason: 'export-capped',
  },
  {
    name: 'the cap of another file',
    world: { statement: [statement('row-cap')] },
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a gap of the extractor of the audit log, which says nothing of the sign-in log',
    world: {
      statement: [
        statement('extractor-gap', { from_at: timeOf(NOON - 1), to_at: timeOf(NOON + 1) }),
      ],
    },
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  // a system with its own identity provider
  {
    name: 'another system, whose log has every token',
    log: soundLog((row) =>
      row['category'] === 'interactive'
        ? { ...row, source: 'keycloak', category: 'token' }
        : undefined,
    ),
    row: used(NOON, 1, { source: 'mintmark', principal: 'carol' }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
]
