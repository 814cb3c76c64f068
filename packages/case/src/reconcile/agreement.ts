/**
 * When an issuance and an access are of one token, as SQL.
 *
 * A field disagrees only where both sides know it:
 *
 * - **principal**: object ids are compared, and names (case-blind, a guest's name in its home form). One pair
 *   that is equal is agreement; the principal differs when there is a pair and none is equal. Names count only
 *   if both have an `@`, or both records are of a system with its own names; names of applications never.
 * - **application**: the access's client application or its application is the one that the token was made
 *   for. An access that names only the resource does not disagree.
 * - **tenant**: the tenant that the token names, or else those of the resource and of the guest, is that of the
 *   issuance or the home tenant of its principal.
 * - **time of issue**: not more than {@link LATER_MS} after the issuance (its record's time is when the sign-in
 *   began), and not more than {@link EARLIER_MS} before it. The unified audit log's `IssuedAtTime` is "when the
 *   authentication occurred": a token renewed without a new sign-in may carry one that is weeks old, so there
 *   it is {@link SIGNED_IN_MS}.
 *
 * @module
 */

import { PLAIN_SOURCES } from '../plain_sources.ts'

/** One hour: an interactive sign-in with its prompts takes that long at most. */
export const LATER_MS = 3_600_000
export const EARLIER_MS = 3_600_000
/** 90 days, the life of a session that is renewed. */
export const SIGNED_IN_MS: number = 90 * 86_400_000

/** What is compared of one issuance: a tuple, in an aggregation over equal issuances of a token. */
export const FACT: string = `(category = 'owa-auth', lower(principal), principal_id, app_id, resource_id, tenant, home_tenant,
  toUnixTimestamp64Milli(min(at)), toUnixTimestamp64Milli(max(at)), source IN ${PLAIN_SOURCES},
  max(session_id))`

/** A guest's name as its home tenant spells it: `user_example.org#ext#@tenant` is `user@example.org`. */
export const homeName = (name: string): string =>
  `if(position(${name}, '#ext#') > 0,
    replaceRegexpOne(substring(${name}, 1, position(${name}, '#ext#') - 1), '^([^@]*)_([^_@]*)$', '\\\\1@\\\\2'), ${name})`

const isOwnNames = `source IN ${PLAIN_SOURCES}`

/**
 * Which fields of a fact disagree with the access at hand: 8 principal, 4 application, 2 tenant, 1 time of
 * issue. 0 is agreement; the smaller of two masks is the closer issuance.
 */
export function agreementMask(fact: string): string {
  return `(${differs.principal(fact)}) * 8 + (${differs.app(fact)}) * 4 + (${differs.tenant(fact)}) * 2
    + (${differs.issuedAt(fact)})`
}

const bothAreNames = (a: string, b: string, isPlain: string) =>
  `(${a} != '' AND ${b} != '' AND (position(${a}, '@') > 0 AND position(${b}, '@') > 0 OR ${isPlain}))`

const differs = {
  principal: (fact: string) => {
    const ids = `(principal_id != '' AND ${fact}.3 != '')`
    const names = `(actor_kind != 'app' AND ${bothAreNames('principal', `${fact}.2`, `${isOwnNames} AND ${fact}.10`)})`
    return `(${ids} OR ${names}) AND NOT (${ids} AND lower(principal_id) = lower(${fact}.3))
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
  issuedAt: (fact: string) => {
    const earlier = `if(source = 'ual', ${SIGNED_IN_MS}, ${EARLIER_MS})`
    const fits = (time: string) =>
      `(issued_ms <= ${time} + ${LATER_MS} AND issued_ms >= ${time} - ${earlier})`
    return `issued_ms > 0 AND NOT ${fits(`${fact}.8`)} AND NOT ${fits(`${fact}.9`)}`
  },
}

/** The reason of a mask that is not 0, as SQL: the field that tells most. */
export const REASON_OF_MASK = (mask: string): string =>
  `multiIf(bitAnd(${mask}, 8) != 0, 'principal-differs', bitAnd(${mask}, 4) != 0, 'app-differs',
    bitAnd(${mask}, 2) != 0, 'tenant-differs', 'issued-at-differs')`

/** Whether a session's issuances are of this access's principal, or do not tell; names and ids are arrays. */
export const sessionAgrees = (names: string, ids: string): string =>
  `(has(${ids}, principal_id) AND principal_id != ''
    OR has(arrayMap(n -> ${homeName('n')}, ${names}), ${homeName('lower(principal)')}) AND principal != ''
    OR length(${names}) >= 16 OR length(${ids}) >= 16
    OR NOT (principal_id != '' AND arrayExists(i -> i != '', ${ids})
      OR position(principal, '@') > 0 AND arrayExists(n -> position(n, '@') > 0, ${names})))`
