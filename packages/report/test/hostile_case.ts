/** A small case in which every text that a log can hold is hostile: to HTML, Markdown, terminals, spreadsheets and eyes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, answer, type Case, ingest, openCase } from '@mintmark/case'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2023, 4, 15)
const HOURS = 60
/** Hours in which somebody reads with tokens that nobody issued. */
const INTRUSIONS = [30, 31, 33]

/** HTML, Markdown, a formula, an escape sequence, a turn of the direction of reading, a line break, half a letter. */
export const HOSTILE: string =
  '=HYPERLINK("http://evil.example/")<script>alert(1)</script><img src=x onerror=alert(1)>' +
  '|`[a](javascript:alert(1))![b](http://evil.example/b)\u001b[2J\u009b31m\u202egpj.exe\u2066\r\n# head\n- item;@SUM(A1)\ud800'

/** A longer subject than any spreadsheet holds. */
const LONG_SUBJECT = `<b>${'long '.repeat(2_000_000)}`

export const PEOPLE: readonly { readonly principal: string; readonly name: string }[] = [
  { principal: 'ada.lovelace@agency.example.gov', name: 'Ada Lovelace' },
  { principal: 'bo@agency.example.gov', name: 'Bo Øverås' },
]
export const ADDRESSES: readonly string[] = ['203.0.113.99', '2001:db8::99', '192.0.2.10']
export const MESSAGES: number = INTRUSIONS.length * 2

const idOf = (kind: number, number: number) =>
  `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
const at = (hour: number, minutes: number) =>
  new Date(START_MS + hour * HOUR_MS + minutes * 60_000).toISOString()
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

function issuances(): unknown[] {
  return Array.from({ length: HOURS }, (_, hour) =>
    PEOPLE.map(({ principal }, person) => ({
      schema: 'mintmark-issuance/1',
      id: idOf(1, hour * 10 + person),
      at: at(hour, 1),
      tokenId: idOf(2, hour * 10 + person),
      sessionId: `session ${person}`,
      principal,
      tenant: 'agency',
      appId: 'mail',
      ip: ADDRESSES[2],
    })),
  ).flat()
}

function ordinary(): unknown[] {
  return Array.from({ length: HOURS }, (_, hour) =>
    PEOPLE.map(({ principal }, person) => ({
      schema: 'mintmark-access/1',
      id: idOf(3, hour * 10 + person),
      at: at(hour, 2),
      operation: 'MessageRead',
      service: 'mail',
      outcome: 'succeeded',
      tokenId: idOf(2, hour * 10 + person),
      sessionId: `session ${person}`,
      principal,
      mailbox: principal,
      tenant: 'agency',
      appId: 'mail',
      ip: ADDRESSES[2],
      items: [{ messageId: `<own-${hour}-${person}@mail.example.gov>`, subject: 'Minutes' }],
    })),
  ).flat()
}

function intrusions(): unknown[] {
  return INTRUSIONS.flatMap((hour, nth) =>
    PEOPLE.map(({ principal, name }, person) => ({
      schema: 'mintmark-access/1',
      id: idOf(4, hour * 10 + person),
      at: at(hour, 30),
      operation: `MessageRead ${HOSTILE}`,
      service: `mail ${HOSTILE}`,
      outcome: 'succeeded',
      tokenId: idOf(5, hour * 10 + person),
      sessionId: `nobody's ${HOSTILE}`,
      principal,
      principalId: idOf(6, person),
      mailbox: principal,
      tenant: 'agency',
      appId: 'mail',
      clientAppId: `app ${HOSTILE}`,
      ip: ADDRESSES[nth % 2],
      client: `Chrome/106.0.0.0 via ${ADDRESSES[0]} ${HOSTILE}`,
      issuer: HOSTILE,
      items: [
        {
          messageId: `<secret-${hour}-${person}@mail.example.gov>${nth === 0 ? HOSTILE : ''}`,
          itemId: HOSTILE,
          folder: `Inbox of ${name} ${HOSTILE}`,
          subject: nth === 0 ? LONG_SUBJECT : `Lunch with ${name} (${principal}) ${HOSTILE}`,
          bytes: 1000,
        },
      ],
    })),
  )
}

/** Touches a file with a token of nobody's. */
const touch = {
  schema: 'mintmark-access/1',
  id: idOf(7, 1),
  at: at(40, 0),
  operation: 'FileDownloaded',
  service: 'SharePoint',
  outcome: 'succeeded',
  tokenId: idOf(5, 9999),
  principal: PEOPLE[0]?.principal,
  tenant: 'agency',
  appId: 'mail',
  ip: ADDRESSES[0],
  objectPath: `/personal/ada_lovelace_agency_example_gov/${HOSTILE}.dmp`,
}

/** Writes the logs, and answers for them. The caller closes the case. */
export async function hostileCase(
  folder: string,
): Promise<{ readonly opened: Case; readonly answered: Answer }> {
  const logs = join(folder, 'logs of ada.lovelace@agency.example.gov')
  mkdirSync(logs, { recursive: true })
  writeFileSync(join(logs, 'issued.ndjson'), lines(issuances()))
  writeFileSync(
    join(logs, 'used.ndjson'),
    `${lines([...ordinary(), ...intrusions(), touch])}{"schema":"mintmark-access/1","at":"never"}\n`,
  )
  const users = PEOPLE.map(({ principal, name }, person) => ({
    id: idOf(6, person),
    userPrincipalName: principal,
    displayName: name,
    companyName: `Agency ${HOSTILE}`,
    department: `Group ${HOSTILE}`,
  }))
  writeFileSync(join(logs, 'users.json'), JSON.stringify({ value: users }))
  const opened = await openCase(join(folder, 'case'))
  await ingest(opened, [logs], { threads: 1 })
  return { opened, answered: await answer(opened) }
}
