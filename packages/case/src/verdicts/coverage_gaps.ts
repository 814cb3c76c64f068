/**
 * Which logs could have shown the issuance of a token, and where they prove nothing. For each tenant and kind of token
 * all logs that are needed are combined: a user's token may come from an interactive sign-in or from another.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises'
import { UNKNOWN_OWNER } from '@mintmark/logs'
import { cell, insertRows, rowReader, type Session } from '../engine/session.ts'
import {
  ALWAYS,
  type CategoryLog,
  categoryLog,
  type Field,
  type GapInterval,
  gapRows,
  intervalsIn,
  LATE_MS,
  NO_LOG,
} from './gap_intervals.ts'
import { type IssuanceHour, issuanceHours } from './losses/coverage.ts'
import { type Loss, lossesOf, type Period } from './losses/losses.ts'
import { SKEW_MS } from './match/assign_verdicts.ts'
import { GAP_REASONS } from './match/reasons.ts'

/**
 * Kinds of token, by who could have issued them. `any`: not known, so every log must have been on. `owa`: the mail
 * service. `user-owa`: for a user, perhaps by the mail service.
 */
const TOKEN_KINDS = ['user', 'user-owa', 'owa', 'app-sp', 'app-mi', 'app', 'any'] as const

type TokenKind = (typeof TOKEN_KINDS)[number]

/** `cloud`: a log of Microsoft's; `plain`: of another identity provider, whose tokens are in the `token` category. */
const FAMILIES = ['cloud', 'plain'] as const

type Family = (typeof FAMILIES)[number]

const kindKey = (field: Field, family: Family, kind: TokenKind): string =>
  `${field}/${family}/${kind}`

/** One tenant's issuance log by category. */
type Log = ReadonlyMap<string, CategoryLog>

/** The one tenant that a record without a tenant must be of; `''` when there are several. */
export async function soleTenantOf(session: Session): Promise<string> {
  const rows = await session.rows(
    `SELECT DISTINCT tenant FROM coverage WHERE tenant NOT IN ('', '${UNKNOWN_OWNER}') ORDER BY tenant LIMIT 2`,
  )
  return rows.length === 1 ? String(rows[0]?.['tenant']) : ''
}

/** Columns of the table of gaps: `until_ms` has one element for each of `GAP_REASONS`. */
export const GAP_COLUMNS =
  'tenant String, kind LowCardinality(String), from_ms Int64, until_ms Array(Int64)'

/** Writes the gaps of every tenant with an access in `open` into `gaps`, from time 0 on for each kind. */
export async function writeGaps(
  session: Session,
  tables: { readonly open: string; readonly gaps: string },
  sole: string,
): Promise<void> {
  const spans = await auditSpans(session)
  const stated = await statedCodes(session)
  const complete = stated.has('complete-period') ? await completePeriods(session) : NO_PERIODS
  for (const batch of batches(await homesOf(session, tables.open, sole))) {
    const logs = await logsOf(session, batch.includes(sole) ? [...batch, ''] : batch, sole)
    const losses = await lossesOf(session, 'issuance', batch)
    const rows: (string | number)[][] = []
    for (const tenant of batch) {
      await setImmediate()
      const own = losses.filter((loss) => loss.tenant === tenant || loss.tenant === '')
      const log: Log = inOrder(logs.get(tenant) ?? new Map(), own)
      const gaps = tenantGaps(log, spans.get(tenant), complete.get(tenant))
      for (const cells of gapCells(tenant, gaps)) rows.push(cells)
    }
    await insertRows(session, tables.gaps, ['tenant', 'kind', 'from_ms', 'until_ms'], rows)
  }
}

interface TenantSize {
  readonly name: string
  /** Rows of coverage. */
  readonly rows: number
}

/** Rows of coverage that are read at once. */
const BATCH_HOURS = 10_000

/** Groups of tenants, so that one query reads the coverage of many small ones. */
function batches(tenants: readonly TenantSize[]): string[][] {
  const found: string[][] = []
  let rows = BATCH_HOURS
  for (const tenant of tenants) {
    if (rows + tenant.rows > BATCH_HOURS) {
      found.push([])
      rows = 0
    }
    found.at(-1)?.push(tenant.name)
    rows += tenant.rows
  }
  return found
}

/** The tenants' logs; records without a tenant are the sole tenant's. */
async function logsOf(
  session: Session,
  tenants: readonly string[],
  sole: string,
): Promise<Map<string, Map<string, IssuanceHour[]>>> {
  const hours = await issuanceHours(session, tenants)
  const byTenant = Map.groupBy(hours, ({ tenant }) => (tenant === '' ? sole : tenant))
  return new Map(
    [...byTenant].map(([tenant, own]) => [tenant, Map.groupBy(own, ({ category }) => category)]),
  )
}

/** Each category's hours in order, with what that log lost. */
function inOrder(
  hours: ReadonlyMap<string, readonly IssuanceHour[]>,
  losses: readonly Loss[] = [],
): Log {
  return new Map(
    [...hours].map(([category, own]) => [
      category,
      categoryLog(
        own,
        losses.filter((loss) => loss.category === category || loss.category === ''),
      ),
    ]),
  )
}

/** The intervals of a tenant by `kindKey`. */
function tenantGaps(
  log: Log,
  audit: Pick<IssuanceHour, 'firstMs' | 'lastMs'> | undefined,
  complete?: Period,
): Map<string, readonly GapInterval[]> {
  const endMs = Math.max(0, ...[...log.values()].map(lastOf))
  const found = new Map<string, readonly GapInterval[]>()
  for (const field of ['token', 'session'] as const)
    for (const kind of TOKEN_KINDS) {
      const cloud = cloudGaps({ log, field, audit, endMs }, kind)
      const plain = log.has('token')
        ? plainGaps(log.get('token') ?? NO_LOG, field, complete)
        : undefined
      found.set(kindKey(field, 'cloud', kind), isCloud(log) ? cloud : (plain ?? cloud))
      found.set(kindKey(field, 'plain', kind), plain ?? cloud)
    }
  return found
}

/** A complete log proves the absence of a token by itself: no record comes late, and its times need no allowance. */
function plainGaps(
  log: CategoryLog,
  field: Field,
  complete: Period | undefined,
): readonly GapInterval[] {
  if (complete === undefined || field === 'session') return intervalsIn(log, field, LATE_MS.user)
  return [
    { fromMs: 0, toMs: complete.fromMs - SKEW_MS, gap: 'before-issuance-window' },
    { fromMs: complete.toMs, toMs: ALWAYS, gap: 'late-arrival-margin' },
  ]
}

function firstOf({ whole, thin }: CategoryLog): number {
  return [...whole, ...thin].reduce((first, hour) => Math.min(first, hour.firstMs), ALWAYS)
}

function lastOf({ whole, thin }: CategoryLog): number {
  return [...whole, ...thin].reduce((last, hour) => Math.max(last, hour.lastMs), 0)
}

/** What the intervals of one tenant and field are made from. */
interface Ask {
  readonly log: Log
  readonly field: Field
  readonly audit: Pick<IssuanceHour, 'firstMs' | 'lastMs'> | undefined
  readonly endMs: number
}

const isCloud = (log: Log): boolean => [...log.keys()].some((category) => category !== 'token')

function cloudGaps(ask: Ask, kind: TokenKind): readonly GapInterval[] {
  const { log, field, audit } = ask
  const apps = (category: string) =>
    intervalsIn(log.get(category) ?? NO_LOG, field, LATE_MS.app, ask.endMs)
  const managed = () => apps('managed-identity')
  const byKind: Readonly<Record<TokenKind, () => readonly GapInterval[]>> = {
    user: () => userGaps(ask),
    // A session begins at the identity provider, whatever issues its tokens.
    'user-owa': () => [...userGaps(ask), ...(field === 'session' ? [] : owaGaps(log, audit))],
    owa: () => (field === 'session' ? userGaps(ask) : owaGaps(log, audit)),
    'app-sp': () => apps('service-principal'),
    'app-mi': managed,
    app: () => [...apps('service-principal'), ...managed()],
    any: () => [
      ...userGaps(ask),
      ...apps('service-principal'),
      ...(log.has('managed-identity') ? managed() : []),
    ],
  }
  return byKind[kind]()
}

/**
 * Gaps for tokens of users. The audit log's sign-ins replace a missing interactive log: partly for tokens, wholly for
 * sessions, which begin with an interactive sign-in. Sign-ins that do not say whether they are interactive replace it
 * only where no other file proves anything of the non-interactive log, which they may repeat.
 */
function userGaps({ log, field, endMs }: Ask): GapInterval[] {
  const refreshed = log.get('non-interactive')
  const either = (refreshed?.whole.length ?? 0) > 0 ? undefined : log.get('interactive-or-not')
  const interactive = log.get('interactive') ?? log.get('sts-logon') ?? either ?? NO_LOG
  const federated = log.get('adfs')
  const of = (hours: CategoryLog) => intervalsIn(hours, field, LATE_MS.user, endMs)
  const hasSignIns = log.has('interactive') || log.has('interactive-or-not')
  const isAuditAlone = !hasSignIns && refreshed === undefined && log.has('sts-logon')
  return [
    ...of(interactive),
    ...(field === 'session' && isAuditAlone ? [] : of(refreshed ?? NO_LOG)),
    ...(federated === undefined ? [] : of(federated)),
  ]
}

/** Tokens that the mail service makes: the audit log has the type if it has one such record. */
function owaGaps(
  log: Log,
  audit: Pick<IssuanceHour, 'firstMs' | 'lastMs'> | undefined,
): GapInterval[] {
  const hours = log.get('owa-auth')
  if (hours === undefined) return [{ fromMs: 0, toMs: ALWAYS, gap: 'owa-issuer-not-supplied' }]
  const firstMs = Math.min(audit?.firstMs ?? ALWAYS, firstOf(hours))
  const lastMs = Math.max(audit?.lastMs ?? 0, lastOf(hours))
  return [
    { fromMs: 0, toMs: firstMs, gap: 'owa-issuer-not-supplied' },
    { fromMs: lastMs - LATE_MS.user, toMs: ALWAYS, gap: 'late-arrival-margin' },
  ]
}

/** The home tenants of open accesses. */
async function homesOf(session: Session, open: string, sole: string): Promise<TenantSize[]> {
  const rows = await session.rows(
    `SELECT home, n FROM (SELECT DISTINCT if(tenant = '', {sole:String}, tenant) AS home FROM ${open}) AS o
     LEFT ANY JOIN (SELECT tenant, count() AS n FROM coverage GROUP BY tenant) AS c ON c.tenant = o.home
     ORDER BY home`,
    { sole },
  )
  return rows.map(rowReader(cell.text('name:home'), cell.number('rows:n')))
}

/** When each tenant's unified audit log was on. */
async function auditSpans(
  session: Session,
): Promise<Map<string, Pick<IssuanceHour, 'firstMs' | 'lastMs'>>> {
  const rows = await session.rows(`
    SELECT tenant, toUnixTimestamp64Milli(min(first)) AS first_ms, toUnixTimestamp64Milli(max(last)) AS last_ms
    FROM coverage WHERE source IN ('ual', 'ual-sts', 'ual-owa') GROUP BY tenant ORDER BY tenant`)
  return new Map(rows.map((row) => [String(row['tenant']), readSpan(row)]))
}

const readSpan = rowReader(cell.number('firstMs lastMs'))

/** Kinds of statement about completeness that the case has. */
async function statedCodes(session: Session): Promise<Set<string>> {
  const rows = await session.rows('SELECT DISTINCT code FROM statement ORDER BY code')
  return new Set(rows.map((row) => String(row['code'])))
}

const NO_PERIODS: ReadonlyMap<string, Period> = new Map()

/** The period for which all of a tenant's plain issuance logs say that they are complete, if every file says so. */
export async function completePeriods(session: Session): Promise<Map<string, Period>> {
  const rows = await session.rows(`
    SELECT tenant, max(from_ms) AS begin_ms, min(to_ms) AS end_ms, min(to_ms > 0) AS is_said
    FROM (SELECT DISTINCT owner AS tenant, evidence_id FROM issuance WHERE category = 'token') AS i
    GLOBAL LEFT JOIN (
      SELECT evidence_id, toUnixTimestamp64Milli(assumeNotNull(from_at)) AS from_ms,
        toUnixTimestamp64Milli(assumeNotNull(to_at)) AS to_ms
      FROM statement
      WHERE code = 'complete-period' AND from_at IS NOT NULL AND to_at IS NOT NULL
    ) AS s ON s.evidence_id = i.evidence_id
    GROUP BY tenant ORDER BY tenant`)
  const said = rows.filter((row) => Number(row['is_said']) === 1)
  return new Map(said.map((row) => [String(row['tenant']), readPeriod(row)]))
}

const readPeriod = rowReader(cell.number('fromMs:begin_ms toMs:end_ms'))

/** Rows of the table of gaps. */
const gapCells = (tenant: string, gaps: ReadonlyMap<string, readonly GapInterval[]>) =>
  [...gaps].flatMap(([kind, intervals]) =>
    gapRows(intervals, GAP_REASONS).map(({ fromMs, untilMs }) => {
      return [tenant, kind, fromMs, `[${untilMs.join(',')}]`]
    }),
  )
