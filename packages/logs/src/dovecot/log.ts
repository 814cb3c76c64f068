/**
 * Dovecot's own log: logins, what was done to mail, and how much a session took. See {@link
 * readDovecotLine} for the lines, and {@link writtenTime} for their times.
 */
import { epochMs, type Json, utcMs } from '@mintmark/core'
import { first, MESSAGE } from '../identity/cells.ts'
import type { Adapter, FileContext, RowSink } from '../model/adapter.ts'
import type { Access, Item } from '../model/records.ts'
import { Detail } from '../ual/detail.ts'
import { address, logged, named, plain, whole } from '../ual/fields.ts'
import { readExportedEvent, whoOf } from './events.ts'
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
