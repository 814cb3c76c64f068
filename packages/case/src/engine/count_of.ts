import type { Session } from './session.ts'

/** Rows of a table. */
export async function countOf(session: Session, table: string): Promise<number> {
  const [row] = await session.rows(`SELECT count() AS n FROM ${table}`)
  return Number(row?.['n'] ?? 0)
}
