/**
 * In which context a token was used, as SQL over the columns of an access. A forger chooses id, times, session, client
 * and application of a token, but not the address that the server saw, nor the owner's earlier accesses.
 */

import { APP } from '../../store/sql.ts'

/** Sources of systems that have an identity provider of their own: Microsoft's rules are not for them. */
export const PLAIN: readonly string[] = ['dovecot', 'keycloak', 'mintmark']
export const PLAIN_SOURCES: string = `('${PLAIN.join("', '")}')`

/** One hour: an interactive sign-in with its prompts takes that long at most. */
export const LATER_MS = 3_600_000
const EARLIER_MS = 3_600_000
/** 90 days, the life of a session that is renewed. */
const SIGNED_IN_MS: number = 90 * 86_400_000

/**
 * Errors after a sign-in that succeeded ("keep me signed in?"): logged as failures, the same session goes on, and some
 * sessions have nothing else (unified audit log of 2021). Anybody can cause other failures, and so log an id of his choice.
 */
export const INTERRUPTED: string = `match(detail, '"error(Number|Code)":"?(50140|50199)"?[,}]')`

/** The longest life of a token: 28 hours under continuous access evaluation. */
export const LONGEST_LIFE_MS: number = 28 * 3_600_000

/** When a token expires, as another identity provider's log says it; 0 where it does not. */
export const EXPIRES_MS = `toUnixTimestamp64Milli(parseDateTime64BestEffortOrZero(simpleJSONExtractString(detail, 'expires'), 3, 'UTC'))`

/**
 * The longest life of an access's token, SQL in milliseconds: {@link LONGEST_LIFE_MS}, or of another identity provider the
 * longest that its log has, where all tokens in it say when they expire. Parameters: those of `readLives`.
 */
export const LIFE_MS: string = `least(at_ms, greatest(${LONGEST_LIFE_MS}, if(source IN ${PLAIN_SOURCES},
  toInt64OrZero({lives:Array(String)}[indexOf({lived:Array(String)}, if(tenant = '', {sole:String}, tenant))]), 0)))`

/** Whether the log of an issuance has tokens of users, or of applications by themselves; `''` where it may have both. */
export const WHOSE: string = `multiIf(category IN ('interactive', 'non-interactive'), 'user',
  category IN ('service-principal', 'managed-identity', 'ms-service-principal'), 'app', '')`

/** The token that the mail service was shown for one of its own; `''` where its record names none, or the new one. */
const SHOWN = `if(category = 'owa-auth', nullIf(extract(detail, '"usedTokenId":"([0-9a-f-]{36})"'), toString(token_id)), '')`

/** What is compared of one issuance, or of equal ones (`group`), with what is read of `detail`, which takes long. */
export function FACT(of: 'one' | 'group'): (timeMs: string) => string {
  const least = of === 'group' ? 'min' : ''
  const most = of === 'group' ? 'max' : ''
  const detailed =
    of === 'group'
      ? `max(ifNull(${SHOWN}, '')), max(if(source IN ${PLAIN_SOURCES}, ${EXPIRES_MS}, 0)), max(${PREFIX})`
      : `'', 0, ''`
  return (
    timeMs,
  ) => `(category = 'owa-auth', lower(principal), principal_id, app_id, resource_id, tenant, home_tenant,
    ${least}(${timeMs}), ${most}(${timeMs}), source IN ${PLAIN_SOURCES}, ${most}(session_id), ${WHOSE}, ${detailed})`
}

/** A guest's name as its home tenant spells it: `user_example.org#ext#@tenant` is `user@example.org`. */
export const homeName = (name: string): string =>
  `if(position(${name}, '#ext#') > 0,
    replaceRegexpOne(substring(${name}, 1, position(${name}, '#ext#') - 1), '^([^@]*)_([^_@]*)$', '\\\\1@\\\\2'), ${name})`

const isOwnNames = `source IN ${PLAIN_SOURCES}`

/** More than any mask of what disagrees. */
export const DISAGREES = 32

/**
 * Which fields of an issuance and an access disagree: 16 principal, 8 application, 4 tenant, 2 life, 1 time of issue. The
 * smaller mask is closer. A field disagrees only where both sides know it:
 *
 * - **principal**: there is a pair of object ids or of names (case-blind, a guest's name in its home form) and none is
 *   equal. Names count only if both have an `@`, or both records are of a system with its own names; names of
 *   applications never. A user's token is not used by an application by itself, nor the other way round.
 * - **application**: neither the access's client application nor its application is that of the token. An access that
 *   names only the resource does not disagree.
 * - **tenant**: the tenant that the token names, or else those of the resource and of the guest, is neither that of the
 *   issuance nor the home tenant of its principal.
 * - **life**: the access is before the issuance, or later than {@link LONGEST_LIFE_MS} after it and than the token
 *   expires, save an hour for clocks.
 * - **time of issue**: more than {@link LATER_MS} after the issuance, whose time is when the sign-in began, or more
 *   than {@link EARLIER_MS} before it; {@link SIGNED_IN_MS} for the unified audit log's `IssuedAtTime`, which a token
 *   renewed without a new sign-in keeps.
 */
export function agreementMask(fact: string): string {
  return `toUInt8((${differs.principal(fact)}) * 16 + (${differs.app(fact)}) * 8 + (${differs.tenant(fact)}) * 4
    + (${differs.life(fact)}) * 2 + (${differs.issuedAt(fact)}))`
}

const bothAreNames = (a: string, b: string, isPlain: string) =>
  `(${a} != '' AND ${b} != '' AND (position(${a}, '@') > 0 AND position(${b}, '@') > 0 OR ${isPlain}))`

const differs = {
  principal: (fact: string) => {
    const ids = `(principal_id != '' AND ${fact}.3 != '')`
    const names = `(actor_kind != 'app' AND ${bothAreNames('principal', `${fact}.2`, `${isOwnNames} AND ${fact}.10`)})`
    const kinds = `actor_kind IN ('user', 'app') AND ${fact}.12 NOT IN ('', actor_kind)`
    return `${kinds} OR (${ids} OR ${names}) AND NOT (${ids} AND lower(principal_id) = lower(${fact}.3))
      AND NOT (${names} AND ${homeName('lower(principal)')} = ${homeName(`${fact}.2`)})`
  },
  app: (fact: string) =>
    `${fact}.4 != '' AND (app_id != '' OR client_app_id != '') AND ${fact}.4 NOT IN (app_id, client_app_id)
      AND NOT (client_app_id = '' AND app_id = ${fact}.5)`,
  tenant: (fact: string) => {
    const tenants = `arrayFilter(t -> t != '', if(token_tenant != '', [toString(token_tenant)],
      [toString(tenant), toString(external_tenant)]))`
    const issuers = `arrayFilter(t -> t != '', [toString(${fact}.6), toString(${fact}.7)])`
    return `notEmpty(${tenants}) AND notEmpty(${issuers}) AND NOT hasAny(${tenants}, ${issuers})`
  },
  life: (fact: string) =>
    `(at_ms > greatest(${fact}.9 + ${LONGEST_LIFE_MS}, ${fact}.14) + ${LATER_MS} OR at_ms < ${fact}.8 - ${LATER_MS})`,
  issuedAt: (fact: string) => {
    const earlier = `if(source = 'ual', ${SIGNED_IN_MS}, ${EARLIER_MS})`
    const fits = (time: string) =>
      `(issued_ms <= ${time} + ${LATER_MS} AND issued_ms >= ${time} - ${earlier})`
    return `issued_ms > 0 AND NOT ${fits(`${fact}.8`)} AND NOT ${fits(`${fact}.9`)}`
  },
}

/** The reason of a mask that is not 0, as SQL: the field that is most significant. */
export const REASON_OF_MASK = (mask: string): string =>
  `multiIf(bitAnd(${mask}, 16) != 0, 'principal-differs', bitAnd(${mask}, 8) != 0, 'app-differs',
    bitAnd(${mask}, 4) != 0, 'tenant-differs', bitAnd(${mask}, 2) != 0, 'token-expired', 'issued-at-differs')`

/** Whether a session's issuances are of this access's principal, or do not show; names and ids are arrays. */
export const sessionAgrees = (names: string, ids: string): string =>
  `(has(${ids}, principal_id) AND principal_id != ''
    OR has(arrayMap(n -> ${homeName('n')}, ${names}), ${homeName('lower(principal)')}) AND principal != ''
    OR length(${names}) >= 16 OR length(${ids}) >= 16
    OR NOT (principal_id != '' AND arrayExists(i -> i != '', ${ids})
      OR position(principal, '@') > 0 AND arrayExists(n -> position(n, '@') > 0, ${names})))`

/** Whose token it is: the name where there is one, else the object id, else the application. */
export const WHO: string = `multiIf(position(principal, '@') > 0, ${homeName('lower(principal)')},
  principal_id != '', lower(principal_id), principal != '', lower(principal),
  lower(${APP}))`

/** Every name under which the logs may have the same principal. */
export const NAMES: string = `arrayDistinct(arrayFilter(one -> one != '',
  [${homeName('lower(principal)')}, lower(principal_id)]))`

/** Private, shared and link-local addresses name no network. */
const NO_NETWORK =
  '^(10|127)[.]|^192[.]168[.]|^169[.]254[.]|^172[.](1[6-9]|2[0-9]|3[01])[.]|^100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])[.]|^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:|^::1$'

/** The network of an address: /24, or /48; `''` where the address names none. */
export const PREFIX: string = `if(ip = '' OR match(ip, '${NO_NETWORK}'), '', cutIPv6(toIPv6OrZero(ip), 10, 1))`

export const FAMILY: string = `lower(if(position(client, 'lient=') > 0, extract(client, '[Cc]lient=([A-Za-z]+)'),
  extract(client, '^[A-Za-z][A-Za-z_-]*')))`

export const CLIENT: string = `replaceRegexpAll(client, '[0-9]+([._][0-9]+)*', '#')`

/** How the token service makes ids: version 4, and a last byte of 0, 1 or 2 in all that were ever seen. */
export const IS_WELL_MADE: string = `(substring(toString(token_id), 15, 1) = '4' AND substring(toString(token_id), 35, 2) IN ('00', '01', '02'))`

/** Where the identity provider's own records put principals, from a table with the columns of `issuance`. */
export const signedIn = (issuances: string): string => `
  SELECT DISTINCT arrayJoin(${NAMES}) AS who, ${PREFIX} AS prefix FROM (
    SELECT DISTINCT principal, principal_id, ip FROM ${issuances}
    WHERE outcome = 'issued' AND category != 'owa-auth' AND ip != '')`
