/** What is said of a real tenant's unified audit log (invictus-ir/o365_dataset). */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Json } from '@mintmark/core'
import { parse } from 'csv-parse/sync'
import {
  answerOf,
  boundsOf,
  counted,
  linesOf,
  objectOf,
  printedBy,
  rowsOf,
} from './command_answer.ts'

/** A session is flagged by such a join if no issuance has its id, whatever the log carried then. */
const NAIVE = `SELECT uniqExact(if(session_id != '', session_id, other_session_id) AS own) AS n FROM access
  WHERE own != '' AND own NOT IN (SELECT session_id FROM issuance)`
const SYNCS = `SELECT count() AS n FROM access WHERE operation = 'MailItemsAccessed' AND access_type = 'Sync'`

/** Investigates the log into a case below `folder`; lines to print. */
export async function askedOfRealTenant(folder: string, log: string): Promise<readonly string[]> {
  const place = path.join(folder, 'real-case')
  const selection = ['--all', '--operation', 'MailItemsAccessed']
  const answer = await answerOf('investigate', log, '--case', place, ...selection)
  const numberOf = async (sql: string) => {
    const [row] = linesOf(await printedBy('sql', sql, '--case', place))
    return counted(Number(row?.['n']))
  }
  const rows = rowsOfOperation(path.join(log, 'auditrecords.csv.gz'))
  const scope = objectOf(answer['scope'])
  const bounds = (name: string) => boundsOf(scope, name).map(counted).join(' to ')
  const folders = new Set(rowsOf(scope['synced_folders']).map((row) => row['folder'])).size
  const [evidence = {}] = rowsOf(answer['evidence'])
  return [
    'a real tenant',
    `  ${counted(Number(evidence['rows']))} records, ${counted(Number(evidence['duplicates']))} of them repeated`,
    `  mail accessed: ${counted(rows)} rows, ${counted(Number(scope['accesses']))} distinct records; copies ${bounds('copies')}, messages ${bounds('messages')} (from, to)`,
    `  synchronised: ${await numberOf(SYNCS)} records, ${folders} folders`,
    `  sessions: ${sessionsTold(rowsOf(answer['sessions']), await numberOf(NAIVE))}`,
  ]
}

/** Rows of the export that are of mail being accessed, as a table of comma-separated values has them. */
function rowsOfOperation(file: string): number {
  const rows: unknown = parse(gunzipSync(readFileSync(file)), { columns: true, relax_quotes: true })
  return rowsOf(rows).filter(({ Operations }) => Operations === 'MailItemsAccessed').length
}

function sessionsTold(sessions: readonly Json[], naive: string): string {
  const by = (verdict: string) => sessions.filter((session) => session['verdict'] === verdict)
  const open = by('undetermined')
  const reasons = [...new Set(open.map(({ reason }) => String(reason)))].join(', ')
  return (
    `a join on the id flags ${naive} of ${sessions.length}; Mintmark ${by('unissued').length} of ` +
    `${sessions.length - open.length}, and ${open.length} undetermined (${reasons})`
  )
}
