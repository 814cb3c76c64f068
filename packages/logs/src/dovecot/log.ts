/**
 * Dovecot's own log: logins, what was done to mail, and how much a session took. See {@link
 * readDovecotLine} for the lines, and {@link writtenTime} for their times.
 */
import { epochMs, isObject, type Json, readJti, utcMs } from '@mintmark/core'
import { first, MESSAGE, rejectTime } from '../identity/cells.ts'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import { type Access, type Item, UNKNOWN_ACCESS } from '../model/records.ts'
import { Detail } from '../ual/detail.ts'
import { address, logged, named, plain, whole } from '../ual/fields.ts'
import { type DovecotLine, readDovecotLine } from './line.ts'
import {
  provenAtLogin,
  provenInSession,
  readSessionId,
  type WrittenTime,
  writtenTime,
} from './written_time.ts'

export const dovecotLog: Adapter = {
  shape: 'dovecot-log',
  accepts: (row) => {
    const message = first(row, MESSAGE)
    return typeof message === 'string' && readDovecotLine(message) !== undefined
  },
  read: (row, context, sink) => {
    const text = plain(first(row, MESSAGE))
    const line = readDovecotLine(text)
    if (line?.kind === 'event') readExportedEvent(line.event, sink)
    else if (line !== undefined) readLine({ row, text, line }, context, sink)
  },
  provenTime: (row) => {
    const text = plain(first(row, MESSAGE))
    const line = readDovecotLine(text)
    return line?.kind === 'login' ? provenTime(line, writtenTime(text)) : undefined
  },
}

interface LineOfRow {
  readonly row: Json
  readonly text: string
  readonly line: DovecotLine
}

function readLine(of: LineOfRow, context: FileContext, sink: RowSink): void {
  const { line } = of
  const atMs = timeOf(of, context)
  if (typeof atMs === 'string') sink.reject({ kind: 'payload', reason: atMs, detail: 'message' })
  else if (line.kind === 'login') sink.access(loginAccess(line, atMs))
  else if (line.kind === 'mail') sink.access(mailAccess(line, atMs))
  else sink.access(logoutAccess(line, atMs))
}

function timeOf({ row, text, line }: LineOfRow, { zone }: FileContext): number | string {
  const written = writtenTime(text)
  if (written === undefined) return collectedMs(row) ?? 'time-missing'
  if (written.isZoned && written.year !== undefined) return written.inUtc(written.year) ?? UNPROVEN
  const proven = provenTime(line, written)
  if (proven !== undefined) return proven.atMs
  if (zone === undefined) return UNPROVEN
  if (written.year !== undefined) {
    const local = written.inUtc(written.year)
    return local === undefined ? UNPROVEN : local - zone.aheadMs
  }
  const origin = readSessionId(line.session)
  return (origin && provenInSession(written, origin.startMs, zone)?.atMs) ?? UNPROVEN
}

const UNPROVEN = 'time-unproven'

function provenTime(
  line: DovecotLine,
  written: WrittenTime | undefined,
): ReturnType<typeof provenAtLogin> {
  if (line.kind !== 'login' || written === undefined || written.isZoned) return undefined
  const origin = readSessionId(line.session)
  if (origin === undefined || origin.ip !== address(line.elements.get('rip'))) return undefined
  return provenAtLogin(written, origin.startMs)
}

/** The collector's own time: of the journal in microseconds, else as it names itself. */
function collectedMs(row: Json): number | undefined {
  const micros = first(row, ['_SOURCE_REALTIME_TIMESTAMP', '__REALTIME_TIMESTAMP'])
  if (typeof micros === 'string' && /^\d{13,19}$/.test(micros))
    return epochMs(micros.slice(0, -3), 'ms')
  const at = first(row, ['timestamp', '@timestamp', 'time', 'ts'])
  return typeof at === 'string' && /(?:Z|[+-]\d\d:?\d\d)$/.test(at) ? utcMs(at) : epochMs(at, 'ms')
}

function loginAccess(line: DovecotLine, atMs: number): Access {
  const detail = new Detail()
  detail.set('protocol', line.service)
  detail.set('mechanism', line.elements.get('method'))
  return {
    ...common(line, atMs),
    outcome: line.isFailed ? 'failed' : 'succeeded',
    mailbox: line.isFailed ? '' : named(line.user),
    ip: address(line.elements.get('rip')),
    detail: detail.text(),
  }
}

function mailAccess(line: DovecotLine, atMs: number): Access {
  const { elements } = line
  const folder = logged(elements.get('box'))
  const uid = logged(elements.get('uid'))
  const messageId = logged(elements.get('msgid'))
  const item: Item = {
    // The reader of a line takes the angle brackets for a quote.
    messageId: messageId === '' ? '' : `<${messageId.replace(/^<|>$/g, '')}>`,
    itemId: uid === '' ? '' : `${folder}/${uid}`,
    folder,
    bytes: whole(elements.get('size')),
    subject: logged(elements.get('subject')),
  }
  const detail = new Detail()
  detail.set('protocol', line.service)
  detail.set('flags', elements.get('flags'))
  return {
    ...common(line, atMs),
    outcome: 'succeeded',
    mailbox: named(line.user),
    items: item.messageId === '' && item.itemId === '' ? [] : [item],
    detail: detail.text(),
  }
}

function logoutAccess(line: DovecotLine, atMs: number): Access {
  const count = (name: string) => whole(line.elements.get(name))
  const detail = new Detail()
  detail.set('protocol', line.service)
  for (const name of ['hdr_count', 'body_count', 'deleted', 'expunged', 'retr', 'top'])
    detail.set(name, line.elements.get(name))
  return {
    ...common(line, atMs),
    outcome: 'succeeded',
    mailbox: named(line.user),
    bytes: count('hdr_bytes') + count('body_bytes'),
    detail: detail.text(),
  }
}

const common = ({ elements, user, session, operation }: DovecotLine, atMs: number): Access => ({
  ...whoOf((name) => elements.get(name), user, session),
  atMs,
  operation,
})

/*
 * Events of Dovecot's exporter, as JSON. They name a message by folder and UID, never by its Message-ID. An event that has
 * another reason than a client's command, such as indexing, is no access.
 * Source: dovecot, src/stats/event-exporter-fmt-json.c; events of a 2.4.1.
 */

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
