/**
 * Unified audit records for benchmarks: NDJSON of about 1.4 KB a record, the same for the same seed.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

const USERS = 2000
const CLIENTS = [
  'Client=OWA;Action=ViaProxy',
  'Client=REST;Client=RESTSystem;;',
  'Client=Microsoft.Exchange.ActiveSync; Outlook-iOS/2.0',
  'Client=MSExchangeRPC',
  'Client=WebServices;Mozilla/5.0 (Windows NT 10.0; Win64; x64)',
]
const APPS = [
  '00000002-0000-0ff1-ce00-000000000000',
  'd3590ed6-52b3-4102-aeff-aad2292ab01c',
  '27922004-5251-4030-b22d-91ecd9a37ea4',
]
const FOLDERS = ['\\Inbox', '\\Sent Items', '\\Archive', '\\Drafts', '\\Inbox\\Projects']
const START_MS = Date.UTC(2023, 4, 1)

/** A small fast generator of 32-bit numbers (xorshift). */
export function numbers(seed: number): () => number {
  let state = (seed | 0) === 0 ? 1 : seed | 0
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** One audit record as one line of JSON, without its newline. */
export function auditLine(next: () => number, index: number): string {
  const user = next() % USERS
  const time = new Date(START_MS + index * 250).toISOString().slice(0, 19)
  const name = `user${user}@agency${user % 25}.example.gov`
  const items = Array.from({ length: 1 + (next() % 11) }, () => itemOf(next))
  const count = Math.max(1, Math.ceil(items.length / 2.4))
  const session = guidOf(numbers(1 + user), user)
  return JSON.stringify({
    AppAccessContext: {
      AADSessionId: session,
      APIId: '00000003-0000-0000-c000-000000000000',
      ClientAppId: APPS[user % APPS.length],
      IssuedAtTime: time,
      UniqueTokenId: tokenOf(next),
    },
    CreationTime: time,
    Id: guidOf(next, next()),
    Operation: 'MailItemsAccessed',
    OrganizationId: `00000000-1111-4222-8333-${String(user % 25).padStart(12, '0')}`,
    RecordType: 50,
    ResultStatus: 'Succeeded',
    UserKey: `1003200${user.toString(16).padStart(9, '0').toUpperCase()}`,
    UserType: 0,
    Version: 1,
    Workload: 'Exchange',
    UserId: name,
    AppId: APPS[(user + 1) % APPS.length],
    ClientAppId: APPS[user % APPS.length],
    ClientIPAddress: `203.0.${user % 256}.${next() % 256}`,
    ClientInfoString: CLIENTS[user % CLIENTS.length],
    ExternalAccess: false,
    InternalLogonType: 0,
    LogonType: 0,
    LogonUserSid: `S-1-5-21-1111111111-2222222222-3333333333-${1000 + user}`,
    MailboxGuid: `10000000-2000-4000-8000-${String(user).padStart(12, '0')}`,
    MailboxOwnerSid: `S-1-5-21-1111111111-2222222222-3333333333-${1000 + user}`,
    MailboxOwnerUPN: name,
    OperationProperties: [
      { Name: 'MailAccessType', Value: 'Bind' },
      { Name: 'IsThrottled', Value: 'False' },
    ],
    OrganizationName: `agency${user % 25}.example.gov`,
    OriginatingServer: 'BN6PR0001MB0001 (15.20.4200.000)\r\n',
    SessionId: session,
    Folders: [
      {
        FolderItems: items.slice(0, count),
        Id: `LgAAAAB${user.toString(36).padStart(30, 'A')}`,
        Path: FOLDERS[user % FOLDERS.length],
      },
    ],
    OperationCount: count,
  })
}

function itemOf(next: () => number): {
  readonly InternetMessageId: string
  readonly SizeInBytes: number
} {
  const id = `${next().toString(36)}${next().toString(36)}`.toUpperCase()
  return {
    InternetMessageId: `<BN6PR0001MB${id}@BN6PR0001MB0001.namprd00.prod.example.com>`,
    SizeInBytes: 2000 + (next() % 200_000),
  }
}

const hex = (value: number, digits: number) =>
  (value >>> 0).toString(16).padStart(8, '0').slice(0, digits)

function guidOf(next: () => number, salt: number): string {
  const [a, b, c] = [next(), next(), next()]
  return `${hex(a, 8)}-${hex(b, 4)}-4${hex(c, 3)}-8${hex(salt * 0x9e3779b1, 3)}-${hex(a ^ c, 8)}${hex(b ^ salt, 4)}`
}

function tokenOf(next: () => number): string {
  const bytes = Buffer.alloc(16)
  for (let at = 0; at < 16; at += 4) bytes.writeUInt32LE(next(), at)
  bytes[7] = ((bytes[7] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  bytes[15] = 0
  return bytes.toString('base64url')
}

/** Writes about `megabytes` of records and returns how many there are. */
export async function writeAuditFile(path: string, megabytes: number, seed = 1): Promise<number> {
  const next = numbers(seed)
  const file = createWriteStream(path)
  let rows = 0
  let bytes = 0
  while (bytes < megabytes * 1e6) {
    const lines: string[] = []
    for (let i = 0; i < 2000; i++) lines.push(auditLine(next, rows++))
    const text = `${lines.join('\n')}\n`
    bytes += Buffer.byteLength(text)
    // oxlint-disable-next-line no-await-in-loop -- no more in memory than the file takes
    if (!file.write(text)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
  return rows
}
