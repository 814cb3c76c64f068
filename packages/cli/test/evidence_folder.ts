/** A small tenant's logs, made here: ordinary life, and one who reads mail with tokens nobody issued. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const TENANT = '0a1b2c3d-0000-4000-8000-00000000aaaa'
const APP = 'aaaaaaaa-1111-4222-8333-000000000001'
const MAIL_SERVICE = '00000002-0000-0ff1-ce00-000000000000'
const FIRST_DAY_MS = Date.UTC(2023, 5, 5)
const HOUR_MS = 3_600_000
const HOURS = 24 * 7
/** Hours from the beginning at which the intruder reads, in the middle of the log. */
const INTRUSIONS = [50, 51, 52, 75, 76]
export const USERS: readonly string[] = ['ada', 'bo', 'cy']

/** Clears a terminal, turns the direction of reading, and would run in a spreadsheet. */
export const HOSTILE_SUBJECT =
  '=cmd|"/c calc"!A1\u001b[2J\u001b]0;owned\u0007\u202egpj.exe\r\nsecond line'
export const HOSTILE_CLIENT: string =
  '=HYPERLINK("http://example.org/","x")\u001b[31m\u009b31m\u202e; @SUM(A1)'
/** Messages that only the intruder read: each once, one of them twice. */
export const STOLEN_MESSAGES: number = INTRUSIONS.length * 2 - 1

export interface Made {
  readonly folder: string
  readonly accesses: number
  readonly intrusions: number
  /** Token ids of the intruder, canonical, in no order. */
  readonly forged: readonly string[]
}

/** Sixteen bytes as the token service makes them: a version 4 id in .NET's order, ending in 00. */
function tokenBytes(name: string): Buffer {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16)
  bytes[7] = ((bytes[7] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  bytes[15] = 0
  return bytes
}

function guidText(bytes: Buffer): string {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
  const hex = order.map((at) => (bytes[at] ?? 0).toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const idOf = (name: string) => guidText(tokenBytes(name))
const utiOf = (name: string) => tokenBytes(name).toString('base64url')
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

function signIn(hour: number, user: string, category: string): unknown {
  const name = `${category} ${user} ${hour}`
  const at = new Date(FIRST_DAY_MS + hour * HOUR_MS + 60_000).toISOString()
  const isApp = !category.endsWith('SignInLogs') || /Principal|Identity/.test(category)
  return {
    time: at,
    resourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
    operationName: 'Sign-in activity',
    category,
    tenantId: TENANT,
    resultType: '0',
    callerIpAddress: '192.0.2.10',
    properties: {
      id: idOf(name),
      createdDateTime: at,
      ...(isApp
        ? { servicePrincipalId: idOf(`principal ${user}`) }
        : { userId: idOf(`user ${user}`), userPrincipalName: `${user}@example.gov` }),
      appId: APP,
      ipAddress: '192.0.2.10',
      resourceId: MAIL_SERVICE,
      resourceTenantId: TENANT,
      homeTenantId: TENANT,
      sessionId: idOf(`session ${user}`),
      uniqueTokenIdentifier: utiOf(name),
      tokenIssuerType: 'AzureAD',
      isInteractive: category === 'SignInLogs',
      status: { errorCode: 0 },
    },
  }
}

interface Reading {
  readonly hour: number
  readonly user: string
  readonly token: string
  readonly messages: readonly string[]
  readonly session: string
  readonly ip: string
  readonly client: string
  readonly subject: string
}

function mailAccess(read: Reading): unknown {
  const at = new Date(FIRST_DAY_MS + read.hour * HOUR_MS + 20 * 60_000).toISOString().slice(0, 19)
  return {
    Id: idOf(`access ${read.token}`),
    CreationTime: at,
    Operation: 'MailItemsAccessed',
    OrganizationId: TENANT,
    RecordType: 50,
    ResultStatus: 'Succeeded',
    UserType: 0,
    Workload: 'Exchange',
    UserId: `${read.user}@example.gov`,
    AppId: MAIL_SERVICE,
    ClientAppId: APP,
    ClientIPAddress: read.ip,
    ClientInfoString: read.client,
    LogonType: 0,
    InternalLogonType: 0,
    ExternalAccess: false,
    MailboxGuid: idOf(`mailbox ${read.user}`),
    MailboxOwnerUPN: `${read.user}@example.gov`,
    TokenObjectId: idOf(`user ${read.user}`),
    TokenTenantId: TENANT,
    AppAccessContext: {
      AADSessionId: idOf(read.session),
      ClientAppId: APP,
      UniqueTokenId: utiOf(read.token),
      IssuedAtTime: new Date(FIRST_DAY_MS + read.hour * HOUR_MS + 60_000)
        .toISOString()
        .slice(0, 19),
    },
    OperationProperties: [
      { Name: 'MailAccessType', Value: 'Bind' },
      { Name: 'IsThrottled', Value: 'False' },
    ],
    Folders: [
      {
        Id: 'LgAAinbox',
        Path: '\\Inbox',
        FolderItems: read.messages.map((id) => ({
          InternetMessageId: id,
          SizeInBytes: 1000,
          Subject: read.subject,
        })),
      },
    ],
    OperationCount: read.messages.length,
  }
}

const CATEGORIES = [
  'SignInLogs',
  'NonInteractiveUserSignInLogs',
  'ServicePrincipalSignInLogs',
  'ManagedIdentitySignInLogs',
]
const hours = Array.from({ length: HOURS }, (_, hour) => hour)

const ordinary = (): Reading[] =>
  hours.flatMap((hour) =>
    USERS.map((user) => ({
      hour,
      user,
      token: `NonInteractiveUserSignInLogs ${user} ${hour}`,
      messages: [`<own-${user}-${hour}@mail.example.gov>`],
      session: `session ${user}`,
      ip: '192.0.2.10',
      client: 'Client=OWA;Mozilla/5.0',
      subject: 'Minutes',
    })),
  )

const intrusions = (): Reading[] =>
  INTRUSIONS.map((hour, at) => ({
    hour,
    user: 'ada',
    token: `forged ${hour}`,
    messages: [
      `<secret-${at}@mail.example.gov>`,
      at === 0 ? '<plan-0@mail.example.gov>' : `<plan-${at % 4}@mail.example.gov>`,
    ],
    session: 'session of nobody',
    ip: '203.0.113.99',
    client: HOSTILE_CLIENT,
    subject: HOSTILE_SUBJECT,
  }))

/** Writes the folder's files: sign-ins of four categories, mail accesses, a directory, and two that hold no log. */
export function writeEvidence(folder: string): Made {
  mkdirSync(folder, { recursive: true })
  const signIns = hours.flatMap((hour) =>
    CATEGORIES.flatMap((category) => USERS.map((user) => signIn(hour, user, category))),
  )
  const readings = [...ordinary(), ...intrusions()]
  const mail = readings.map(mailAccess)
  writeFileSync(join(folder, 'sign-ins.json'), lines(signIns))
  // One record stands twice, one line is cut, one is none.
  writeFileSync(
    join(folder, 'mail.json'),
    `${lines(mail)}${JSON.stringify(mail[0])}\n{"CreationTime":"2023\nnot a record\n`,
  )
  const people = USERS.map(
    (user) => `${user}@example.gov,Example Agency,${user === 'cy' ? '=Europe' : 'East Asia'}\n`,
  )
  writeFileSync(join(folder, 'people.csv'), `principal,organisation,group\n${people.join('')}`)
  writeFileSync(join(folder, 'read me.txt'), 'exported on Monday\n')
  writeFileSync(join(folder, 'nothing.csv'), '')
  return {
    folder,
    accesses: readings.length,
    intrusions: INTRUSIONS.length,
    forged: INTRUSIONS.map((hour) => idOf(`forged ${hour}`)),
  }
}
