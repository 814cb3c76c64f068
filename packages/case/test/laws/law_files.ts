/**
 * A small world as files: each log in some files, under some names, packed or not, in some order.
 *
 * @module
 */
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import type { Row } from '../world.ts'
import type { SmallWorld } from './law_world.ts'

export interface EvidenceFile {
  readonly name: string
  readonly content: string | Uint8Array
}

export interface FileWorld extends SmallWorld {
  readonly files: readonly EvidenceFile[]
}

/** How the lines of a world are laid out in files. */
export interface Layout {
  /** Files of each log. */
  readonly parts: number
  readonly isShuffled: boolean
  readonly isPacked: boolean
  /** How files are named; the content must not depend on it. */
  readonly naming: 'by log' | 'by number' | 'backwards' | 'misleading'
  /** How often each file is there. */
  readonly copies: number
}

export const PLAIN: Layout = {
  parts: 1,
  isShuffled: false,
  isPacked: false,
  naming: 'by log',
  copies: 1,
}

export const otherLayout: fc.Arbitrary<Layout> = fc.record({
  parts: fc.integer({ min: 1, max: 4 }),
  isShuffled: fc.boolean(),
  isPacked: fc.boolean(),
  naming: fc.constantFrom('by log', 'by number', 'backwards', 'misleading'),
  copies: fc.constant(1),
})

const CATEGORIES: Readonly<Record<string, string>> = {
  interactive: 'SignInLogs',
  'non-interactive': 'NonInteractiveUserSignInLogs',
  'service-principal': 'ServicePrincipalSignInLogs',
  'managed-identity': 'ManagedIdentitySignInLogs',
}

/** Lays the logs of a world out in files. */
export function inFiles(world: SmallWorld, layout: Layout): FileWorld {
  const logs = new Map<string, string[]>()
  const add = (log: string, line: string) => logs.set(log, [...(logs.get(log) ?? []), line])
  for (const row of world.issuance) add(String(row['category']), signInLine(row))
  for (const row of world.access) add('audit', auditLine(row))
  const tenant = String(world.evidence[0]?.['path']).split('/')[0] ?? ''
  const files = [...logs].flatMap(([log, lines]) =>
    partsOf(lines, layout).flatMap((part, i) =>
      Array.from({ length: layout.copies }, (_, copy) =>
        fileOf(`${tenant}/${nameOf(log, i, layout)}${copy > 0 ? `-${copy}` : ''}`, part, layout),
      ),
    ),
  )
  return { ...world, files }
}

function partsOf(lines: readonly string[], { parts, isShuffled }: Layout): string[][] {
  const ordered = isShuffled ? lines.toSorted((a, b) => (tail(a) < tail(b) ? -1 : 1)) : lines
  return Array.from({ length: parts }, (_, part) =>
    ordered.filter((_line, i) => i % parts === part),
  ).filter((some) => some.length > 0)
}

/** A line's end is its record's id, which has nothing to do with its time. */
const tail = (line: string) => line.slice(-40)

function nameOf(log: string, part: number, { naming }: Layout): string {
  if (naming === 'by number') return `export ${part} of ${log.length}${log.charCodeAt(0)}`
  if (naming === 'backwards') return `${9 - part}-${log.split('').toReversed().join('')}`
  if (naming === 'misleading')
    return log === 'audit' ? `SignInLogs-${part}` : `audit-${log}-${part}`
  return `${log}-${part}`
}

function fileOf(name: string, lines: readonly string[], { isPacked }: Layout): EvidenceFile {
  const text = `${lines.join('\n')}\n`
  return isPacked
    ? { name: `${name}.json.gz`, content: gzipSync(text) }
    : { name: `${name}.json`, content: text }
}

const iso = (time: unknown) => `${String(time).replace(' ', 'T')}Z`
const seconds = (time: unknown) => iso(time).slice(0, 19)
const isId = (id: Row[string] | undefined) =>
  id !== undefined && !String(id).startsWith('00000000-0000-0000')

/** Diagnostic settings' line of a sign-in. Source: entra-docs sign-in schema. */
function signInLine(row: Row): string {
  const isApp = /service|identity/.test(String(row['category']))
  return JSON.stringify({
    time: iso(row['at']),
    operationName: 'Sign-in activity',
    category: CATEGORIES[String(row['category'])],
    tenantId: row['owner'],
    resultType: '0',
    callerIpAddress: row['ip'],
    properties: {
      createdDateTime: iso(row['at']),
      ...(isApp
        ? { servicePrincipalId: row['principal_id'], servicePrincipalName: row['principal'] }
        : { userId: row['principal_id'], userPrincipalName: row['principal'] }),
      appId: row['app_id'],
      ipAddress: row['ip'],
      status: { errorCode: 0 },
      isInteractive: row['category'] === 'interactive',
      resourceTenantId: row['tenant'],
      homeTenantId: row['home_tenant'],
      crossTenantAccessType: 'none',
      ...(row['session_id'] !== '' && { sessionId: row['session_id'] }),
      ...(isId(row['token_id']) && { uniqueTokenIdentifier: row['token_id'] }),
      id: row['record_id'],
    },
  })
}

const STATES: Readonly<Record<string, string>> = { malformed: 'zz!junk', anonymised: 'ANONYMIZED' }

/** The audit record of an access. Source: Management Activity API schema. */
function auditLine(row: Row): string {
  const token = isId(row['token_id']) ? row['token_id'] : STATES[String(row['token_state'])]
  const messages = Array.isArray(row['item_message_id']) ? row['item_message_id'] : []
  return JSON.stringify({
    CreationTime: seconds(row['at']),
    Operation: row['operation'],
    OrganizationId: row['tenant'],
    RecordType: 50,
    ResultStatus: 'Succeeded',
    UserKey: row['principal_id'],
    UserType: row['actor_kind'] === 'app' ? 5 : 0,
    Workload: 'Exchange',
    UserId: row['principal'],
    ClientIPAddress: row['ip'],
    AppAccessContext: {
      ...(row['session_id'] !== '' && { AADSessionId: row['session_id'] }),
      ClientAppId: row['client_app_id'],
      ...(String(row['issued_at']) > '1971' && { IssuedAtTime: seconds(row['issued_at']) }),
      ...(token !== undefined && { UniqueTokenId: token }),
    },
    TokenTenantId: row['token_tenant'],
    AppId: row['app_id'],
    ClientAppId: row['client_app_id'],
    ClientInfoString: row['client'],
    LogonType: 0,
    MailboxOwnerUPN: row['mailbox'],
    OperationProperties: [{ Name: 'MailAccessType', Value: 'Bind' }],
    Folders: [
      {
        Path: '\\Inbox',
        FolderItems: messages.map((id: unknown) => ({ InternetMessageId: id, SizeInBytes: 100 })),
      },
    ],
    OperationCount: messages.length,
    Id: row['record_id'],
  })
}
