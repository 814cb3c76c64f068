/**
 * Says of every access whether its token was issued, what proves it, and how sure that is.
 * Trust: an issuance added to the evidence makes a forged token look issued; one removed makes a genuine token look
 * forged, unless coverage shows it.
 */
import { createHash } from 'node:crypto'
import { text } from '@mintmark/core'
import { countOf } from '../engine/rows.ts'
import { Scratch } from '../engine/scratch.ts'
import { type Session, SPILLS } from '../engine/session.ts'
import { readMeta, writeMeta } from '../store/meta.ts'
import { columnsSql } from '../store/sql.ts'
import {
  completeIssuers,
  completePeriods,
  GAP_COLUMNS,
  soleTenantOf,
  writeGaps,
} from './coverage_gaps.ts'
import { type OpenTables, OUTCOME, readLives, verdictsOfRange } from './match/assign_verdicts.ts'
import { correctedMs, readClocks } from './match/clocks.ts'
import { clientsOfMailService, firstPartyApps } from './match/first_party.ts'
import { BUCKET_ORDER, CANDIDATE_COLUMNS, joinAll, OPEN_COLUMNS, rangesFor } from './match/join.ts'
import { APP_COLUMNS, findApps, findSessions, KNOWN_COLUMNS, SESSION_COLUMNS } from './sessions.ts'
import { type OutcomeCounts, outcomeCounts } from './verdict_rows.ts'
import { weighVerdicts } from './weigh/weigh_verdicts.ts'

export async function writeVerdicts(session: Session, outcomes: string): Promise<void> {
  await session.everywhere(`TRUNCATE TABLE ${session.localTable('verdict')}`)
  await session.command(
    `INSERT INTO verdict (bucket, token_id, record_id, content, verdict, reason, strength)
     SELECT bucket, token_id, record_id, content, verdict, reason, strength FROM ${outcomes}
     SETTINGS distributed_foreground_insert = 1`,
  )
}

/** One row a session that gave accesses their verdict: the weightiest verdict of these. */
export async function writeSessionVerdicts(session: Session, outcomes: string): Promise<void> {
  const weight = `indexOf(['unissued', 'mismatched', 'session-only', 'undetermined'], verdict)`
  await session.command('TRUNCATE TABLE session_verdict')
  await session.command(
    `INSERT INTO session_verdict (tenant, session_id, field, principals, accesses, first, last, verdict, reason, strength)
     SELECT home, sid, field, arraySort(groupUniqArray(16)(principal)), count(), fromUnixTimestamp64Milli(min(at_ms), 'UTC'),
       fromUnixTimestamp64Milli(max(at_ms), 'UTC'),
       ${['verdict', 'reason', 'strength'].map((name) => `argMin(${name}, (${weight}, at_ms, reason))`).join(', ')}
     FROM ${outcomes}
     WHERE sid != '' AND (token_state != 'present' OR reason IN ('session-known', 'session-never-issued'))
     GROUP BY home, sid, field
     SETTINGS ${SPILLS}`,
  )
}

/** Of the accesses with a token id, how many are issued, by each context and day that has an unissued one. */
export async function writeBaseRates(session: Session, outcomes: string): Promise<void> {
  await session.command('TRUNCATE TABLE base_rate')
  await session.command(
    `INSERT INTO base_rate (tenant, service, app, day, accesses, issued)
     SELECT a.tenant, a.service, a.app, a.day, a.accesses, a.accesses - j.n
     FROM access_day AS a
     INNER JOIN (
       SELECT tenant, service, app, toDate(fromUnixTimestamp64Milli(at_ms, 'UTC')) AS day, count() AS n
       FROM ${outcomes} WHERE token_state = 'present'
       GROUP BY tenant, service, app, day
       HAVING countIf(verdict = 'unissued') > 0
     ) AS j ON j.tenant = a.tenant AND j.service = a.service AND j.app = a.app AND j.day = a.day
     SETTINGS ${SPILLS}`,
  )
}

/** A change of the rules makes verdicts anew. */
const RULES = '6'
const FACT = 'reconciled'
const FEW_ROWS = 100_000

export interface ReconcileOptions {
  readonly force?: boolean
  readonly onProgress?: (done: number, total: number) => void
}

interface ReconcileReport extends OutcomeCounts {
  readonly isFresh: boolean
}

/**
 * Fills `verdict`, `base_rate` and `session_verdict`; with nothing new in the case it does nothing. Needs `coverage`.
 * Memory is bounded: accesses go through in id-range buckets.
 * @throws {MintmarkError} `ENGINE_QUERY`, `DISK_FULL`
 */
export async function reconcile(
  session: Session,
  { force = false, onProgress = () => {} }: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const state = await stateOf(session)
  const isFresh = force || (await readMeta(session, FACT)) !== state
  if (isFresh) {
    await writeMeta(session, FACT, '')
    await assignAll(session, onProgress)
    await writeMeta(session, FACT, state)
  }
  return { ...(await outcomeCounts(session)), isFresh }
}

async function stateOf(session: Session): Promise<string> {
  const hash = createHash('sha256')
  const rows = await session.rows(
    'SELECT evidence_id, sha256, content_sha256 FROM evidence ORDER BY evidence_id',
  )
  for (const row of rows)
    hash.update(
      `${text(row, 'evidence_id')}\0${text(row, 'sha256')}\0${text(row, 'content_sha256')}\n`,
    )
  const counts = await Promise.all(
    ['access', 'issuance', 'coverage', 'statement'].map((table) => countOf(session, table)),
  )
  return `${RULES}:${counts.join(':')}:${hash.digest('hex')}`
}

async function assignAll(session: Session, onProgress: (done: number, total: number) => void) {
  await Scratch.lend(session, async (scratch) => {
    const tables = {
      candidate: await scratch.table('candidate', CANDIDATE_COLUMNS, BUCKET_ORDER),
      open: await scratch.table('open', OPEN_COLUMNS, BUCKET_ORDER),
    }
    const rows = Math.max(
      await countOf(session, 'access'),
      (await countOf(session, 'issuance')) / 2,
    )
    const clocks = await readClocks(session)
    await joinAll(session, rangesFor(rows), tables, clocks, onProgress)
    const sole = await soleTenantOf(session)
    const outcomes = await assignOpen(session, scratch, sole, {
      open: tables.open,
      issuedMs: correctedMs('at', clocks.issuance),
    })
    const weighed = await weighVerdicts(session, scratch, outcomes, sole)
    await writeVerdicts(session, weighed)
    await writeSessionVerdicts(session, weighed)
    await writeBaseRates(session, weighed)
  })
}

async function assignOpen(
  session: Session,
  scratch: Scratch,
  sole: string,
  { open, issuedMs }: Pick<OpenTables, 'open' | 'issuedMs'>,
): Promise<string> {
  const openRows = await countOf(session, open)
  const order = (by: string) => (openRows <= FEW_ROWS ? undefined : by)
  const outcomes = await scratch.table('decided', columnsSql(OUTCOME), order(BUCKET_ORDER))
  if (openRows === 0) return outcomes
  const tables = {
    open,
    issuedMs,
    gaps: await scratch.table('gaps', GAP_COLUMNS),
    // What a join holds in memory stays there.
    apps: await scratch.table('apps', APP_COLUMNS),
    known: await scratch.table('known', KNOWN_COLUMNS, order('session')),
    sessions: await scratch.table('sessions', SESSION_COLUMNS, order('(sid, home, field)')),
  }
  const linkable = await scratch.table('linkable', 'home String, field String')
  const complete = await completePeriods(session)
  await writeGaps(session, tables, sole, complete)
  await findApps(session, tables, sole)
  const issuers = await completeIssuers(session)
  const params = {
    ...(await readLives(session, sole)),
    first_party: firstPartyApps(),
    by_mail_service: await clientsOfMailService(session, sole),
    issuers,
    with_issuers: issuers.map((one) => one.slice(0, one.indexOf(' '))),
  }
  await findSessions(session, tables, linkable, openRows, params)
  const all = { ...params, complete: [...complete.keys()] }
  for (const range of rangesFor(openRows))
    await verdictsOfRange(session, tables, outcomes, linkable, range, all)
  return outcomes
}
