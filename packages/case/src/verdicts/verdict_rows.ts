/**
 * Questions to a reconciled case: counts, tokens, sessions, a row an access, and how sure an absence is.
 * An absence is as sure as what the issuance logs show of others in the same context (tenant, service and day, and for a
 * single token the application). A context in which nobody else has an issued token belongs to the attacker alone: it is
 * compared with the other tokens of the same principals in the same logs.
 */
import { csvCell, type Json } from '@mintmark/core'
import { cell, countOf, firstRow, rowReader, type Texts, textsOf } from '../engine/rows.ts'
import { type Session, SPILLS } from '../engine/session.ts'
import { APP, HAS_TOKEN, isoSql, PRINCIPAL, tokenText } from '../store/sql.ts'
import { rangesFor } from './match/join.ts'
import { type Strength, VERDICTS, type Verdict } from './match/reasons.ts'

/** Whose accesses are compared. `none`: there is nothing to compare with. */
type ComparableBasis = 'same-context' | 'same-principals' | 'none'

/** Of `of` comparable accesses or sessions, `issued` have a record of their issuance. */
export interface Rate {
  readonly issued: number
  readonly of: number
  readonly basis: Exclude<ComparableBasis, 'none'>
}

export interface Comparable {
  readonly issued: number
  readonly of: number
  readonly basis: ComparableBasis
  /** Sessions, where no access that was found carries a token id. */
  readonly unit: 'accesses' | 'sessions'
}

const UNISSUED = "token_state = 'present' AND verdict = 'unissued'"
const OTHERS =
  "token_state = 'present' AND verdict NOT IN ('unissued', 'mismatched') AND strength = ''"
export const WHO: string = `lower(${PRINCIPAL})`
const GLOBAL = "SETTINGS distributed_product_mode = 'global'"

const IN_CONTEXT = `
  SELECT count() AS n, countIf(verdict = 'issued') AS issued FROM judged
  WHERE ${OTHERS} AND (tenant, service, toDate(at)) GLOBAL IN (
    SELECT DISTINCT tenant, service, toDate(at) FROM judged WHERE ${UNISSUED})
  ${GLOBAL}`

const BY_PRINCIPAL = `
  SELECT toString(tenant) AS home, ${WHO} AS who, count() AS n, countIf(verdict = 'issued') AS issued FROM judged
  WHERE ${OTHERS} AND (tenant, ${WHO}) GLOBAL IN (
    SELECT DISTINCT tenant, ${WHO} FROM judged WHERE ${UNISSUED} AND ${WHO} != '')
  GROUP BY home, who
  ${GLOBAL}`

const BY_SESSION = `
  SELECT count() AS n, countIf(verdict = 'session-only') AS issued FROM session_verdict
  WHERE verdict NOT IN ('unissued', 'mismatched') AND strength = ''
    AND (tenant, field) IN (SELECT DISTINCT tenant, field FROM session_verdict WHERE verdict = 'unissued')`

/** What everybody else's accesses show, over the whole case. */
export async function comparable(session: Session): Promise<Comparable> {
  const context = await counted(session, IN_CONTEXT)
  if (context.issued > 0) return { ...context, basis: 'same-context', unit: 'accesses' }
  const principals = sumOf([...(await principalRates(session)).values()])
  if (principals.issued > 0) return { ...principals, basis: 'same-principals', unit: 'accesses' }
  const sessions = await counted(session, BY_SESSION)
  if (sessions.of > 0) return { ...sessions, basis: 'same-context', unit: 'sessions' }
  return { issued: 0, of: 0, basis: 'none', unit: 'accesses' }
}

const sumOf = (rates: readonly Rate[]): Pick<Rate, 'issued' | 'of'> => ({
  issued: rates.reduce((sum, { issued }) => sum + issued, 0),
  of: rates.reduce((sum, { of }) => sum + of, 0),
})
const readRate = rowReader(cell.number('issued of:n'))
const counted = async (session: Session, sql: string) => readRate(await firstRow(session, sql))

const principalKey = (tenant: string, who: string): string => `${tenant}\0${who.toLowerCase()}`

/** How many other accesses of each principal with unissued tokens are issued. Memory: a row for each. */
export async function principalRates(session: Session): Promise<ReadonlyMap<string, Rate>> {
  const rows = await session.rows(BY_PRINCIPAL)
  return new Map(
    rows.map((row) => [
      principalKey(String(row['home']), String(row['who'])),
      { ...readRate(row), basis: 'same-principals' },
    ]),
  )
}

export type VerdictCounts = Readonly<Record<Verdict, number>>
const LOCAL = "distributed_product_mode = 'local'"

/** Accesses by verdict, and by reason, most first; reasons that no access has are absent. */
export interface OutcomeCounts {
  readonly verdicts: VerdictCounts
  readonly reasons: Readonly<Record<string, number>>
}

export async function outcomeCounts(session: Session): Promise<OutcomeCounts> {
  const verdicts = { issued: 0, mismatched: 0, 'session-only': 0, unissued: 0, undetermined: 0 }
  const reasons: (readonly [string, number])[] = []
  let left = await countOf(session, 'access')
  const rows = await session.rows(
    'SELECT verdict, reason, count() AS n FROM verdict GROUP BY verdict, reason ORDER BY n DESC, verdict, reason',
  )
  for (const row of rows) {
    const accesses = Number(row['n'])
    left -= accesses
    const known = VERDICTS.find((name) => name === row['verdict'])
    if (known !== undefined) verdicts[known] += accesses
    reasons.push([String(row['reason']), accesses])
  }
  if (left > 0) reasons.push(['token-issued', left])
  const inOrder = reasons.toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return { verdicts: { ...verdicts, issued: left }, reasons: Object.fromEntries(inOrder) }
}

/** A token that nobody issued, or not to who used it, or that a lead is about. Times are ISO, UTC. */
export interface TokenVerdict extends VerdictRow {
  readonly tokenId: string
}

interface VerdictRow extends Texts<'verdict reason first last'> {
  readonly strength: Strength | ''
  /** Of the comparable accesses (or other sessions), how many are issued (known); null where there are none. */
  readonly baseRate: Rate | null
  readonly accesses: number
  /** At most 32, of a session 16, in order. */
  readonly principals: readonly string[]
}

const POINTED_AT = `SELECT bucket, token_id, record_id, content, verdict, reason, strength FROM verdict
  WHERE (verdict IN ('unissued', 'mismatched') OR strength != '') AND ${HAS_TOKEN}`
const POINTED_ACCESSES = `SELECT bucket, token_id, record_id, content, tenant, service, app_id, client_app_id, principal,
    principal_id, token_state, at
  FROM access WHERE (bucket, token_id) IN (SELECT bucket, token_id FROM (${POINTED_AT}))`
/** Comparable accesses of each context that has an unissued one: those that were found are not compared with themselves. */
const CONTEXTS = `SELECT b.tenant AS tenant, b.service AS service, b.app AS app, b.day AS day, b.issued AS issued,
    if(b.accesses > f.n, b.accesses - f.n, 0) AS others
  FROM base_rate AS b
  GLOBAL LEFT ANY JOIN (
    SELECT a.tenant AS tenant, a.service AS service, a.app AS app, a.day AS day, count() AS n
    FROM (SELECT *, ${APP} AS app, toDate(at) AS day FROM (${POINTED_ACCESSES}) WHERE token_state = 'present') AS a
    INNER JOIN (${POINTED_AT}) AS v
      ON v.bucket = a.bucket AND v.record_id = a.record_id AND v.content = a.content
    GROUP BY tenant, service, app, day
  ) AS f ON f.tenant = b.tenant AND f.service = b.service AND f.app = b.app AND f.day = b.day`
const CONTEXT_KEYS = `b.tenant = a.tenant AND b.service = a.service
  AND b.app = if(a.client_app_id != '', a.client_app_id, a.app_id) AND b.day = toDate(a.at)`

/** Days, services and applications of one token that its base rate looks at; more would not change it. */
const MOST_CONTEXTS = 1000

const TOKENS = `
  SELECT toString(token_id) AS token, verdict, reason, strength, count() AS n,
    groupUniqArray(${MOST_CONTEXTS})(context) AS contexts,
    arraySum(one -> one.5, contexts) AS rate_issued, arraySum(one -> one.6, contexts) AS rate_of,
    arraySort(groupUniqArray(32)(principal)) AS principals, arraySort(groupUniqArray(8)(tenant)) AS tenants,
    ${isoSql('min(seen)')} AS first_at, ${isoSql('max(seen)')} AS last_at
  FROM (
    SELECT a.token_id AS token_id, v.verdict AS verdict, v.reason AS reason, v.strength AS strength,
      (b.tenant, b.service, b.app, b.day, b.issued, b.others) AS context, toString(a.tenant) AS tenant,
      if(a.principal != '', a.principal, a.principal_id) AS principal, a.at AS seen
    FROM (${POINTED_ACCESSES}) AS a
    INNER JOIN (${POINTED_AT}) AS v
      ON v.bucket = a.bucket AND v.record_id = a.record_id AND v.content = a.content
    GLOBAL LEFT ANY JOIN (${CONTEXTS}) AS b ON ${CONTEXT_KEYS}
  )
  GROUP BY token_id, verdict, reason, strength
  ORDER BY strength = 'established' DESC, verdict DESC, n DESC, token_id, reason, strength
  LIMIT {limit:UInt32}
  SETTINGS ${LOCAL}, ${SPILLS}`

const readToken = rowReader(
  cell.text('tokenId:token verdict reason'),
  cell.made('strength', strengthOf),
  cell.number('accesses:n'),
  cell.made('principals', (row) => namesOf(row, 'principals')),
  cell.text('first:first_at last:last_at'),
)

/** Unissued and mismatched tokens, one row a reason: unissued first, most accesses first; `total` counts all. */
export async function tokenVerdicts(
  session: Session,
  { limit = 10_000 }: { readonly limit?: number } = {},
): Promise<{ rows: TokenVerdict[]; total: number }> {
  const total = await countOf(
    session,
    `(SELECT token_id, verdict, reason, strength FROM (${POINTED_AT}) GROUP BY token_id, verdict, reason, strength)`,
  )
  const found = await session.rows(TOKENS, { limit })
  const isAlone = found.some((row) => contextRate(row) === null)
  const rates = isAlone ? await principalRates(session) : new Map<string, Rate>()
  return { rows: found.map((row) => tokenOf(row, rates)), total }
}

function tokenOf(row: Json, rates: ReadonlyMap<string, Rate>): TokenVerdict {
  const token = readToken(row)
  const ofPeople = () => ofPrincipals(namesOf(row, 'tenants'), token.principals, rates)
  return { ...token, baseRate: contextRate(row) ?? ofPeople() }
}

/** The other tokens of these principals, whichever of these tenants' logs they are in. */
function ofPrincipals(
  tenants: readonly string[],
  principals: readonly string[],
  rates: ReadonlyMap<string, Rate>,
): Rate | null {
  const keys = tenants.flatMap((tenant) => principals.map((who) => principalKey(tenant, who)))
  const own = sumOf([...new Set(keys)].flatMap((key) => rates.get(key) ?? []))
  return own.of === 0 ? null : { ...own, basis: 'same-principals' }
}

/** A session from which accesses without a usable token id have their verdict. Times are ISO, UTC. */
export interface SessionVerdict extends VerdictRow {
  readonly sessionId: string
  readonly tenant: string
  /** `sid`: the token's session. `other`: the record's own session field, where it has no other. */
  readonly field: string
}

export async function sessionVerdicts(
  session: Session,
  { limit = 10_000 }: { readonly limit?: number } = {},
): Promise<SessionVerdict[]> {
  const rows = await session.rows(
    `SELECT s.*, ${isoSql('s.first')} AS first_at, ${isoSql('s.last')} AS last_at,
       t.known AS rate_issued, t.others AS rate_of
     FROM session_verdict AS s
     LEFT ANY JOIN (
       SELECT tenant, field, countIf(verdict = 'session-only' AND strength = '') AS known,
         countIf(verdict NOT IN ('unissued', 'mismatched') AND strength = '') AS others
       FROM session_verdict GROUP BY tenant, field
     ) AS t ON t.tenant = s.tenant AND t.field = s.field
     ORDER BY indexOf(['unissued', 'mismatched', 'undetermined', 'session-only'], verdict), accesses DESC, session_id,
       s.tenant, s.field
     LIMIT {limit:UInt32}`,
    { limit },
  )
  return rows.map(readSession)
}

const readSession = rowReader(
  cell.text('sessionId tenant field verdict reason'),
  cell.made('strength', strengthOf),
  cell.made('baseRate', rateOf),
  cell.number('accesses'),
  cell.made('principals', (row) => namesOf(row, 'principals')),
  cell.text('first:first_at last:last_at'),
)

const VERDICTS_HEADER = 'access_id,verdict,reason,strength,base_rate,token_id,at,mailbox'

const accessesWhere = (condition: string) => `
  SELECT if(a.record_ref != '', a.record_ref, toString(a.record_id)) AS access_id,
    if(v.verdict = '', 'issued', v.verdict) AS verdict, if(v.verdict = '', 'token-issued', v.reason) AS reason, v.strength AS strength,
    if(v.verdict = 'unissued', b.issued, 0) AS rate_issued, if(v.verdict = 'unissued', b.others, 0) AS rate_of,
    toString(a.tenant) AS tenant, ${WHO} AS who,
    ${tokenText('a.token_id')} AS token, ${isoSql('a.at')} AS seen, a.mailbox AS mailbox
  FROM (
    SELECT bucket, token_id, record_id, record_ref, content, tenant, service, app_id, client_app_id, principal,
      principal_id, at, mailbox
    FROM access WHERE ${condition}
  ) AS a
  LEFT ANY JOIN (SELECT * FROM verdict WHERE ${condition}) AS v
    ON v.bucket = a.bucket AND v.record_id = a.record_id AND v.content = a.content
  GLOBAL LEFT ANY JOIN (${CONTEXTS}) AS b ON ${CONTEXT_KEYS}
  ORDER BY a.bucket, a.token_id, a.record_id, a.content
  SETTINGS ${LOCAL}, max_bytes_before_external_sort = 200000000, max_bytes_ratio_before_external_sort = 0`

const IN_RANGE = accessesWhere('bucket BETWEEN {first:UInt8} AND {last:UInt8}')

/** Every access as a CSV line, RFC 4180 with CRLF, the header first. Memory for one bucket range. */
export async function* verdictsCsv(session: Session): AsyncIterable<string> {
  yield `${VERDICTS_HEADER}\r\n`
  const rates = await principalRates(session)
  for (const range of rangesFor(await countOf(session, 'access')))
    for await (const rows of session.stream(IN_RANGE, { ...range }))
      yield rows.map((row) => csvLine(row, rates)).join('')
}

/** Of an unissued access: comparable accesses that are issued. Null for others, and where there is nothing to compare with. */
function accessRate(raw: Json, rates: ReadonlyMap<string, Rate>): Rate | null {
  if (raw['verdict'] !== 'unissued') return null
  return contextRate(raw) ?? ofPrincipals([String(raw['tenant'])], [String(raw['who'])], rates)
}

export async function baseRateOf(session: Session, recordId: string): Promise<Rate | null> {
  const [row] = await session.rows(accessesWhere('record_id = toUUID({id:String})'), {
    id: recordId,
  })
  return row === undefined ? null : accessRate(row, await principalRates(session))
}

function csvLine(raw: Json, rates: ReadonlyMap<string, Rate>): string {
  const texts = (names: string) => names.split(' ').map((name) => String(raw[name]))
  const rate = accessRate(raw, rates)
  // The share alone: a spreadsheet sorts by it. The numbers that it is made of are in `--json`.
  const share =
    rate === null ? '' : (Math.floor((rate.issued / rate.of) * 10_000) / 10_000).toFixed(4)
  const verdict = texts('access_id verdict reason strength')
  const cells = [...verdict, share, ...texts('token seen mailbox')]
  return `${cells.map((text) => csvCell(text)).join(',')}\r\n`
}

function strengthOf(raw: Json): Strength | '' {
  const { strength } = raw
  return strength === 'established' || strength === 'lead' ? strength : ''
}

function rateOf(raw: Json): Rate | null {
  const [issued, of] = [Number(raw['rate_issued']), Number(raw['rate_of'])]
  return of > 0 ? { issued, of, basis: 'same-context' } : null
}

/** A context in which nobody else has an issued token says nothing of the log. */
function contextRate(raw: Json): Rate | null {
  const rate = rateOf(raw)
  return rate === null || rate.issued === 0 ? null : rate
}

const namesOf = (raw: Json, name: string): string[] =>
  textsOf(raw[name]).filter((one) => one !== '')
