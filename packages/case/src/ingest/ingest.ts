/** Each file once: it is in the case when its `evidence` row is, which is written last. */

import { availableParallelism } from 'node:os'
import { MintmarkError, whyUnread } from '@mintmark/core'
import { type DateOrder, type EvidenceSource, walkEvidence } from '@mintmark/logs'
import type { Numbers } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import type { Case } from '../store/case.ts'
import { type EvidenceRow, evidenceRows } from '../store/evidence_rows.ts'
import { lockIngest } from '../store/ingest_lock.ts'
import { forgetReplaced, lastEvidence, recover } from '../store/recover.ts'
import { Committer } from './committer.ts'
import { wronglyOrdered } from './date_orders.ts'
import { EvidenceDraft } from './draft.ts'
import { KnownEvidence } from './known_evidence.ts'
import { type OtherShape, SourceFailure, SourceReader, type Taken } from './source_reader.ts'
import { WorkerPool } from './worker_pool.ts'

interface IngestOptions {
  readonly threads?: number
  readonly onProgress?: (progress: IngestProgress) => void
  /** Recognises evidence that is no log, such as a dump, by its first bytes or all: it is hashed alone. */
  readonly otherShape?: OtherShape
  /** Aborting it stops the run with the signal's reason; files that are in the case stay. */
  readonly signal?: AbortSignal
}

interface IngestProgress extends Numbers<'files filesDone bytesTotal'> {
  /** Bytes read so far, decompressed: may exceed the total. */
  readonly bytesRead: number
}

interface IngestReport extends Numbers<'added rows rejected'> {
  readonly evidence: readonly EvidenceRow[]
}

const MOST_THREADS = 16

/**
 * @throws {MintmarkError} `INPUT_UNREADABLE`, `CASE_BUSY`, `DISK_FULL`, `ENGINE_QUERY`,
 * `ENGINE_UNAVAILABLE`
 */
export async function ingest(
  opened: Case,
  paths: readonly string[],
  options: IngestOptions = {},
): Promise<IngestReport> {
  const sources: EvidenceSource[] = []
  for await (const source of walkEvidence(paths, { except: [opened.location] }))
    sources.push(source)
  return ingestSources(opened, sources, options)
}

export async function ingestSources(
  opened: Case,
  sources: readonly EvidenceSource[],
  options: IngestOptions,
): Promise<IngestReport> {
  const unlock = await lockIngest(opened.session)
  try {
    const given = new Map(sources.map((source) => [source.path, source]))
    const { session } = opened
    const before = await lastEvidence(session)
    const first = await runUntilRead(opened, sources, { ...options, rereads: new Map() })
    const again = await wronglyOrdered(session, given)
    if (again.length === 0) return first
    const { onProgress: _, ...quiet } = options
    const rereads = new Map(again.map(({ source, order }) => [source.path, order]))
    await runUntilRead(
      opened,
      again.map(({ source }) => source),
      { ...quiet, rereads },
    )
    await forgetReplaced(session)
    const formerIds = new Map(again.map(({ source, evidenceId }) => [source.path, evidenceId]))
    return await reportAgain(session, first, formerIds, before)
  } finally {
    await unlock()
  }
}

interface RunOptions extends IngestOptions {
  readonly rereads: ReadonlyMap<string, DateOrder>
}

async function reportAgain(
  session: Session,
  first: IngestReport,
  formerIds: ReadonlyMap<string, number>,
  before: number,
): Promise<IngestReport> {
  const formerId = ({ path, evidenceId }: EvidenceRow) => formerIds.get(path) ?? evidenceId
  const ofRun = new Set(first.evidence.map(({ evidenceId }) => evidenceId))
  const evidence = (await evidenceRows(session)).filter((row) => ofRun.has(formerId(row)))
  return reportOf(
    evidence,
    evidence.filter((row) => formerId(row) > before),
  )
}

async function runUntilRead(opened: Case, sources: readonly EvidenceSource[], options: RunOptions) {
  const failed = new Map<string, SourceFailure>()
  for (;;) {
    try {
      return await runOnce(opened, sources, failed, options)
    } catch (cause) {
      await cleanUp(opened, cause)
      if (!(cause instanceof SourceFailure) || failed.has(cause.path)) throw cause
      failed.set(cause.path, cause)
    }
  }
}

async function cleanUp(opened: Case, cause: unknown): Promise<void> {
  try {
    await recover(opened.session)
  } catch {
    if (cause instanceof SourceFailure) throw cause.cause
  }
}

async function runOnce(
  opened: Case,
  sources: readonly EvidenceSource[],
  failed: ReadonlyMap<string, SourceFailure>,
  options: RunOptions,
): Promise<IngestReport> {
  const { session } = opened
  const known = await KnownEvidence.load(session)
  const firstId = (await lastEvidence(session)) + 1
  const tally = tallyOf(sources, options.onProgress)
  const committer = new Committer(session, known, tally.done)
  const pool = new WorkerPool(threadsOf(options))
  const onBytes = tally.read
  const run = { ...options, pool, committer, known, firstId, failed, onBytes }
  const reader = new SourceReader(run)
  try {
    await committer.pauseMerges()
    for (const source of sources) {
      await reader.take(source)
    }
    await reader.finish()
    requireSomething(reader.taken, failed)
    await committer.finish()
  } finally {
    await pool.close()
    // Closing a case amid an insert would end the process.
    await committer.settled()
    await committer.resumeMerges()
  }
  return report(await evidenceRows(session), reader.taken)
}

const threadsOf = ({ threads }: IngestOptions): number =>
  Math.max(1, Math.min(threads ?? availableParallelism(), MOST_THREADS))

function requireSomething(taken: readonly Taken[], failed: ReadonlyMap<string, SourceFailure>) {
  const drafts = taken.filter((one) => one instanceof EvidenceDraft)
  const first = drafts[0]
  const isNothing =
    drafts.length === taken.length && drafts.every(({ isUnreadable }) => isUnreadable)
  if (first === undefined || !isNothing) return
  const { path } = first.source
  const { reason = '', detail = '' } = first.rejects[0] ?? {}
  const { cause } = failed.get(path) ?? {}
  const why = reason === 'unreadable' ? whyUnread(detail) : `${reason} ${detail}`.trimEnd()
  const message = `${path} cannot be read: ${why}`
  throw new MintmarkError('INPUT_UNREADABLE', message, { path, errno: detail }, { cause })
}

function report(rows: readonly EvidenceRow[], taken: readonly Taken[]): IngestReport {
  const byId = new Map(rows.map((row) => [row.evidenceId, row]))
  const evidence = new Map<number, EvidenceRow>()
  for (const { evidenceId } of taken) {
    const row = byId.get(evidenceId)
    if (row !== undefined) evidence.set(evidenceId, row)
  }
  const drafts = taken.filter((one) => one instanceof EvidenceDraft)
  const added = drafts.flatMap(({ evidenceId }) => byId.get(evidenceId) ?? [])
  return reportOf([...evidence.values()], added)
}

function reportOf(evidence: readonly EvidenceRow[], added: readonly EvidenceRow[]): IngestReport {
  return {
    evidence,
    added: added.length,
    rows: added.reduce((sum, { rows: count }) => sum + count, 0),
    rejected: added.reduce(
      (sum, { rejected: { file, row, payload } }) => sum + file + row + payload,
      0,
    ),
  }
}

function tallyOf(sources: readonly EvidenceSource[], onProgress: IngestOptions['onProgress']) {
  const bytesTotal = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  let [filesDone, bytesRead, reportedMs] = [0, 0, 0]
  const tell = () => onProgress?.({ files: sources.length, filesDone, bytesTotal, bytesRead })
  return {
    read: (bytes: number) => {
      bytesRead += bytes
      const nowMs = performance.now()
      if (nowMs - reportedMs < 100) return
      reportedMs = nowMs
      tell()
    },
    done: (files: number) => {
      filesDone = files
      tell()
    },
  }
}
