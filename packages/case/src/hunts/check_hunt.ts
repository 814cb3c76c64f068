/**
 * What the engine says of a hunt before it runs: the second fence around a SELECT that a user wrote.
 *
 * @module
 */
import { type Json, MintmarkError } from '@mintmark/core'
import { readOnlyForm } from '../engine/read_only.ts'
import type { Params, Session } from '../engine/session.ts'
import { HUNT_COLUMNS, type Hunt } from './hunt_file.ts'

/**
 * Has the engine plan the hunt read-only (which refuses writes and table functions) and name its columns; returns its
 * normal form, which is what may run.
 * @throws {MintmarkError} `HUNT_INVALID`, `facts.clickhouse` where the engine refused it
 */
export async function checkHunt(session: Session, hunt: Hunt, params: Params): Promise<string> {
  const normal = await asHunt(hunt, () => readOnlyForm(session, hunt.sql))
  const planned = await asHunt(hunt, async () => {
    await session.rows(`EXPLAIN SELECT * FROM (${normal}) SETTINGS readonly = 1`, params)
    return session.rows(`DESCRIBE TABLE (${normal}) SETTINGS readonly = 1`, params)
  })
  requireColumns(hunt, planned)
  return normal
}

function requireColumns(hunt: Hunt, described: readonly Json[]): void {
  const names = described.map((column) => String(column['name']))
  const wanted = HUNT_COLUMNS.map(({ name }) => name)
  const missing = wanted.filter((name) => !names.includes(name))
  const other = names.filter((name) => !wanted.includes(name))
  if (missing.length > 0) throw invalid(hunt, `the SELECT gives no column ${missing.join(', ')}`)
  if (other.length > 0)
    throw invalid(hunt, `the SELECT gives a column that hunts have not: ${other[0] ?? ''}`)
}

async function asHunt<T>(hunt: Hunt, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (!(cause instanceof MintmarkError)) throw cause
    if (cause.code !== 'ENGINE_QUERY' && cause.code !== 'INPUT_INVALID') throw cause
    throw invalid(hunt, firstSentence(cause.message), cause)
  }
}

/** The engine repeats the whole query behind its first line. */
function firstSentence(message: string): string {
  return message.split('\n', 1)[0]?.slice(0, 300) ?? ''
}

function invalid(hunt: Hunt, message: string, cause?: MintmarkError): MintmarkError {
  const facts = { file: hunt.file, line: 1, clickhouse: Number(cause?.facts['clickhouse'] ?? 0) }
  return new MintmarkError('HUNT_INVALID', `${hunt.file}: ${message}`, facts, { cause })
}
