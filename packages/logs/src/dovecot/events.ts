/**
 * Events of Dovecot's exporter, as JSON. They name a message by folder and UID, never by its Message-ID. An event that has
 * another reason than a client's command, such as indexing, is no access.
 * Source: dovecot, src/stats/event-exporter-fmt-json.c; events of a 2.4.1.
 */
import { epochMs, isObject, type Json, readJti, utcMs } from '@mintmark/core'
import { first, rejectTime } from '../identity/cells.ts'
import type { Adapter, RowSink } from '../model/adapter.ts'
import { type Access, UNKNOWN_ACCESS } from '../model/records.ts'
import { Detail } from '../ual/detail.ts'
import { address, logged, named, plain } from '../ual/fields.ts'
import { readSessionId } from './written_time.ts'

const MAIL_EVENTS: ReadonlySet<string> = new Set([
  'mail_opened',
  'mail_expunged',
  'mail_expunge_requested',
])
const LOGIN_EVENT = 'auth_request_finished'
/** Reasons that begin otherwise are the server's own: `indexer:`, `quota:`, `lmtp:`, `doveadm:`. */
const BY_CLIENT = /^(?:imap|pop3):/

export const dovecotEvents: Adapter = {
  shape: 'dovecot-events',
  accepts: (row) => isExportedEvent(row),
  read: (row, _context, sink) => readExportedEvent(row, sink),
}

function isExportedEvent(row: Json): boolean {
  const { event, fields } = row
  if (typeof event !== 'string' || !isObject(fields)) return false
  return Object.hasOwn(row, 'end_time') || Object.hasOwn(row, 'start_time')
}

export function readExportedEvent(row: Json, sink: RowSink): void {
  const at = first(row, ['end_time', 'start_time'])
  // In UTC, or seconds since 1970: the exporter has no other zone.
  const atMs = utcMs(at) ?? epochMs(at, 's')
  if (atMs === undefined) {
    rejectTime(at, 'end_time', sink)
    return
  }
  const event = plain(row['event'])
  const fields = isObject(row['fields']) ? row['fields'] : {}
  if (MAIL_EVENTS.has(event) && isByClient(fields)) sink.access(openedAccess(event, fields, atMs))
  else if (event === LOGIN_EVENT) sink.access(authAccess(fields, atMs))
  else sink.reject({ kind: 'payload', reason: 'not-an-access', detail: 'event' })
}

function isByClient(fields: Json): boolean {
  const reasons = reasonsOf(fields)
  return reasons.length === 0 || reasons.some((reason) => BY_CLIENT.test(reason))
}

function reasonsOf(fields: Json): string[] {
  const reasons: unknown = fields['reason_code']
  return Array.isArray(reasons) ? reasons.map(plain) : [plain(reasons)].filter(Boolean)
}

function openedAccess(event: string, fields: Json, atMs: number): Access {
  const user = named(fields['user'])
  const folder = logged(fields['mailbox'])
  const uid = logged(fields['uid'])
  const detail = detailOf(fields)
  detail.set('reasons', reasonsOf(fields).join(' '))
  const box = logged(fields['mailbox_guid']) || folder
  return {
    ...commonOfEvent(fields, atMs),
    operation: event,
    outcome: 'succeeded',
    mailbox: user,
    items:
      uid === '' ? [] : [{ messageId: '', itemId: `${box}/${uid}`, folder, bytes: 0, subject: '' }],
    detail: detail.text(),
  }
}

function authAccess(fields: Json, atMs: number): Access {
  const isSuccess = fields['success'] === 'yes' || fields['success'] === true
  const detail = detailOf(fields)
  detail.set('mechanism', fields['mechanism'])
  return {
    ...commonOfEvent(fields, atMs),
    operation: 'Login',
    outcome: isSuccess ? 'succeeded' : 'failed',
    mailbox: isSuccess ? named(fields['user']) : '',
    detail: detail.text(),
  }
}

function detailOf(fields: Json): Detail {
  const detail = new Detail()
  detail.set('protocol', fields['service'])
  detail.set('mailbox', fields['mailbox'])
  return detail
}

function commonOfEvent(fields: Json, atMs: number): Omit<Access, 'operation'> {
  const session = logged(fields['session'])
  const known = whoOf((name) => fields[name], fields['user'], session)
  const ip = address(fields['remote_ip']) || known.ip
  return { ...known, atMs, issuer: logged(fields['iss']), ip }
}

/** Who, in which session, with which token. @param of an element that an administrator may have added */
export function whoOf(
  of: (name: string) => unknown,
  user: unknown,
  session: string,
): Omit<Access, 'operation' | 'atMs'> {
  const token = readJti(of('jti'))
  return {
    ...UNKNOWN_ACCESS,
    source: 'dovecot',
    service: 'Dovecot',
    tokenId: token.tokenId,
    tokenIdState: token.state,
    otherSessionId: session,
    issuedAtMs: epochMs(of('iat'), 's') ?? 0,
    principal: named(user),
    principalId: named(of('sub')),
    actorKind: 'user',
    appId: named(of('client_id')),
    ip: readSessionId(session)?.ip ?? '',
  }
}
