import { text } from '@mintmark/core'
import { firstRow, insertRows } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { NEXT_TIME } from './sql.ts'

export async function readMeta(session: Session, name: string): Promise<string | undefined> {
  const [row] = await session.rows(
    'SELECT argMax(value, at) AS value FROM meta WHERE name = {name:String} HAVING count() > 0',
    { name },
  )
  return row === undefined ? undefined : (text(row, 'value') ?? '')
}

export async function writeMeta(session: Session, name: string, value: string): Promise<void> {
  // Two facts of one name within a millisecond would be a tie: each is put after the last.
  await session.command(
    `INSERT INTO meta (name, value, at)
    SELECT {name:String}, {value:String},
      greatest(now64(3, 'UTC'), addMilliseconds(max(at), 1)) FROM meta WHERE name = {name:String}`,
    { name, value },
  )
}

export async function insertMeta(session: Session, name: string, value: string): Promise<void> {
  const sql = `SELECT ${NEXT_TIME} AS at FROM meta WHERE name = {name:String}`
  const { at } = await firstRow(session, sql, { name })
  await insertRows(session, 'meta', ['name', 'value', 'at'], [[name, value, String(at)]])
}
