/**
 * Brings what is derived from the evidence up to the evidence: duplicates, coverage, verdicts, hunts.
 *
 * @module
 */

import type { Session } from '../engine/session.ts'
import { type HuntOptions, type HuntResult, runHunts } from '../hunts/run_hunts.ts'
import type { Case } from '../store/case.ts'
import { readMeta, writeMeta } from '../store/meta.ts'
import { type ReconcileOptions, reconcile } from '../verdicts/reconcile.ts'
import { evidenceMark, seal } from '../verdicts/seal.ts'

/** Evidence for which `hunt_hit` holds what hunts found. */
const HUNTED = 'hunted'

/**
 * Seals and reconciles a case, and runs the built-in hunts where none have run since evidence came: what a
 * selection by verdicts and established hunts rests on. Does nothing where all is up to date.
 *
 * @throws {MintmarkError} `ENGINE_QUERY`, `DISK_FULL`
 */
export async function prepare(investigated: Case, options: ReconcileOptions = {}): Promise<void> {
  await judge(investigated, options)
  const { session } = investigated
  if ((await readMeta(session, HUNTED)) !== (await evidenceMark(session))) await hunt(session)
}

/** The part of {@link prepare} that verdicts need. Throws as that. */
export async function judge(investigated: Case, options: ReconcileOptions = {}): Promise<void> {
  await seal(investigated)
  await reconcile(investigated.session, options)
}

/** Runs hunts, and remembers for which evidence. Throws as `runHunts`. */
export async function hunt(session: Session, options: HuntOptions = {}): Promise<HuntResult[]> {
  const results = await runHunts(session, options)
  if (options.only === undefined) await writeMeta(session, HUNTED, await evidenceMark(session))
  return results
}
