/**
 * Keycloak's events: the event store as JSON, and lines of its logger within JSON.
 * Source: keycloak, EventType.java and Details.java, 2026; EventRepresentation of the admin API.
 */
import { epochMs, type Json, readJti, utcMs } from '@mintmark/core'
import type { Adapter, RowSink } from '../model/adapter.ts'
import { type Access, type Issuance, UNKNOWN_ACCESS, UNKNOWN_ISSUANCE } from '../model/records.ts'
import { Detail } from '../ual/detail.ts'
import { address, logged, named, plain } from '../ual/fields.ts'
import { object } from '../ual/nested.ts'
import { first, hasAll, hasAny, idOf, MESSAGE, rejectTime } from './cells.ts'

const ISSUING: ReadonlySet<string> = new Set(
  (
    'CODE_TO_TOKEN REFRESH_TOKEN CLIENT_LOGIN TOKEN_EXCHANGE LOGIN ' +
    'OAUTH2_DEVICE_CODE_TO_TOKEN OAUTH2_EXTENSION_GRANT AUTHREQID_TO_TOKEN PERMISSION_TOKEN ' +
    'JWT_AUTHORIZATION_GRANT'
  ).split(' '),
)

const TYPE = /^[A-Z][A-Z0-9_]{2,60}$/

/** Rows of the event store: `GET /admin/realms/{realm}/events`, or an export of its table. */
export const keycloakEvents: Adapter = {
  shape: 'keycloak-events',
  accepts: (row) =>
    hasAny(row, ['realmId', 'realmName', 'realm_id']) && (isUserEvent(row) || isAdminEvent(row)),
  read: (row, _context, sink) => readEvent(row, sink),
}

function isUserEvent(row: Json): boolean {
  const { type } = row
  return typeof type === 'string' && TYPE.test(type)
}

const isAdminEvent = (row: Json): boolean =>
  hasAll(row, ['operationType']) && hasAny(row, ['resourceType', 'authDetails'])

const WRITTEN: readonly string[] = ['timestamp', '@timestamp', 'time', 'ts']

export const keycloakLog: Adapter = {
  shape: 'keycloak-log',
  accepts: (row) => {
    const message = first(row, MESSAGE)
    if (typeof message !== 'string' || !/\b(?:type|operationType)="?[A-Z]/.test(message))
      return false
    return /realm(?:Id|Name)=/.test(message)
  },
  read: (row, _context, sink) => {
    const at = first(row, WRITTEN)
    const event = keycloakEventOfLine(
      plain(first(row, MESSAGE)).trim(),
      utcMs(at) ?? epochMs(at, 'ms'),
    )
    if (event === undefined) {
      sink.reject({ kind: 'payload', reason: 'event-unreadable', detail: 'message' })
    } else readEvent(event, sink)
  },
}

function readEvent(event: Json, sink: RowSink): void {
  const at = first(event, ['time', 'event_time', '@timestamp'])
  const atMs = epochMs(at, 'ms') ?? utcMs(at)
  if (atMs === undefined) {
    rejectTime(at, 'time', sink)
    return
  }
  const type = plain(event['type'])
  const isError = type.endsWith('_ERROR')
  const succeeded = isError ? type.slice(0, -6) : type
  const outcome = isError || logged(event['error']) !== '' ? 'failed' : 'issued'
  if (type === '') sink.access(adminAccessOf(event, atMs))
  else if (ISSUING.has(succeeded)) sink.issuance(issuanceOf(event, atMs, outcome))
  else sink.access(accessOf(event, atMs, outcome === 'failed'))
}

const detailsOf = (event: Json): Json =>
  object(first(event, ['details', 'details_json', 'detailsJson']))

function issuanceOf(event: Json, atMs: number, outcome: Issuance['outcome']): Issuance {
  const details = detailsOf(event)
  const common = commonOf(event, details)
  return {
    ...UNKNOWN_ISSUANCE,
    ...common,
    atMs,
    source: 'keycloak',
    category: 'token',
    outcome,
    tokenId: readJti(details['token_id']).tokenId,
    owner: common.tenant,
    resourceId: named(details['audience']),
    client: logged(details['user_agent']),
    protocol: protocolOf(details['grant_type']),
    detail: detailOf(event, details),
  }
}

/** `deviceCode`, which is Entra's name, so that one query finds both; others as logged. */
function protocolOf(value: unknown): string {
  const grant = logged(value)
  return grant === 'urn:ietf:params:oauth:grant-type:device_code' ? 'deviceCode' : grant
}

type Common = Pick<
  Access,
  'recordId' | 'sessionId' | 'principal' | 'principalId' | 'tenant' | 'appId' | 'ip'
>

function commonOf(event: Json, details: Json): Common {
  const session = idOf(details['code_id']) || idOf(first(event, ['sessionId', 'session_id']))
  return {
    recordId: idOf(event['id']),
    sessionId: session,
    principal: named(details['username']) || named(event['username']),
    principalId: named(first(event, ['userId', 'user_id'])),
    tenant: named(first(event, ['realmName', 'realmId', 'realm_id'])),
    appId: named(first(event, ['clientId', 'client_id'])),
    ip: address(first(event, ['ipAddress', 'ip_address'])),
  }
}

function accessOf(event: Json, atMs: number, hasFailed: boolean): Access {
  const details = detailsOf(event)
  const common = commonOf(event, details)
  const token = readJti(details['token_id'])
  const isUser = common.principal !== '' || common.principalId !== ''
  return {
    ...UNKNOWN_ACCESS,
    ...common,
    atMs,
    source: 'keycloak',
    operation: plain(event['type']),
    service: 'Keycloak',
    outcome: hasFailed ? 'failed' : 'succeeded',
    tokenId: token.tokenId,
    tokenIdState: token.state,
    actorKind: isUser ? 'user' : common.appId === '' ? '' : 'app',
    client: logged(details['user_agent']),
    detail: detailOf(event, details),
  }
}

function adminAccessOf(event: Json, atMs: number): Access {
  const who = object(event['authDetails'])
  const of = (name: string) => first(who, [name]) ?? event[name]
  const detail = new Detail()
  detail.set('error', event['error'])
  detail.set('resourcePath', event['resourcePath'])
  return {
    ...UNKNOWN_ACCESS,
    recordId: idOf(event['id']),
    atMs,
    source: 'keycloak',
    operation: `${plain(event['operationType'])} ${plain(event['resourceType'])}`.trim(),
    service: 'Keycloak',
    outcome: logged(event['error']) === '' ? 'succeeded' : 'failed',
    principal: named(who['username']),
    principalId: named(of('userId')),
    actorKind: 'user',
    tenant: named(first(event, ['realmName', 'realmId'])),
    appId: named(of('clientId')),
    ip: address(of('ipAddress')),
    detail: detail.text(),
  }
}

const DETAILS: readonly string[] = (
  'grant_type refresh_token_id updated_refresh_token_id refresh_token_type ' +
  'refresh_token_sub scope auth_method auth_type client_auth_method redirect_uri ' +
  'requested_issuer impersonator identity_provider reason'
).split(' ')

function detailOf(event: Json, details: Json): string {
  const detail = new Detail()
  detail.set('type', event['type'])
  detail.set('error', event['error'])
  for (const name of DETAILS) detail.set(name, details[name])
  return detail.text()
}

/*
 * Keycloak's events as its logger writes them: `type="CODE_TO_TOKEN", realmId="…", …` in a line of
 * a log.
 * Source: keycloak, JBossLoggingEventListenerProvider.java, 2016 to 2026.
 */

const START = /\b(?:type|operationType)="?[A-Z][A-Z_0-9]{2,60}"?(?=,|$)/
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/
const PAIR = /([A-Za-z_][\w.-]{0,60})=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^,]*))(?:,\s*|$)/y
const MAX_LINE = 65_536
const MAX_PAIRS = 200

/** Fields of an event itself; every other name is one of its details. */
const OWN: ReadonlySet<string> = new Set(
  'type operationType realmId realmName clientId userId sessionId ipAddress error resourceType resourcePath'.split(
    ' ',
  ),
)

/**
 * The event in one line of a log, in the form that the event store exports; undefined if there is
 * none.
 */
export function keycloakEventOfLine(line: string, atMs?: number): Json | undefined {
  if (line.length > MAX_LINE) return undefined
  const start = START.exec(line)
  if (start === null) return undefined
  const before = line.slice(0, start.index)
  const time = utcMs(TIME.exec(before)?.[0].replace(',', '.')) ?? atMs
  const event = new Map<string, unknown>()
  const details = new Map<string, unknown>()
  PAIR.lastIndex = start.index
  for (let count = 0; count < MAX_PAIRS; count++) {
    const pair = PAIR.exec(line)
    const name = pair?.[1]
    if (pair === null || name === undefined) break
    const value = pairValueOf(pair)
    const into = OWN.has(name) ? event : details
    if (!into.has(name) && value !== 'null') into.set(name, value)
    if (PAIR.lastIndex >= line.length) break
  }
  PAIR.lastIndex = 0
  if (!event.has('realmId') && !event.has('realmName')) return undefined
  return Object.fromEntries([...event, ['time', time], ['details', Object.fromEntries(details)]])
}

function pairValueOf(pair: RegExpExecArray): string {
  if (pair[2] !== undefined) return pair[2].replaceAll(/\\(["\\])/g, '$1')
  return pair[3] ?? (pair[4] ?? '').trim()
}
