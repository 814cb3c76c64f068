/** Accesses that tests mark, and which of them a selection has. */
import type { Session } from '../../src/engine/session.ts'
import { select } from '../../src/scope/select.ts'
import { bind, guid, type Row } from '../world.ts'

export const ANN = 'ann@example.org'
export const FORGED: Row = bind(ANN, 1, ['<1@example.org>'], { ip: '192.0.2.1', token_id: guid(1) })
export const SAME_TOKEN: Row = bind(ANN, 2, ['<2@example.org>'], {
  ip: '192.0.2.9',
  token_id: guid(1),
})
export const QUIET: Row = bind(ANN, 900, ['<3@example.org>'], {
  ip: '198.51.100.1',
  session_id: guid(7),
})
const QUIET_TOO = bind(ANN, 901, ['<4@example.org>'], { ip: '198.51.100.1', session_id: guid(8) })
export const rows: Readonly<Record<string, Row>> = { FORGED, SAME_TOKEN, QUIET, QUIET_TOO }
export const idOf = (row: Row): string => String(row['record_id'])

/** Names of the accesses of each party. */
export async function parties(session: Session): Promise<Record<string, string[]>> {
  const selected = await select(session, {})
  try {
    return await partiesIn(session, selected.table)
  } finally {
    await selected.close()
  }
}

export async function partiesIn(
  session: Session,
  table: string,
): Promise<Record<string, string[]>> {
  const found = await session.rows(`SELECT record_id, party FROM ${table} ORDER BY at`)
  const names = (party: string) =>
    found
      .filter((row) => row['party'] === party)
      .map((row) => Object.entries(rows).find(([, one]) => idOf(one) === row['record_id'])?.[0])
      .map(String)
  return { attacker: names('attacker'), ambiguous: names('ambiguous') }
}
