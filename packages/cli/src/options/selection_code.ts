/**
 * The exit code of a question about the accesses of a selection: `scope`, `timeline`.
 *
 * Without options the selection is what verdicts and hunts point at, and the code is that of those. One that was named
 * asks for its accesses alone: found is any. Where there is none, the answer is whole only if the logs have an access
 * within the time that was named.
 *
 * @module
 */
import {
  isPointedAt,
  judgedCounts,
  markConditions,
  pointedCounts,
  type Selection,
  type Session,
  unjudged,
} from '@mintmark/case'
import { type ExitCode, exitCode } from '../process/exit_codes.ts'

/**
 * @param accesses of the selection
 * @throws {MintmarkError} as `Session.rows`
 */
export async function selectionCode(
  session: Session,
  selection: Selection,
  accesses: number,
): Promise<ExitCode> {
  if (Object.keys(selection).length > 0)
    return exitCode({ isFound: accesses > 0, isWhole: await isCovered(session, selection) })
  const marked = await markConditions(session)
  const { established, leads } = await pointedCounts(session, marked)
  return exitCode({
    isFound: isPointedAt(established),
    isWhole: unjudged(await judgedCounts(session)).length === 0,
    hasLeads: isPointedAt(leads),
  })
}

async function isCovered(session: Session, { fromMs, toMs }: Selection): Promise<boolean> {
  const [row] = await session.rows(
    `SELECT count() AS n FROM access
     WHERE toUnixTimestamp64Milli(at) >= {from:Int64} AND toUnixTimestamp64Milli(at) < {to:Int64}`,
    { from: Math.trunc(fromMs ?? 0), to: Math.trunc(toMs ?? Number.MAX_SAFE_INTEGER) },
  )
  return Number(row?.['n'] ?? 0) > 0
}
