/**
 * Which logs could have shown the issuance of a token, and where they prove nothing. For each tenant and kind of token
 * all logs that are needed are combined: a user's token may come from an interactive sign-in or from another.
 */
import { setImmediate } from 'node:timers/promises'
import { remembered } from '@mintmark/core'
import { COMPLETE_ISSUER, UNKNOWN_OWNER } from '@mintmark/logs'
import { cell, insertRows, rowReader, textsOf } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import {
  ALWAYS,
  type CategoryLog,
  categoryLog,
  type Field,
  type GapInterval,
  gapRows,
  type IssuanceHour,
  intervalsIn,
} from './gap_intervals.ts'
import { HOUR_MS, type Loss, lossesOf, type Period } from './losses/loss.ts'
import { SKEW_MS } from './match/assign_verdicts.ts'

/**
 * Kinds of token, by who could have issued them. `any`: not known, so every log must have been on. `owa`: the mail
 * service. `user-owa`: for a user, perhaps by the mail service.
 */
type TokenKind = 'user' | 'user-owa' | 'owa' | 'app-sp' | 'app-mi' | 'app' | 'any'
type Log = ReadonlyMap<string, CategoryLog>

/** Records can come late: so long before its end a log is not complete yet. */
const LATE_MS = 2 * HOUR_MS
const LATE_APP_MS = 24 * HOUR_MS
const OF_APPS: ReadonlySet<string> = new Set(['service-principal', 'managed-identity'])

/** The one tenant that a record without a tenant must be of; `''` when there are several. */
export async function soleTenantOf(session: Session): Promise<string> {
  const rows = await session.rows(
    `SELECT DISTINCT tenant FROM coverage WHERE tenant NOT IN ('', '${UNKNOWN_OWNER}') ORDER BY tenant LIMIT 2`,
  )
  return rows.length === 1 ? String(rows[0]?.['tenant']) : ''
}

export const GAP_COLUMNS =
  'tenant String, kind LowCardinality(String), from_ms Int64, until_ms Array(Int64)'

export async function writeGaps(
  session: Session,
  tables: { readonly open: string; readonly gaps: string },
  sole: string,
  complete: ReadonlyMap<string, Period>,
): Promise<void> {
  const spans = await auditSpans(session)
  for (const batch of await homesOf(session, tables.open, sole)) {
    const hours = Map.groupBy(await issuanceHours(session, batch, sole), ({ tenant }) => tenant)
    const losses = await lossesOf(session, 'issuance', batch)
    const rows: (string | number)[][] = []
    for (const tenant of batch) {
      await setImmediate()
      const own = losses.filter((loss) => loss.tenant === tenant || loss.tenant === '')
      const log = logOf(hours.get(tenant) ?? [], own)
      const gaps = tenantGaps(log, spans.get(tenant), complete.get(tenant))
      for (const [kind, intervals] of gaps)
        for (const { fromMs, untilMs } of gapRows(intervals))
          rows.push([tenant, kind, fromMs, `[${untilMs.join(',')}]`])
    }
    await insertRows(session, tables.gaps, ['tenant', 'kind', 'from_ms', 'until_ms'], rows)
  }
}

const BATCH_HOURS = 10_000

/** The home tenants of open accesses, in groups: one query reads the coverage of many small ones. */
async function homesOf(session: Session, open: string, sole: string): Promise<string[][]> {
  const rows = await session.rows(
    `SELECT groupArray(home) AS homes FROM (
       SELECT home, intDiv(sum(n) OVER (ORDER BY home), ${BATCH_HOURS}) AS batch
       FROM (SELECT DISTINCT if(tenant = '', {sole:String}, tenant) AS home FROM ${open}) AS o
       LEFT ANY JOIN (SELECT tenant, count() AS n FROM coverage GROUP BY tenant) AS c ON c.tenant = o.home
     ) GROUP BY batch ORDER BY batch`,
    { sole },
  )
  return rows.map((row) => textsOf(row['homes']))
}

/** Hours of the tenants' issuance logs, in order; those of whole files together. Records without a tenant are of the sole one. */
async function issuanceHours(session: Session, tenants: readonly string[], sole: string) {
  const rows = await session.rows(
    `SELECT if(tenant = '', {sole:String}, tenant) AS home, category, quality,
       toInt64(toUnixTimestamp(hour)) * 1000 AS hour_ms, if(quality = 'whole', '', concat(tenant, ' ', source)) AS log,
       toUnixTimestamp64Milli(min(first)) AS first_ms, toUnixTimestamp64Milli(max(last)) AS last_ms,
       sum(records) AS n, sum(issued) AS issuances, sum(issued_with_token) AS with_tokens,
       sum(issued_with_session) AS with_sessions, sum(backup) AS backups
     FROM coverage
     WHERE side = 'issuance' AND home IN {tenants:Array(String)}
     GROUP BY home, log, category, quality, hour_ms ORDER BY home, log, category, quality, hour_ms`,
    { tenants, sole },
  )
  return rows.map(readHour)
}

const readHour = rowReader(
  cell.text('tenant:home category quality'),
  cell.number('hourMs firstMs lastMs records:n issued:issuances'),
  cell.number('withToken:with_tokens withSession:with_sessions backup:backups'),
)

function logOf(hours: readonly IssuanceHour[], losses: readonly Loss[]): Log {
  const categories = Map.groupBy(hours, ({ category }) => category)
  return new Map(
    [...categories].map(([category, own]) => {
      const lost = losses.filter((loss) => loss.category === category || loss.category === '')
      return [category, categoryLog(own, lost)]
    }),
  )
}

type Span = Pick<IssuanceHour, 'firstMs' | 'lastMs'>

/**
 * The intervals of a tenant by field, family and kind of token. Families: `cloud` is a log of Microsoft's; `plain` one of
 * another identity provider, whose tokens are in the `token` category.
 */
function tenantGaps(log: Log, audit: Span | undefined, complete: Period | undefined) {
  const { lastMs: endMs } = spanOf([...log.values()])
  const isCloud = [...log.keys()].some((category) => category !== 'token')
  const found = new Map<string, readonly GapInterval[]>()
  for (const field of ['token', 'session'] as const) {
    const of = remembered((category: string): readonly GapInterval[] => {
      const lateMs = OF_APPS.has(category) ? LATE_APP_MS : LATE_MS
      return intervalsIn(log.get(category), field, lateMs, category === 'token' ? 0 : endMs)
    }, Number.POSITIVE_INFINITY)
    const plain = log.has('token') ? plainGaps(of('token'), field, complete) : undefined
    for (const [kind, cloud] of Object.entries(cloudGaps(log, of, field, audit))) {
      found.set(`${field}/cloud/${kind}`, isCloud ? cloud : (plain ?? cloud))
      found.set(`${field}/plain/${kind}`, plain ?? cloud)
    }
  }
  return found
}

/** A complete log proves the absence of a token by itself: no record comes late, and its times need no margin. */
function plainGaps(
  own: readonly GapInterval[],
  field: Field,
  complete: Period | undefined,
): readonly GapInterval[] {
  if (complete === undefined || field === 'session') return own
  return [
    { fromMs: 0, toMs: complete.fromMs - SKEW_MS, gap: 'before-issuance-window' },
    { fromMs: complete.toMs, toMs: ALWAYS, gap: 'late-arrival-margin' },
  ]
}

const spanOf = (logs: readonly CategoryLog[]): Span =>
  logs
    .flatMap(({ whole, thin }) => [...whole, ...thin])
    .reduce<Span>(
      (span, { firstMs, lastMs }) => ({
        firstMs: Math.min(span.firstMs, firstMs),
        lastMs: Math.max(span.lastMs, lastMs),
      }),
      { firstMs: ALWAYS, lastMs: 0 },
    )

type GapsOf = (category: string) => readonly GapInterval[]

function cloudGaps(
  log: Log,
  of: GapsOf,
  field: Field,
  audit: Span | undefined,
): Record<TokenKind, readonly GapInterval[]> {
  const users = userGaps(log, of, field)
  const [apps, managed] = [of('service-principal'), of('managed-identity')]
  // A session begins at the identity provider, whatever issues its tokens.
  const owa = field === 'session' ? users : owaGaps(log, audit)
  return {
    user: users,
    'user-owa': field === 'session' ? users : [...users, ...owa],
    owa,
    'app-sp': apps,
    'app-mi': managed,
    app: [...apps, ...managed],
    any: [...users, ...apps, ...(log.has('managed-identity') ? managed : [])],
  }
}

/**
 * Gaps for tokens of users. The audit log's sign-ins replace a missing interactive log: partly for tokens, wholly for
 * sessions, which begin with an interactive sign-in. Sign-ins that do not say whether they are interactive replace it
 * only where no other file proves anything of the non-interactive log, which they may repeat.
 */
function userGaps(log: Log, of: GapsOf, field: Field): GapInterval[] {
  const refreshed = log.get('non-interactive')
  const either = (refreshed?.whole.length ?? 0) > 0 ? 'interactive' : 'interactive-or-not'
  const signIns = ['interactive', 'sts-logon', either].find((category) => log.has(category))
  const hasSignIns = log.has('interactive') || log.has('interactive-or-not')
  const isAuditAlone = !hasSignIns && refreshed === undefined && log.has('sts-logon')
  return [
    ...of(signIns ?? 'interactive'),
    ...(field === 'session' && isAuditAlone ? [] : of('non-interactive')),
    ...(log.has('adfs') ? of('adfs') : []),
  ]
}

/** Tokens that the mail service makes: the audit log has the type if it has one such record. */
function owaGaps(log: Log, audit: Span | undefined): GapInterval[] {
  const own = log.get('owa-auth')
  if (own === undefined) return [{ fromMs: 0, toMs: ALWAYS, gap: 'owa-issuer-not-supplied' }]
  const { firstMs, lastMs } = spanOf([own])
  return [
    {
      fromMs: 0,
      toMs: Math.min(audit?.firstMs ?? ALWAYS, firstMs),
      gap: 'owa-issuer-not-supplied',
    },
    {
      fromMs: Math.max(audit?.lastMs ?? 0, lastMs) - LATE_MS,
      toMs: ALWAYS,
      gap: 'late-arrival-margin',
    },
  ]
}

async function auditSpans(session: Session): Promise<Map<string, Span>> {
  const rows = await session.rows(`
    SELECT tenant, toUnixTimestamp64Milli(min(first)) AS first_ms, toUnixTimestamp64Milli(max(last)) AS last_ms
    FROM coverage WHERE source IN ('ual', 'ual-sts', 'ual-owa') GROUP BY tenant ORDER BY tenant`)
  return new Map(rows.map((row) => [String(row['tenant']), readSpan(row)]))
}

const readSpan = rowReader(cell.number('firstMs lastMs'))

/** Issuers whose tokens a tenant's complete logs have, as `tenant issuer`: none where a log does not say it. */
export async function completeIssuers(session: Session): Promise<string[]> {
  const rows = await session.rows(
    `
    SELECT tenant, groupUniqArray(issuer) AS issuers
    FROM (SELECT DISTINCT owner AS tenant, evidence_id FROM issuance WHERE category = 'token') AS i
    GLOBAL INNER JOIN (
      SELECT evidence_id, extract(text, {issuer:String}) AS issuer
      FROM statement WHERE code = 'complete-period') AS s ON s.evidence_id = i.evidence_id
    GROUP BY tenant HAVING min(issuer) != '' ORDER BY tenant`,
    { issuer: COMPLETE_ISSUER },
  )
  return rows.flatMap((row) =>
    textsOf(row['issuers']).map((issuer) => `${String(row['tenant'])} ${issuer}`),
  )
}

/** The period for which all of a tenant's plain issuance logs say that they are complete, if every file says so. */
export async function completePeriods(session: Session): Promise<Map<string, Period>> {
  const rows = await session.rows(`
    SELECT tenant, max(from_ms) AS begin_ms, min(to_ms) AS end_ms
    FROM (SELECT DISTINCT owner AS tenant, evidence_id FROM issuance WHERE category = 'token') AS i
    GLOBAL LEFT JOIN (
      SELECT evidence_id, toUnixTimestamp64Milli(assumeNotNull(from_at)) AS from_ms,
        toUnixTimestamp64Milli(assumeNotNull(to_at)) AS to_ms
      FROM statement
      WHERE code = 'complete-period' AND from_at IS NOT NULL AND to_at IS NOT NULL
    ) AS s ON s.evidence_id = i.evidence_id
    GROUP BY tenant HAVING min(to_ms > 0) = 1 ORDER BY tenant`)
  return new Map(rows.map((row) => [String(row['tenant']), readPeriod(row)]))
}

const readPeriod = rowReader(cell.number('fromMs:begin_ms toMs:end_ms'))
