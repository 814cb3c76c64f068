/** Rules from what is known of an access to its verdict and reason. */

import type { Texts } from '../../engine/rows.ts'
import type { Params, Session } from '../../engine/session.ts'
import { APP, HAS_TOKEN, NO_ID, SESSION } from '../../store/sql.ts'
import {
  CLIENT,
  EXPIRES_MS,
  FAMILY,
  homeName,
  INTERRUPTED,
  IS_WELL_MADE,
  LATER_MS,
  LIFE_MS,
  LONGEST_LIFE_MS,
  NAMES,
  PLAIN_SOURCES,
  PREFIX,
  sessionAgrees,
  WHO,
} from './context.ts'
import { ASSIGNED_ID } from './first_party.ts'
import { PLAIN_PLAN, type Range } from './join.ts'
import { GAP_REASONS, REASONS, type Reason } from './reasons.ts'

/** A token's own time of issue is set back by as much as this against clocks that run behind. */
export const SKEW_MS = 300_000
const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'

export interface OpenTables extends Texts<'open known sessions gaps'> {
  /** app_id by tenant: whether it signed in as a service principal (sp), as a managed identity (mi). */
  readonly apps: string
  /** SQL for the time of an issuance by a true clock, milliseconds. */
  readonly issuedMs: string
}

const supplied = (category: string) =>
  `home IN (SELECT if(tenant = '', {sole:String}, tenant) FROM coverage WHERE category = '${category}' AND side = 'issuance')`

/**
 * The open accesses with what follows from each alone: `home` tenant, `sid` and its `field` (`other` where it may be a
 * session of the mail service), `family` and `kind` of token, and `note`, why no log could have shown its issuance.
 * Parameters: those of `LIFE_MS`; `first_party` applications; as `by_mail_service` what `clientsOfMailService` gives; the
 * `issuers` of `completeIssuers`, and their tenants as `with_issuers`.
 */
export function prepared(tables: OpenTables, where: string): string {
  return `
    SELECT *,
      multiIf(
        is_foreign OR NOT is_issuer_known, 'other-tenant-issuer',
        position(lower(issuer), 'backup') > 0, 'backup-authentication',
        is_user OR is_owa OR family = 'plain', '',
        app IN {first_party:Array(String)} OR match(app, '${ASSIGNED_ID}'), 'first-party-app-only',
        NOT is_app, '',
        sp + mi > 0 OR NOT ${supplied('service-principal')}, '',
        ${supplied('managed-identity')}, 'first-party-app-only',
        'category-not-supplied') AS note
    FROM (
      SELECT o.*, sp, mi,
        family = 'cloud' OR NOT match(issuer, '^https?://[!-~]+$') OR NOT has({with_issuers:Array(String)}, home)
          OR has({issuers:Array(String)}, concat(home, ' ', issuer)) AS is_issuer_known,
        multiIf(finding = 'owa', 'user', is_owa, 'owa', is_app, multiIf(sp > 0 AND mi > 0, 'app', mi > 0, 'app-mi', 'app-sp'),
          NOT is_user, 'any',
          concat(home, ' ', client_family) IN {by_mail_service:Array(String)}, 'user-owa', 'user') AS kind
      FROM (
        SELECT *,
          if(tenant = '', {sole:String}, tenant) AS home,
          if(finding = 'owa' AND root != '', root, ${SESSION}) AS sid,
          multiIf(finding = 'owa' AND root != '', 'sid', session_id = '', 'other',
            source = 'ual' AND token_state = 'absent' AND other_session_id = '', 'other', 'sid') AS field,
          if(source IN ${PLAIN_SOURCES}, 'plain', 'cloud') AS family,
          ${LIFE_MS} AS life_ms,
          ${FAMILY} AS client_family,
          lower(${APP}) AS app,
          actor_kind = 'app' AS is_app,
          actor_kind = 'user' OR actor_kind = '' AND position(principal, '@') > 0 AS is_user,
          match(issuer, '(?i)(outlook|owa|exchange|00000002-0000-0ff1-ce00-)') AND family = 'cloud' AS is_owa,
          tenant != '' AND (external_tenant NOT IN ('', tenant) OR token_tenant NOT IN ('', tenant))
            OR position(principal, '#ext#') > 0 OR '${CONSUMERS}' IN (external_tenant, token_tenant) AS is_foreign
        FROM ${tables.open}
        WHERE ${where}
      ) AS o
      LEFT ANY JOIN (SELECT home AS a_home, app AS a_app, sp, mi FROM ${tables.apps}) AS a
        ON a_home = o.home AND a_app = o.app
    )`
}

/** The longest life of tokens of each tenant's other identity providers, where all records show it: for `LIFE_MS`. */
export async function readLives(session: Session, sole: string): Promise<Params> {
  const rows = await session.rows(
    `SELECT if(owner = '', {sole:String}, owner) AS home, max(expires_ms - made_ms) AS life
     FROM (
       SELECT owner, toUnixTimestamp64Milli(at) AS made_ms, ${EXPIRES_MS} AS expires_ms
       FROM issuance WHERE source IN ${PLAIN_SOURCES} AND outcome = 'issued'
     )
     GROUP BY home HAVING min(expires_ms) > 0 ORDER BY home`,
    { sole },
  )
  return {
    sole,
    lived: rows.map(({ home }) => String(home)),
    lives: rows.map(({ life }) => String(life)),
  }
}

/** The first gap that overlaps a look-back from `from` on, as SQL; `''` when there is none. */
export function gapOf(until: string, from: string): string {
  const names = GAP_REASONS.map((gap) => `'${gap}'`).join(', ')
  return `if(empty(${until}), 'category-not-supplied', arrayFirst((d, u) -> u > ${from}, [${names}], ${until}))`
}

/** Whether the time of issue that the record names is one that its token can have. */
const IS_TIME_GIVEN = `issued_ms > at_ms - life_ms AND issued_ms <= at_ms + ${LATER_MS}`
/** From when on an access's token may have been issued, SQL in milliseconds: no token is older, whatever it claims. */
export const LOOK_BACK_FROM: string = `greatest(at_ms - life_ms,
  if(${IS_TIME_GIVEN}, least(issued_ms, at_ms) - ${SKEW_MS}, 0))`

const MISMATCHES = REASONS.filter(({ verdict }) => verdict === 'mismatched')
  .map(({ reason }) => `'${reason}'`)
  .join(', ')

/** A log has the id, of a sign-in of the same principal that was interrupted. Always a lead. */
export const NOT_COMPLETED: Reason = 'sign-in-not-completed'

/** The same as a condition: such a sign-in may have gone on, and given the token out. */
function interrupted(open: string, where: string): string {
  const names = `SELECT token_id, arrayJoin(${NAMES}) FROM issuance
    WHERE ${where} AND outcome != 'issued' AND ${INTERRUPTED} AND ${HAS_TOKEN}
      AND token_id GLOBAL IN (SELECT token_id FROM ${open} WHERE ${where})`
  const isOf = (name: string) => `(token_id, ${name}) GLOBAL IN (${names})`
  return `(${isOf(homeName('lower(principal)'))} OR ${isOf('lower(principal_id)')})`
}

const RULES = `multiIf(
  finding IN (${MISMATCHES}), ('mismatched', finding),
  token_state = 'malformed' OR finding = 'shared', ('undetermined', 'malformed-id'),
  finding = 'owa', multiIf(
    is_rooted, ('issued', 'token-issued'),
    shown != toUUID('${NO_ID}') AND why = '', ('unissued', 'issuer-not-rooted'),
    sid = '', ('undetermined', 'issuer-root-unknown'),
    is_known, ('session-only', 'session-known'),
    is_anothers, ('mismatched', 'session-principal-differs'),
    session_gap = '', ('unissued', 'issuer-not-rooted'),
    ('undetermined', session_gap)),
  token_state = 'present', multiIf(
    is_interrupted AND why = '', ('undetermined', '${NOT_COMPLETED}'),
    is_known, ('session-only', if(why = '', 'session-known-token-missing', 'session-known')),
    why = '', ('unissued', 'never-issued'),
    why = 'field-not-carried' AND is_absent, ('unissued', 'session-never-issued'),
    ('undetermined', why)),
  sid != '' AND is_known, ('session-only', 'session-known'),
  sid != '' AND is_anothers, ('mismatched', 'session-principal-differs'),
  is_absent AND note = '', ('unissued', 'session-never-issued'),
  token_state = 'anonymised', ('undetermined', 'anonymised-id'),
  sid = '', ('undetermined', 'no-token-id'),
  note != '', ('undetermined', note),
  session_gap = '', ('undetermined', 'no-token-id'),
  ('undetermined', session_gap))`

/**
 * Reasons that the holder of a token can cause by what he writes into it. In a context that is not the owner's they are
 * a lead; so is an application by itself without a log.
 */
const CHOSEN = `('malformed-id', 'anonymised-id', 'no-token-id', 'other-tenant-issuer', 'first-party-app-only',
  'owa-issuer-not-supplied', 'issuer-root-unknown', 'backup-authentication', 'session-known')`

/** What is to be weighed of a verdict; `''` nothing. `doubtful` is a lead, whatever others show. */
export const MATTERS = ['missing', 'mismatched', 'recorded', 'doubtful', 'chosen'] as const
export type Matter = (typeof MATTERS)[number]

const MATTER = `multiIf(
  is_acting OR family = 'plain' AND reason = 'token-expired' AND NOT has_expiry, 'doubtful',
  family = 'plain' AND has({complete:Array(String)}, home) AND (reason = 'never-issued'
    OR verdict = 'mismatched' AND reason != 'session-principal-differs'), 'recorded',
  verdict = 'mismatched' AND reason != 'session-principal-differs', 'mismatched',
  reason IN ('never-issued', 'issuer-not-rooted', 'session-known-token-missing'), 'missing',
  verdict IN ('unissued', 'mismatched'), 'doubtful',
  reason IN ${CHOSEN} OR reason IN ('category-not-supplied', 'field-not-carried') AND is_app
    OR verdict = 'undetermined' AND token_state != 'present', 'chosen',
  '')`

export const OUTCOME = `bucket UInt8; token_id UUID; record_id UUID; content UInt64;
  token_state Low; tenant Low; service Low; app Low; at_ms Int64; home Low; sid String; field Low;
  principal String; verdict Low; reason Low; matter Low; source Low; who String; prefix String;
  client_family Low; client_kind Low; hour Int32; unit UUID; is_well_made UInt8`

/** @param params of {@link prepared}, and as `complete` the tenants of `completePeriods` */
export async function verdictsOfRange(
  session: Session,
  tables: OpenTables,
  outcomes: string,
  linkable: string,
  range: Range,
  params: Params,
): Promise<void> {
  const where = 'bucket BETWEEN {first:UInt8} AND {last:UInt8}'
  await session.command(
    `INSERT INTO ${outcomes}
     SELECT bucket, token_id, record_id, content, token_state, tenant, service, app, at_ms, home, sid, field, principal,
       outcome.1 AS verdict, outcome.2 AS reason, ${MATTER} AS matter, source, ${WHO} AS who, ${PREFIX} AS prefix,
       client_family, ${CLIENT} AS client_kind,
       toInt32(intDiv(if(${IS_TIME_GIVEN}, issued_ms, at_ms), 3600000)) AS hour,
       if(${HAS_TOKEN}, token_id, record_id) AS unit, ${IS_WELL_MADE} AS is_well_made
     FROM (
       SELECT *, ${RULES} AS outcome
       FROM (
         SELECT *, is_seen AND NOT is_known AS is_anothers,
           sid != '' AND NOT is_seen AND is_linkable AND session_gap = '' AS is_absent
         FROM (
           SELECT * EXCEPT (until_ms, known_1, known_2, shown_names, shown_from, shown_to),
             if(note != '', note, ${gapOf('until_ms', `if(finding = 'owa', root_ms - ${LONGEST_LIFE_MS}, ${LOOK_BACK_FROM})`)}) AS why,
             hasAny(shown_names, ${NAMES}) AND root_ms BETWEEN shown_from - ${LATER_MS}
               AND shown_to + ${LONGEST_LIFE_MS + LATER_MS} AS is_rooted,
             known_1.1 OR known_2.1 AS is_seen,
             known_1.1 AND ${sessionAgrees('known_1.2', 'known_1.3')}
               OR known_2.1 AND ${sessionAgrees('known_2.2', 'known_2.3')} AS is_known,
             (home, field) IN (SELECT home, field FROM ${linkable}) AS is_linkable,
             ${interrupted(tables.open, where)} AS is_interrupted
           FROM (${withSessions(tables, where)})
         )
       )
     )
     WHERE verdict != 'issued'
     SETTINGS ${PLAIN_PLAN}, max_block_size = 16384`,
    { ...range, ...params },
  )
}

/**
 * {@link prepared} accesses with their gaps, the gap of their session, and what is known of it and of the token that the
 * mail service was shown. Its holder chose that token's id and session: it has to be his own token.
 */
function withSessions(tables: OpenTables, where: string): string {
  const named = (column: string) => `SELECT ${column} FROM ${tables.open} WHERE ${where}`
  const anySession = ['session_id', 'other_session_id', 'root'].map(named).join(' UNION ALL ')
  return `
    SELECT p.*, until_ms, session_gap, (k_session != '', k_names, k_ids) AS known_1,
      (k2_session != '', k2_names, k2_ids) AS known_2, shown_names, shown_from, shown_to
    FROM (SELECT *, concat('token/', family, '/', kind) AS token_kind FROM (${prepared(tables, where)})) AS p
    ASOF LEFT JOIN (SELECT tenant AS d_tenant, kind AS d_kind, from_ms, until_ms FROM ${tables.gaps}) AS d
      ON d_tenant = p.home AND d_kind = p.token_kind AND p.at_ms >= from_ms
    LEFT ANY JOIN (
      SELECT home AS s_home, sid AS s_sid, field AS s_field, gap AS session_gap FROM ${tables.sessions}
      WHERE sid IN (${anySession})) AS s
      ON s_home = p.home AND s_sid = p.sid AND s_field = p.field
    LEFT ANY JOIN (
      SELECT session AS k_session, names AS k_names, ids AS k_ids FROM ${tables.known}
      WHERE session IN (${anySession})) AS k
      ON k_session = p.sid
    LEFT ANY JOIN (
      SELECT session AS k2_session, names AS k2_names, ids AS k2_ids FROM ${tables.known}
      WHERE session IN (${named('other_session_id')})) AS k2
      ON k2_session = p.other_session_id
    LEFT ANY JOIN (
      SELECT token_id AS shown_id, groupUniqArrayArray(${NAMES}) AS shown_names,
        min(${tables.issuedMs}) AS shown_from, max(${tables.issuedMs}) AS shown_to
      FROM issuance WHERE outcome = 'issued' AND category != 'owa-auth' AND ${HAS_TOKEN}
        AND token_id GLOBAL IN (${named('shown')})
      GROUP BY token_id) AS s2
      ON shown_id = p.shown`
}
