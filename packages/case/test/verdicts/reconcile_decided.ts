/**
 * Cases of reconcile that the evidence decides.
 *
 * @module
 */

import { NO_ID } from '../../src/store/sql.ts'
import {
  ALICE,
  BOB,
  bare,
  MACHINE_APP,
  made,
  NOON,
  OWN_APP,
  SERVICE_APP,
  session,
  soundLog,
  timeOf,
  token,
  used,
} from '../reconcile_world.ts'
import { guid, type Row, type World } from '../world.ts'

const UNKNOWN_AT = '1970-01-01 00:00:00.000'
const issued = made(NOON - 0.5, 1)
const isApp = { actor_kind: 'app', principal: '', session_id: '' }
const owaAuth = (fields: Row = {}) =>
  made(NOON - 0.4, 1, {
    source: 'ual-owa',
    category: 'owa-auth',
    session_id: session(9),
    ...fields,
  })
/** A token that the mail service was shown for another. Cases of one test have ids of their own: so is that in `detail`. */
const shows = (number: number): Row => ({ detail: `{"usedTokenId":"${token(number)}"}` })
/** Users' sign-ins of Bob's in the hours before, so that his session is known. */
const bobsSession = made(NOON - 20, 77, { session_id: session(9) })

const ofPlain = { source: 'mintmark', category: 'token' }
/** The log of an identity provider of one's own. */
const plainLog: Row[] = soundLog((row) =>
  row['category'] === 'interactive' ? { ...row, ...ofPlain } : undefined,
)
/** The same of one whose tokens live longer than the log is. */
export const longLivedLog: Row[] = plainLog.map((row) => ({
  ...row,
  detail: '{"expires":"2099-01-01T00:00:00Z"}',
}))
/** When a token of {@link NOON} less 120 hours expires. */
const lives = (days: number): Row => ({
  detail: `{"expires":"${timeOf(NOON - 120 + 24 * days).replace(' ', 'T')}Z"}`,
})

/** The rows of a world, the access to decide, and its verdict. */
export interface Case {
  readonly name: string
  readonly log?: readonly Row[]
  readonly more?: readonly Row[]
  readonly others?: readonly Row[]
  readonly world?: Partial<World>
  readonly row: Row
  readonly verdict: string
  readonly reason: string
}

/** What is issued, mismatched, known by its session or unissued, and neighbours of each. */
export const decided: readonly Case[] = [
  // issued, and what must not disturb it
  {
    name: 'a token that was issued',
    more: [issued],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a name in other letters, as logs write it',
    more: [made(NOON - 0.5, 1, { principal: BOB.toUpperCase() })],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a new name of the same object',
    more: [made(NOON - 0.5, 1, { principal: 'bobby@a.example.org', principal_id: guid(5) })],
    row: used(NOON, 1, { principal_id: guid(5) }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a guest by the name of his home',
    more: [
      made(NOON - 0.5, 1, {
        principal: 'eve_jo@home.example.net',
        tenant: 'tenant-a',
        home_tenant: 'tenant-h',
      }),
    ],
    row: used(NOON, 1, {
      principal: 'eve_jo_home.example.net#ext#@a.example.org',
      external_tenant: 'tenant-h',
    }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a token under continuous evaluation, 27 hours old',
    more: [made(NOON - 27, 1)],
    row: used(NOON, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'an authentication of days before the token',
    more: [issued],
    row: used(NOON, 1, { issued_at: timeOf(NOON - 72) }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'an id issued to two, used by one of them',
    more: [issued, made(NOON - 0.5, 1, { principal: ALICE })],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'the resource named in the place of the application',
    more: [made(NOON - 0.5, 1, { resource_id: OWN_APP })],
    row: used(NOON, 1, { client_app_id: '', app_id: OWN_APP }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: 'a token of the mail service for a token of the identity provider',
    more: [owaAuth(shows(77)), bobsSession],
    row: used(NOON, 1),
    verdict: 'issued',
    reason: 'token-issued',
  },
  {
    name: "another identity provider's token of five days, which lives seven",
    log: plainLog,
    more: [made(NOON - 20, 2, ofPlain), made(NOON - 120, 1, { ...ofPlain, ...lives(7) })],
    row: used(NOON, 1, { source: 'mintmark', issued_at: UNKNOWN_AT }),
    verdict: 'issued',
    reason: 'token-issued',
  },
  // mismatched
  {
    name: 'an id issued to somebody else',
    more: [made(NOON - 0.5, 1, { principal: ALICE })],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'principal-differs',
  },
  {
    name: 'an id issued to another application',
    more: [made(NOON - 0.5, 1, { app_id: OWN_APP })],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'app-differs',
  },
  {
    name: 'an id issued in another tenant',
    more: [made(NOON - 0.5, 1, { tenant: 'tenant-b' })],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'tenant-differs',
  },
  {
    name: 'a token that says it was made hours after its issuance',
    more: [made(NOON - 5, 1)],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'issued-at-differs',
  },
  {
    name: 'an id that was issued forty hours before',
    more: [made(NOON - 40, 1)],
    row: used(NOON, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'mismatched',
    reason: 'token-expired',
  },
  {
    name: "another identity provider's token of five days, which lives four",
    log: plainLog,
    more: [made(NOON - 120, 1, { ...ofPlain, ...lives(4) })],
    row: used(NOON, 1, { source: 'mintmark', issued_at: UNKNOWN_AT }),
    verdict: 'mismatched',
    reason: 'token-expired',
  },
  {
    name: 'an id that is issued two hours later',
    more: [made(NOON + 2, 1)],
    row: used(NOON, 1, { issued_at: UNKNOWN_AT }),
    verdict: 'mismatched',
    reason: 'token-expired',
  },
  {
    name: 'a session that was issued to somebody else',
    more: [made(NOON - 2, 2, { session_id: session(3), principal: ALICE })],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'mismatched',
    reason: 'session-principal-differs',
  },
  // session-only
  {
    name: 'a session that is known, in a record without a token id',
    more: [made(NOON - 2, 2, { session_id: session(3) })],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: "a session that is known by the record's other field",
    more: [made(NOON - 2, 2, { session_id: session(3) })],
    row: bare(NOON, { other_session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: 'a session that an issued token is used in, though its issuance did not say so',
    more: [made(NOON - 2, 2, { session_id: session(4) })],
    others: [used(NOON - 1, 2, { session_id: session(3), issued_at: timeOf(NOON - 2) })],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: 'the id of a user’s token, used by an application by itself',
    more: [issued],
    row: used(NOON, 1, { ...isApp, principal_id: '' }),
    verdict: 'mismatched',
    reason: 'principal-differs',
  },
  {
    name: 'the id of an application’s token, used by a user',
    more: [made(NOON - 0.5, 1, { category: 'service-principal', principal: '', principal_id: '' })],
    row: used(NOON, 1),
    verdict: 'mismatched',
    reason: 'principal-differs',
  },
  {
    name: 'a session that is known, and a token in it that is not',
    more: [made(NOON - 2, 2, { session_id: session(3) })],
    row: used(NOON, 1, { session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known-token-missing',
  },
  {
    name: 'a token of the mail service for a session that is known, and a token that no record names',
    more: [owaAuth(), bobsSession],
    row: used(NOON, 1),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: 'the same where the record names the new token alone',
    more: [owaAuth(shows(1)), bobsSession],
    row: used(NOON, 1),
    verdict: 'session-only',
    reason: 'session-known',
  },
  {
    name: 'a session that was asked whether to stay signed in',
    more: [
      made(NOON - 2, 2, {
        session_id: session(3),
        outcome: 'failed',
        detail: '{"errorNumber":"50140"}',
      }),
    ],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'session-only',
    reason: 'session-known',
  },
  // unissued
  {
    name: 'a token that nobody issued',
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: "another identity provider's token, which names its time",
    log: longLivedLog,
    row: used(NOON, 1, { source: 'mintmark' }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: "another identity provider's token of unknown age, whose log does not say when tokens expire",
    log: plainLog,
    row: used(NOON, 1, { source: 'mintmark', issued_at: UNKNOWN_AT }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a token that only a sign-in with a wrong password names',
    more: [made(NOON - 0.5, 1, { outcome: 'failed', detail: '{"errorNumber":"50126"}' })],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: "a token that somebody else's interrupted sign-in names",
    more: [
      made(NOON - 0.5, 1, {
        outcome: 'failed',
        detail: '{"errorNumber":"50140"}',
        principal: 'other@example.org',
        principal_id: '0a0a0a0a-0000-4000-8000-00000000000f',
      }),
    ],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an app-only token of an application that signs in by itself',
    row: used(NOON, 1, { ...isApp, client_app_id: SERVICE_APP }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'an app-only token of a managed identity',
    row: used(NOON, 1, { ...isApp, client_app_id: MACHINE_APP }),
    verdict: 'unissued',
    reason: 'never-issued',
  },
  {
    name: 'a session that nobody issued, in a record without a token id, beside one that somebody did',
    more: [made(NOON - 2, 2, { session_id: session(4) })],
    others: [bare(NOON, { session_id: session(4) })],
    row: bare(NOON, { session_id: session(3) }),
    verdict: 'unissued',
    reason: 'session-never-issued',
  },
  {
    name: 'a session that nobody issued, where issuances carry sessions and not tokens',
    log: soundLog((row) => ({ ...row, token_id: '00000000-0000-0000-0000-000000000000' })),
    more: [made(NOON - 20, 2, { session_id: session(4), token_id: NO_ID })],
    others: [used(NOON - 10, 3, { session_id: session(4) })],
    row: used(NOON, 1, { session_id: session(3) }),
    verdict: 'unissued',
    reason: 'session-never-issued',
  },
  {
    name: 'a token of the mail service for a session that nobody issued',
    more: [owaAuth()],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'issuer-not-rooted',
  },
  {
    name: 'a token of the mail service for a token that nobody issued, in a session that is known',
    more: [owaAuth(shows(78)), bobsSession],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'issuer-not-rooted',
  },
  {
    name: "a token of the mail service for somebody else's token",
    more: [owaAuth(shows(78)), bobsSession, made(NOON - 1, 78, { principal: ALICE })],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'issuer-not-rooted',
  },
  {
    name: 'a token of the mail service for a token that had expired',
    more: [owaAuth(shows(78)), bobsSession, made(NOON - 40, 78)],
    row: used(NOON, 1),
    verdict: 'unissued',
    reason: 'issuer-not-rooted',
  },
]
