import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Session } from '../../src/engine/session.ts'

const guid = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A line that says that a token was made. */
export function issuanceLine(n: number): string {
  return JSON.stringify({
    schema: 'mintmark-issuance/1',
    id: guid(`issuance ${n}`),
    at: new Date(Date.UTC(2023, 4, 15) + n * 1000).toISOString(),
    tokenId: guid(`token ${n}`),
    principal: `user${n % 50}@example.gov`,
    tenant: 'agency',
    appId: 'mail',
  })
}

/** A line that says that a token was used. Without an id where `id` is false. */
export function accessLine(
  n: number,
  { id = true, text = '' }: { readonly id?: boolean; readonly text?: string } = {},
): string {
  return JSON.stringify({
    schema: 'mintmark-access/1',
    ...(id ? { id: guid(`access ${n}`) } : {}),
    at: new Date(Date.UTC(2023, 4, 15, 1) + n * 1000).toISOString(),
    operation: 'MailRead',
    service: 'mail',
    tokenId: guid(`token ${n}`),
    principal: `user${n % 50}@example.gov`,
    tenant: 'agency',
    appId: 'mail',
    mailbox: `user${n % 50}@example.gov`,
    items: [{ messageId: `<${n}.${text}@mail.example.gov>`, bytes: 1000 + n, folder: '\\Inbox' }],
  })
}

/** A Purview row: another shape, which is read as a stream. */
function purviewRow(n: number): string {
  const time = new Date(Date.UTC(2023, 4, 16) + n * 1000).toISOString().slice(0, 19)
  const data = JSON.stringify({
    Id: guid(`audit ${n}`),
    RecordType: 2,
    CreationTime: time,
    Operation: 'Send',
    OrganizationId: guid('agency'),
    UserType: 0,
    UserKey: '1003200000000001',
    Workload: 'Exchange',
    ResultStatus: 'Succeeded',
    UserId: `user${n % 50}@example.gov`,
    ClientIP: '192.0.2.7',
    MailboxOwnerUPN: `user${n % 50}@example.gov`,
    Item: { Id: `item${n}`, Subject: 'weekly "report"', InternetMessageId: `<s${n}@example.gov>` },
    ClientInfoString: 'Client=OWA;Action=ViaProxy'.padEnd(200, ';'),
  })
  const cells = [
    guid(`audit ${n}`),
    `${time}.0000000Z`,
    '2',
    'Send',
    `user${n % 50}@example.gov`,
    data,
    '',
    '',
  ]
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')
}

const PURVIEW_HEADER =
  'RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames'

const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('')

/** What the files of {@link writeEvidence} hold. */
export const HELD = { issuances: 400, accesses: 3000, audit: 1500, small: 40 } as const

/** A folder of evidence: slices, a stream, small files, copies, and files that hold nothing. */
export function writeEvidence(folder: string): void {
  mkdirSync(join(folder, 'small'), { recursive: true })
  const put = (name: string, content: string | Uint8Array) =>
    writeFileSync(join(folder, name), content)
  // Above the size of a small file, so that it is read in slices.
  put(
    'accesses.ndjson',
    lines(HELD.accesses, (n) => accessLine(n, { text: 'x'.repeat(200) })),
  )
  put('audit.csv', `${PURVIEW_HEADER}\n${lines(HELD.audit, purviewRow)}`)
  put('issuances.ndjson', lines(HELD.issuances, issuanceLine))
  put('issuances-copy.ndjson', lines(HELD.issuances, issuanceLine))
  put('issuances-packed.ndjson.gz', gzipSync(lines(HELD.issuances, issuanceLine)))
  put(
    'directory.csv',
    'principal,organisation,group\nuser1@example.gov,Agency,East\nuser2@example.gov,Agency,West\n',
  )
  put('empty.txt', '')
  put('notes.txt', 'nothing that anybody knows\n')
  for (let n = 0; n < HELD.small; n++)
    put(`small/${String(n).padStart(3, '0')}.ndjson`, `${accessLine(100_000 + n)}\n{"broken"\n`)
}

/**
 * Everything that files left in a case, in one order, as text: equal for two cases with the same rows. Without
 * the match keys, which are mixed with a random number of the case's own.
 */
export async function contentOf(session: Session): Promise<string> {
  const parts: string[] = []
  const queries = [
    'SELECT * FROM evidence ORDER BY evidence_id',
    'SELECT * EXCEPT (key) FROM access ORDER BY evidence_id, line, record_id, content',
    'SELECT * FROM issuance ORDER BY evidence_id, line, record_id, content',
    'SELECT * FROM directory ORDER BY evidence_id, line',
    'SELECT * FROM inventory ORDER BY evidence_id, line',
    'SELECT * FROM reject ORDER BY evidence_id, line, reason',
    'SELECT * FROM statement ORDER BY evidence_id, line, code',
  ]
  for (const query of queries) {
    for await (const rows of session.stream(query))
      for (const row of rows) parts.push(JSON.stringify(row))
  }
  const digest = createHash('sha256').update(parts.join('\n')).digest('hex')
  return `${digest} ${parts.length} rows`
}
