/** The names of people and the addresses that a case holds, for redaction. */

import { cell, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'

interface CaseName {
  readonly name: string
  /** The principal that the directory gives the name for; the name itself where it is no other's. */
  readonly account: string
}

const NAMES = `
  SELECT name, min(owner) AS account FROM (
    SELECT DISTINCT principal AS name, principal AS owner FROM access
    UNION ALL SELECT DISTINCT principal_id, principal_id FROM access
    UNION ALL SELECT DISTINCT mailbox, mailbox FROM access
    UNION ALL SELECT DISTINCT mailbox_id, mailbox_id FROM access
    UNION ALL SELECT DISTINCT principal, principal FROM issuance
    UNION ALL SELECT DISTINCT principal_id, principal_id FROM issuance
    UNION ALL SELECT DISTINCT principal, principal FROM directory
    UNION ALL SELECT DISTINCT principal_id, principal_id FROM directory
    UNION ALL SELECT DISTINCT display_name, if(principal != '', principal, principal_id) FROM directory
    UNION ALL SELECT DISTINCT mailbox, mailbox FROM inventory
  ) WHERE trimBoth(name) != '' GROUP BY name ORDER BY name`

export async function* caseNames(session: Session): AsyncGenerator<CaseName> {
  for await (const rows of session.stream(NAMES))
    yield* rows.map(rowReader(cell.text('name account')))
}

export async function* caseAddresses(session: Session): AsyncGenerator<string> {
  const addresses = session.stream(
    `SELECT DISTINCT ip FROM (SELECT DISTINCT ip FROM access UNION ALL SELECT DISTINCT ip FROM issuance)
     WHERE ip != '' ORDER BY ip`,
  )
  for await (const rows of addresses) for (const row of rows) yield String(row['ip'])
}
