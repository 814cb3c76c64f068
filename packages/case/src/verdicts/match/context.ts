/**
 * In which context a token was used, as SQL over the columns of an access. A forger chooses id, times, session, client
 * and application of a token, but not the address that the server saw, nor the owner's earlier accesses.
 */

import { countOf } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { APP, HAS_TOKEN } from '../../store/sql.ts'

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

/** Ids of the directory's first services: their GUIDs were assigned by hand. */
export const ASSIGNED_ID = '^[0-9a-f]{8}-0000-(0ff1-ce00|0000-c000)-000000000000$'

/**
 * Some of Microsoft's own applications, whose app-only tokens are left out of the sign-in logs. An application that a
 * tenant's logs have never seen sign in gets the benefit of the gap too.
 *
 * Source: Microsoft, "Verify first-party Microsoft applications in sign-in reports", table of application ids, version
 * of 2024-03-08; that such tokens are left out, entra-docs concept-interactive-sign-ins.md.
 */
export const FIRST_PARTY_APPS: readonly string[] = `
  23523755-3a2b-41ca-9315-f81f3f566a95 74658136-14ec-4630-ad9b-26e160ff0fc6 69893ee3-dd10-4b1c-832d-4870354be3d8
  7ab7862c-4c57-491e-8a45-d52a7e023983 0cb7b9ec-5336-483b-bc31-b15b5788de71 7b7531ad-5926-4f2d-8a1d-38495ad33e17
  e9f49c6b-5ce5-44c8-925d-015017e9f7ad 835b2a73-6e10-4aa5-a979-21dfda45231c c44b4083-3bb0-49c1-b47d-974e53cbdf3c
  022907d3-0f1b-48f7-badc-1ba6abab6d66 37182072-3c9c-4f6a-a4b3-b3f91cacffce 9ea1ad79-fdb6-4f9a-8bc3-2b70f96e34c7
  20a11fe0-faa8-4df5-baf2-f965f8f9972e bb2a2e3a-c5e7-4f0a-88e0-8e01fd3fc1f4 e64aa8bc-8eb4-40e2-898b-cf261a25954f
  60c8bde5-3167-4f92-8fdb-059f6176dc0f 497effe9-df71-4043-a8bb-14cf78c4b63b f5eaa862-7f08-448c-9c4e-f4047d4d4521
  b669c6ea-1adf-453f-b8bc-6d526592b419 c35cb2ba-f88b-4d15-aa9d-37bd443522e1 d9b8ec3a-1e4e-4e08-b3c2-5baf00c0fcb0
  a57aca87-cbc0-4f3c-8b9e-dc095fdc8978 16aeb910-ce68-41d1-9ac3-9e1673ac9575 d73f4b35-55c9-48c7-8b10-651f6f2acb2e
  944f0bd1-117b-4b1c-af26-804ed95e767e 0cd196ee-71bf-4fd6-a57c-b491ffd4fb1e 80ccca67-54bd-44ab-8625-4b79c4dc7775
  ee272b19-4411-433f-8f28-5c13cb6fd407 65d91a3d-ab74-42e6-8a2f-0add61688c74 38049638-cc2c-4cde-abe4-4479d721ed44
  29d9ed98-a469-4536-ade2-f981bc1d605e 04b07795-8ddb-461a-bbee-02f9e1bf7b46 1950a258-227b-4e31-a9cf-717495945fc2
  cf36b471-5b44-428c-9ce7-313bf84528de 2d7f3606-b07d-41d1-b9d2-0d0c9296a6e8 1786c5ed-9644-47b2-8aa0-7201292175b6
  3090ab82-f1c1-4cdf-af2c-5d7a6f3e2cc7 60ca1954-583c-4d1f-86de-39d835f3e452 18fbca16-2224-45f6-85b0-f7bf2b39b3f3
  6253bca8-faf2-4587-8f2f-b056d80998a7 99b904fd-a1fe-455c-b86c-2f9fb1da7687 51be292c-a17e-4f17-9a7e-4b661fb16dd2
  fb78d390-0c51-40cd-8e17-fdbfab77341b 47629505-c2b6-4a80-adb1-9b3a3d233b7b 6326e366-9d6d-4c70-b22a-34c7ea72d73d
  c9a559d2-7aab-4f13-a6ed-e7e9c52aec87 74bcdadc-2fdc-4bb3-8459-76d06952a0e9 fc0f3af4-6835-4174-b806-f7db311fd2f3
  d3590ed6-52b3-4102-aeff-aad2292ab01c 67e3df25-268a-4324-a550-0de1c7f97287 d176f6e7-38e5-40c9-8a78-3998aab820e7
  5d661950-3475-41cd-a2c3-d671a3162bc1 93625bc8-bfe2-437a-97e0-3d0060024faa 871c010f-5e61-4fb1-83ac-98610a7e9110
  28b567f6-162c-4f54-99a0-6887f387bbcc cf53fce8-def6-4aeb-8d30-b158e7b1cf83 98db8bd6-0cc0-4e67-9de5-f187f1cd1b41
  fdf9885b-dd37-42bf-82e5-c3129ef5a302 1fec8e78-bce4-4aaf-ab1b-5451cc387264 cc15fd57-2c6c-4117-a88c-83b1d56b4bbe
  5e3ce6c0-2b1f-4285-8d4b-75ee78787346 95de633a-083e-42f5-b444-a4295d8e9314 dfe74da8-9279-44ec-8fb2-2aed9e1c73d0
  4345a7b9-9a63-4910-a426-35363201d503 00b41c95-dab0-4487-9791-b9d2c32c80f2 66a88757-258c-4c72-893c-3e8bed4d6899
  94c63fef-13a3-47bc-8074-75af8c65887a 93d53678-613d-4013-afc1-62e9e444a0a5 2abdc806-e091-4495-9b10-b04d93c3f040
  b23dd4db-9142-4734-867f-3577f640ad0c 17d5e35f-655b-4fb0-8ae6-86356e9a49f5 b6e69c34-5f1f-4c34-8cdf-7fea120b8670
  243c63a3-247d-41c5-9d83-7788c43f1c43 a9b49b65-0a12-430b-9540-c80b3332c127 4b233688-031c-404b-9a80-a4f3f2351f90
  89bee1f7-5e6e-4d8a-9f3d-ecd601259da7 0f698dd4-f011-4d23-a33e-b36416dcb1e6 4765445b-32c6-49b0-83e6-1d93765276ca
  4d5c2d63-cf83-4365-853c-925fd1a64357 62256cef-54c0-4cb4-bcac-4c67989bdc40 ab9b8c07-8f02-4f72-87fa-80105867a763
  2d4d3d8e-2be3-4bef-9f87-7875a61c29de 27922004-5251-4030-b22d-91ecd9a37ea4 a3475900-ccec-4a69-98f5-a65cd5dc5306
  bdd48c81-3a58-4ea9-849c-ebea7f6b6360 35d54a08-36c9-4847-9018-93934c62740c ae8e128e-080f-4086-b0e3-4c19301ada69
  ffcb16e8-f789-467c-8ce9-f826a080d987 08e18876-6177-487e-b8b5-cf950c1e598c b4bddae8-ab25-483e-8670-df09b9f1d0ea
  61109738-7d2b-4a0b-9fe3-660b1ff83505 91ca2ca5-3b3e-41dd-ab65-809fa3dffffa 13937bba-652e-4c46-b222-3003f4d1ff97
  26abc9a8-24f0-4b11-8234-e86ede698878 a970bac6-63fe-4ec5-8884-8536862c42d4 905fcf26-4eb7-48a0-9ff0-8dcc7194b5ba
  97cb1f73-50df-47d1-8fb0-0271f2728514 268761a2-03f3-40df-8a8b-c3db24145b6b fe93bfe1-7947-460a-a5e0-7a5906b51360
  3c896ded-22c5-450f-91f6-3d1ef0848f6e 8edd93e1-2103-40b4-bd70-6e34e586362d 797f4846-ba00-4fd7-ba43-dac1f8f63013
  a3b79187-70b2-4139-83f9-6016c58cd27b 26a7ee05-5602-4d76-a7ba-eae8b7b67941 1b3c667f-cde3-4090-b60b-3d2abd0117f0
  45a330b1-b1ec-4cc1-9161-9f03992aa49f c1c74fed-04c9-4704-80dc-9f79a2e515cb e1ef36fd-b883-4dbf-97f0-9ece4b576fc6
  9199bf20-a13f-4107-85dc-02114787ef48`
  .trim()
  .split(/\s+/)

const BY_DEFAULT: ReadonlySet<string> = new Set(['owa', 'rest'])
/** So many tokens of a client that the identity provider issued, and none of the mail service, say that it asks there alone. */
const TOKENS_TO_TELL = 20
const SAMPLED_ROWS = 1_000_000

/**
 * Clients whose tokens the mail service may have made itself (record type 275), as `tenant client-family`, learnt from what
 * joined in this case. Default: web mail and REST, in a tenant whose audit log has records of that type.
 */
export async function clientsOfMailService(session: Session, sole: string): Promise<string[]> {
  const logged = "coverage WHERE side = 'issuance' AND category = 'owa-auth'"
  if ((await countOf(session, logged)) === 0) return []
  const share = SAMPLED_ROWS / Math.max(1, await countOf(session, 'access'))
  const rows = await session.rows(
    `SELECT a.home AS home, a.family AS family, uniqExactIf(a.token_id, i.by_owa = 1) AS by_owa_tokens,
       uniqExactIf(a.token_id, i.is_made = 1 AND i.by_owa = 0) AS by_provider
     FROM (
       SELECT bucket, token_id, if(tenant = '', {sole:String}, tenant) AS home, ${FAMILY} AS family FROM access
       WHERE token_state = 'present' AND bucket <= {buckets:UInt8} AND home GLOBAL IN (
         SELECT if(tenant = '', {sole:String}, tenant) FROM ${logged})
     ) AS a
     LEFT ANY JOIN (
       SELECT bucket, token_id, toUInt8(category = 'owa-auth') AS by_owa, toUInt8(1) AS is_made FROM issuance
       WHERE outcome = 'issued' AND ${HAS_TOKEN} AND bucket <= {buckets:UInt8}
     ) AS i ON i.bucket = a.bucket AND i.token_id = a.token_id
     GROUP BY home, family ORDER BY home, family
     SETTINGS distributed_product_mode = 'local'`,
    { sole, buckets: Math.min(255, Math.max(15, Math.floor(256 * share) - 1)) },
  )
  return rows
    .filter((row) => {
      const isLearnt = Number(row['by_owa_tokens']) > 0
      const isDefault = BY_DEFAULT.has(String(row['family']))
      return isLearnt || (isDefault && Number(row['by_provider']) < TOKENS_TO_TELL)
    })
    .map((row) => `${String(row['home'])} ${String(row['family'])}`)
}
