/**
 * The logs of a small incident in which every text is hostile: to HTML, Markdown, terminals, spreadsheets and eyes.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2023, 4, 15)
const HOURS = 60
/** Hours in which somebody reads with tokens that nobody issued. */
const INTRUSIONS = [30, 31, 33]

/** A text of HTML, Markdown, a formula, an escape sequence, a turn of the direction of reading, a line break, half a letter. */
export const HOSTILE: string =
  '=HYPERLINK("http://evil.example/")<script>alert(1)</script><img src=x onerror=alert(1)>' +
  '|`[a](javascript:alert(1))![b](http://evil.example/b)\u001b[2J\u009b31m\u202egpj.exe\u2066\r\n# head\n- item;@SUM(A1)\ud800'

/** A longer subject than any spreadsheet holds. */
const LONG_SUBJECT = `<b>${'long '.repeat(2_000_000)}`

export const HOSTILE_PEOPLE: readonly { readonly principal: string; readonly name: string }[] = [
  { principal: 'ada.lovelace@agency.example.gov', name: 'Ada Lovelace' },
  { principal: 'bo@agency.example.gov', name: 'Bo Øverås' },
]
export const HOSTILE_ADDRESSES: readonly string[] = ['203.0.113.99', '2001:db8::99', '192.0.2.10']
/** Messages that somebody reads with tokens that nobody issued. */
export const HOSTILE_MESSAGES: number = INTRUSIONS.length * 2

const idOf = (kind: number, number: number) =>
  `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
const at = (hour: number, minutes: number) =>
  new Date(START_MS + hour * HOUR_MS + minutes * 60_000).toISOString()
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

function issuances(): unknown[] {
  return Array.from({ length: HOURS }, (_, hour) =>
    HOSTILE_PEOPLE.map(({ principal }, person) => ({
      schema: 'mintmark-issuance/1',
      id: idOf(1, hour * 10 + person),
      at: at(hour, 1),
      tokenId: idOf(2, hour * 10 + person),
      sessionId: `session ${person}`,
      principal,
      tenant: 'agency',
      appId: 'mail',
      ip: HOSTILE_ADDRESSES[2],
    })),
  ).flat()
}

/** The issuer says that this log has every token: one that it lacks was not issued. */
const COMPLETE = {
  schema: 'mintmark-issuance-period/1',
  issuer: 'https://id.example.org',
  from: at(0, 0),
  to: at(HOURS + 1, 0),
}

function ordinary(): unknown[] {
  return Array.from({ length: HOURS }, (_, hour) =>
    HOSTILE_PEOPLE.map(({ principal }, person) => ({
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
      ip: HOSTILE_ADDRESSES[2],
      items: [{ messageId: `<own-${hour}-${person}@mail.example.gov>`, subject: 'Minutes' }],
    })),
  ).flat()
}

function intrusions(): unknown[] {
  return INTRUSIONS.flatMap((hour, nth) =>
    HOSTILE_PEOPLE.map(({ principal, name }, person) => ({
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
      ip: HOSTILE_ADDRESSES[nth % 2],
      client: `Chrome/106.0.0.0 via ${HOSTILE_ADDRESSES[0]} ${HOSTILE}`,
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

/** Accesses a file with an unissued token. */
const touch = {
  schema: 'mintmark-access/1',
  id: idOf(7, 1),
  at: at(40, 0),
  operation: 'FileDownloaded',
  service: 'SharePoint',
  outcome: 'succeeded',
  tokenId: idOf(5, 9999),
  principal: HOSTILE_PEOPLE[0]?.principal,
  tenant: 'agency',
  appId: 'mail',
  ip: HOSTILE_ADDRESSES[0],
  objectPath: `/personal/ada_lovelace_agency_example_gov/${HOSTILE}.dmp`,
}

/**
 * Writes the logs into a folder, and gives the folder below it that holds them, whose name names a person.
 * Two people read their own mail; somebody reads all that {@link HOSTILE_MESSAGES} counts, from two addresses, with
 * tokens and sessions that nobody issued, and takes a file. One subject has ten megabytes.
 */
export function writeHostileLogs(folder: string): string {
  const logs = join(folder, 'logs of ada.lovelace@agency.example.gov')
  mkdirSync(logs, { recursive: true })
  writeFileSync(join(logs, 'issued.ndjson'), lines([...issuances(), COMPLETE]))
  writeFileSync(
    join(logs, 'used.ndjson'),
    `${lines([...ordinary(), ...intrusions(), touch])}{"schema":"mintmark-access/1","at":"never"}\n`,
  )
  const users = HOSTILE_PEOPLE.map(({ principal, name }, person) => ({
    id: idOf(6, person),
    userPrincipalName: principal,
    displayName: name,
    companyName: `Agency ${HOSTILE}`,
    department: `Group ${HOSTILE}`,
  }))
  writeFileSync(join(logs, 'users.json'), JSON.stringify({ value: users }))
  return logs
}
