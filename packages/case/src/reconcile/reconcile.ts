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
import {
  BUCKET_ORDER,
  CANDIDATE_COLUMNS,
  FEW_ROWS,
  MISSING_COLUMNS,
  MISSING_ORDER,
} from './candidates.ts'
import { DOUBT_COLUMNS, soleTenantOf, writeDoubts } from './doubts.ts'
import { PLACE_COLUMNS } from './few_of_many.ts'
import { JUDGED_COLUMNS, judgeRange } from './judge.ts'
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
      candidate: scratch.either('candidate', CANDIDATE_COLUMNS, BUCKET_ORDER),
      // Of keys alone: a set of them is held anyhow.
      missing: await scratch.table(
        'missing',
        MISSING_COLUMNS,
        session.numbers ? undefined : MISSING_ORDER,
      ),
      places: await scratch.table('places', PLACE_COLUMNS),
      open: scratch.either('open', OPEN_COLUMNS, BUCKET_ORDER),
    }
    const rows = Math.max(
      await countOf(session, 'access'),
      (await countOf(session, 'issuance')) / 2,
    )
    const open = await both(
      runLanes(session, rangesFor(rows), lanes, onProgress),
      // From here on the case's verdicts are none.
      writeMeta(session, FACT, ''),
    )
    const judged = await judgeOpen(session, scratch, open, lanes.places)
    await writeVerdicts(session, judged)
    await writeSessionVerdicts(session, judged)
    await writeBaseRates(session, judged)
  } finally {
    await scratch.close()
  }
}

/** Waits for both, also where one fails: their tables may go only when neither uses them. What the first gives. */
async function both<T>(a: Promise<T>, b: Promise<unknown>): Promise<T> {
  await Promise.allSettled([a, b])
  await b
  return await a
}

/** Judges the accesses that the lanes left open; the table of outcomes. */
async function judgeOpen(
  session: Session,
  scratch: Scratch,
  open: string | undefined,
  places: string,
): Promise<string> {
  const openRows = open === undefined ? 0 : await countOf(session, open)
  const order = (by: string) => (openRows <= FEW_ROWS ? undefined : by)
  const judged = await scratch.table('judged', JUDGED_COLUMNS, order(BUCKET_ORDER))
  if (open === undefined || openRows === 0) return judged
  const tables = {
    open,
    places,
    doubts: await scratch.table('doubts', DOUBT_COLUMNS),
    // What a join holds in memory anyhow lies there.
    apps: await scratch.table('apps', APP_COLUMNS),
    known: await scratch.table('known', KNOWN_COLUMNS, order('session')),
    sessions: await scratch.table('sessions', SESSION_COLUMNS, order('(sid, home, field)')),
  }
  const linkable = await scratch.table('linkable', 'home String')
  const sole = await soleTenantOf(session)
  await writeDoubts(session, tables, sole)
  await findApps(session, tables, sole)
  await findSessions(session, tables, linkable, openRows, sole)
  for (const range of rangesFor(openRows)) {
    // oxlint-disable-next-line no-await-in-loop -- one range at a time bounds the memory
    await judgeRange(session, tables, judged, linkable, range, sole)
  }
  return judged
}
