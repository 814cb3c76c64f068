/** A file's `evidence` row comes last: a higher id is of a file that is not in the case. */
import { setInterval } from 'node:timers/promises'
import { countOf, firstRow, textsOf } from '../engine/rows.ts'
import { INSERT_ID, type Params, type Session } from '../engine/session.ts'
import { TABLES } from './schema.ts'

const OF_FILES: readonly string[] =
  'issuance access directory inventory reject statement date_order'.split(' ')

/** Ids are bound as text: not every engine reads bound arrays of numbers. */
const AMONG = 'has(arrayMap(id -> toUInt32(id), {ids:Array(String)}), evidence_id)'

export async function lastEvidence(session: Session): Promise<number> {
  return Number(
    (await firstRow(session, 'SELECT max(evidence_id) AS last FROM evidence'))['last'] ?? 0,
  )
}

export async function recover(session: Session): Promise<void> {
  await insertsEnded(session)
  const last = await lastEvidence(session)
  await Promise.all(OF_FILES.map((table) => removeAfter(session, table, last)))
  await forgetReplaced(session)
}

export async function forgetReplaced(session: Session): Promise<void> {
  const twice = await session.rows(
    `SELECT max(evidence_id) AS newest, arrayFilter(id -> id != newest, groupArray(evidence_id)) AS older
     FROM evidence WHERE same_as = 0 AND sha256 != ''
     GROUP BY path, sha256 HAVING count() > 1 ORDER BY newest`,
  )
  for (const row of twice) {
    const ids = textsOf(row['older'])
    // First what repeats them: when this is interrupted, the next time finds them twice again.
    const copies = 'has(arrayMap(id -> toUInt32(id), {ids:Array(String)}), same_as)'
    if ((await countOf(session, `evidence WHERE ${copies}`, { ids })) > 0)
      await session.command(
        `ALTER TABLE evidence UPDATE same_as = {newest:UInt32} WHERE ${copies}`,
        { ids, newest: Number(row['newest']) },
      )
    await forgetFiles(session, ids.map(Number))
  }
}

/** Waits for inserts of a dead process: a server continues them, and later rows would be duplicates. */
async function insertsEnded(session: Session): Promise<void> {
  if (session.kind === 'embedded') return
  for await (const _ of setInterval(200)) {
    const running = await session.rows(
      `SELECT 1 FROM system.processes
      WHERE current_database = currentDatabase() AND startsWith(query_id, {prefix:String}) LIMIT 1`,
      { prefix: INSERT_ID },
    )
    if (running.length === 0) return
  }
}

export async function removeFiles(session: Session, evidenceIds: readonly number[]): Promise<void> {
  if (evidenceIds.length === 0) return
  await Promise.all(
    OF_FILES.map((table) => remove(session, table, AMONG, { ids: evidenceIds.map(String) })),
  )
}

export async function forgetFiles(session: Session, evidenceIds: readonly number[]): Promise<void> {
  if (evidenceIds.length === 0) return
  await removeFiles(session, evidenceIds)
  await session.command(`ALTER TABLE evidence DELETE WHERE ${AMONG}`, {
    ids: evidenceIds.map(String),
  })
}

async function removeAfter(session: Session, table: string, last: number): Promise<void> {
  const condition = 'evidence_id > {last:UInt32}'
  const found = await session.rows(`SELECT 1 FROM ${table} WHERE ${condition} LIMIT 1`, { last })
  if (found.length > 0) await remove(session, table, condition, { last })
}

function remove(session: Session, table: string, condition: string, params: Params): Promise<void> {
  const isSharded = TABLES.some(({ name, sharded }) => name === table && sharded)
  const target = isSharded ? session.localTable(table) : table
  const sql = `ALTER TABLE ${target} DELETE WHERE ${condition}`
  return isSharded ? session.everywhere(sql, params) : session.command(sql, params)
}
