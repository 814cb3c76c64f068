/**
 * What each source could have shown: records by tenant, category and hour, and how many carry each field. Every verdict
 * of absence rests on this. Failed sign-ins count too: they show that the log was on.
 */
import type { Json } from '@mintmark/core'
import { cell, type Numbers, rowReader } from '../../engine/rows.ts'
import type { Session } from '../../engine/session.ts'
import { APP, HAS_TOKEN } from '../../store/sql.ts'
import { correctedMs, type Offsets, writeClocks } from '../match/clocks.ts'
import { HAS_TIME, type LogName } from './loss.ts'

/** Statements after which a file cannot be taken for all that its source had. */
const CAPPED = ['row-cap', 'next-link', 'result-count-short', 'ends-early', 'audit-data-truncated']
const COLUMNS = `side, source, category, tenant, hour, quality, records, issued, issued_with_token, issued_with_session,
  with_token, with_session, with_principal, with_app, with_ip, with_issued_at, grouped, backup, first, last`

const ISSUANCE_COVERAGE = (at: string) => `
  INSERT INTO coverage (${COLUMNS})
  SELECT 'issuance', source, category, owner, toStartOfHour(${at}) AS hour,
    multiIf(
      grouped > 1 OR evidence_id GLOBAL IN (SELECT evidence_id FROM statement WHERE code = 'portal-grouped'), 'grouped',
      evidence_id GLOBAL IN (SELECT evidence_id FROM statement WHERE code IN {capped:Array(String)}), 'capped',
      'whole') AS quality,
    count(), countIf(outcome = 'issued'), countIf(outcome = 'issued' AND ${HAS_TOKEN}),
    countIf(outcome = 'issued' AND session_id != ''), countIf(${HAS_TOKEN}),
    countIf(session_id != ''), countIf(principal != '' OR principal_id != ''), countIf(app_id != ''),
    countIf(ip != ''), 0, sum(toUInt64(grouped > 1)), countIf(startsWith(lower(issuer), 'azureadbackup')),
    min(${at}), max(${at})
  FROM issuance
  WHERE ${HAS_TIME}
  GROUP BY source, category, owner, hour, quality
`

const ACCESS_COVERAGE = (at: string) => `
  INSERT INTO coverage (${COLUMNS})
  SELECT 'access', source, service, tenant, toStartOfHour(${at}) AS hour,
    if(evidence_id GLOBAL IN (SELECT evidence_id FROM statement WHERE code IN {capped:Array(String)}),
      'capped', 'whole') AS quality,
    count(), 0, 0, 0, countIf(token_state = 'present'), countIf(session_id != '' OR other_session_id != ''),
    countIf(principal != '' OR principal_id != ''), countIf(app_id != '' OR client_app_id != ''),
    countIf(ip != ''), countIf(issued_at > toDateTime64(0, 3, 'UTC')), 0, 0, min(${at}), max(${at})
  FROM access
  WHERE ${HAS_TIME}
  GROUP BY source, service, tenant, hour, quality
`

const ACCESS_DAYS = `
  INSERT INTO access_day (tenant, service, app, day, accesses)
  SELECT tenant, service, ${APP} AS app, day, sum(n)
  FROM (
    SELECT tenant, service, client_app_id, app_id, toDate(at) AS day, count() AS n
    FROM access
    WHERE token_state = 'present'
    GROUP BY tenant, service, client_app_id, app_id, day
  )
  GROUP BY tenant, service, app, day
`

const correctedTime = (offsets: Offsets) =>
  offsets.size === 0 ? 'at' : `fromUnixTimestamp64Milli(${correctedMs('at', offsets)}, 'UTC')`

/**
 * Fills `coverage` and `access_day` anew. Records of before 1970-01-02 have no time, only a default, and are left out.
 * Cost: a pass over `issuance` and two over `access`, memory by hours and days.
 */
export async function buildCoverage(session: Session): Promise<void> {
  await session.command('TRUNCATE TABLE coverage')
  await session.command('TRUNCATE TABLE access_day')
  const clocks = await writeClocks(session)
  await session.command(ISSUANCE_COVERAGE(correctedTime(clocks.issuance)), { capped: CAPPED })
  await session.command(ACCESS_COVERAGE(correctedTime(clocks.access)), { capped: CAPPED })
  await session.command(ACCESS_DAYS)
}

export interface CoverageSpan extends LogName, Numbers<'records hoursPresent hoursEmpty'> {
  /** `whole`, `grouped` or `capped`. */
  readonly quality: string
  readonly first: string
  readonly last: string
  readonly fields: Readonly<Record<CoverageField, number>>
}

type CoverageField = 'token' | 'session' | 'principal' | 'app' | 'ip' | 'issuedAt'

/** Coverage in sum: one row a side, tenant, source, category and quality, at most ten thousand. */
export async function coverageReport(session: Session): Promise<CoverageSpan[]> {
  const rows = await session.rows(
    `SELECT side, source, category, tenant, quality, formatDateTime(min(first), '%Y-%m-%dT%H:%i:%S.000Z') AS first_at,
       formatDateTime(max(last), '%Y-%m-%dT%H:%i:%S.000Z') AS last_at, sum(records) AS n, uniqExact(hour) AS present,
       dateDiff('hour', min(hour), max(hour)) + 1 - present AS empty,
       sum(with_token) AS token, sum(with_session) AS session, sum(with_principal) AS principal,
       sum(with_app) AS app, sum(with_ip) AS ip, sum(with_issued_at) AS issued_at
     FROM coverage
     GROUP BY side, source, category, tenant, quality
     ORDER BY side DESC, tenant, source, category, quality
     LIMIT 10000`,
  )
  return rows.map(readSpan)
}

function sharesOf(row: Json): CoverageSpan['fields'] {
  const share = (name: string) => Number(row[name]) / Math.max(1, Number(row['n']))
  return {
    token: share('token'),
    session: share('session'),
    principal: share('principal'),
    app: share('app'),
    ip: share('ip'),
    issuedAt: share('issued_at'),
  }
}

const readSpan = rowReader(
  cell.side('side'),
  cell.text('source category tenant quality first:first_at last:last_at'),
  cell.number('records:n hoursPresent:present hoursEmpty:empty'),
  cell.made('fields', sharesOf),
)
