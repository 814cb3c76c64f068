/**
 * Says of every access whether its token was issued, and what proves it.
 *
 * Trust: the verdicts are as good as the logs. Whoever can add an issuance to the evidence can make a forged
 * token look issued; whoever can take one away can make a genuine one look forged, unless coverage shows it.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { text } from '@mintmark/core'
import { countOf } from '../count_of.ts'
import { readMeta, writeMeta } from '../meta.ts'
import { Scratch } from '../scope/scratch.ts'
import type { Session } from '../session.ts'
import { BUCKET_ORDER, CANDIDATE_COLUMNS, MISSING_COLUMNS, MISSING_ORDER } from './candidates.ts'
import { soleTenantOf, writeDoubts } from './doubts.ts'
import { JUDGED_COLUMNS, judgeRange, type OpenTables } from './judge.ts'
import { OPEN_COLUMNS, runLanes } from './lanes.ts'
import { writeBaseRates, writeSessionVerdicts, writeVerdicts } from './outcome.ts'
import { rangesFor } from './ranges.ts'
import { APP_COLUMNS, findApps, findSessions, KNOWN_COLUMNS, SESSION_COLUMNS } from './sessions.ts'
import { type OutcomeCounts, outcomeCounts } from './verdict_rows.ts'

/** Part of the memory of what was reconciled: a change of the rules judges anew. */
const RULES = '1'
const FACT = 'reconciled'

export interface ReconcileOptions {
  /** Judges anew even if nothing has changed since. Default false. */
  readonly force?: boolean
  /** Called as bucket ranges are done. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface ReconcileReport extends OutcomeCounts {
  /** False when the case had been reconciled already and nothing was done. */
  readonly isFresh: boolean
}

/**
 * Fills `verdict`, `base_rate` and `session_verdict`. Needs `coverage`.
 *
 * Running it again replaces what it wrote; with nothing new in the case it does nothing. Memory is bounded
 * whatever the size: accesses go through in id-range buckets, what is left over goes through disk.
 *
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
    await judgeAll(session, onProgress)
    await writeMeta(session, FACT, state)
  }
  return { ...(await outcomeCounts(session)), isFresh }
}

/** What the verdicts depend on, in one line. */
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

async function judgeAll(
  session: Session,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const scratch = await Scratch.open(session)
  try {
    const lanes = {
      candidate: await scratch.table('candidate', CANDIDATE_COLUMNS, BUCKET_ORDER),
      missing: await scratch.table('missing', MISSING_COLUMNS, MISSING_ORDER),
      open: await scratch.table('open', OPEN_COLUMNS, BUCKET_ORDER),
    }
    const rows = Math.max(
      await countOf(session, 'access'),
      (await countOf(session, 'issuance')) / 2,
    )
    await runLanes(session, rangesFor(rows), lanes, onProgress)
    const judged = await scratch.table('judged', JUDGED_COLUMNS, BUCKET_ORDER)
    const openRows = await countOf(session, lanes.open)
    if (openRows > 0) await judgeOpen(session, scratch, lanes.open, openRows, judged)
    await writeVerdicts(session, judged)
    await writeSessionVerdicts(session, judged)
    await writeBaseRates(session, judged)
  } finally {
    await scratch.close()
  }
}

/** Judges the accesses that the lanes left open into `judged`. */
async function judgeOpen(
  session: Session,
  scratch: Scratch,
  open: string,
  openRows: number,
  judged: string,
): Promise<void> {
  const sole = await soleTenantOf(session)
  const { tables, linkable } = await judgingTables(scratch, open)
  await writeDoubts(session, tables, sole)
  await findApps(session, tables, sole)
  await findSessions(session, tables, linkable, openRows, sole)
  for (const range of rangesFor(openRows)) {
    // oxlint-disable-next-line no-await-in-loop -- one range at a time bounds the memory
    await judgeRange(session, tables, judged, linkable, range, sole)
  }
}

async function judgingTables(scratch: Scratch, open: string) {
  const tables: OpenTables = {
    open,
    doubts: await scratch.table(
      'doubts',
      'tenant String, kind LowCardinality(String), from_ms Int64, until_ms Array(Int64)',
      '(tenant, kind, from_ms)',
    ),
    apps: await scratch.table('apps', APP_COLUMNS, '(home, app)'),
    known: await scratch.table('known', KNOWN_COLUMNS, 'session'),
    sessions: await scratch.table('sessions', SESSION_COLUMNS, '(sid, home, field)'),
  }
  return { tables, linkable: await scratch.table('linkable', 'home String', 'home') }
}
