/**
 * Lines that Dovecot writes about logins and mail, taken apart. Elements that an administrator added are anywhere.
 * Source: dovecot 2.3 and 2.4, `login_log_format_elements`, `mail_log_prefix`, `imap_logout_format`.
 */
import { type Json, parseObject } from '@mintmark/core'

export interface DovecotLine {
  readonly kind: 'login' | 'mail' | 'logout'
  readonly service: string
  readonly operation: string
  readonly isFailed: boolean
  readonly user: string
  readonly session: string
  readonly elements: ReadonlyMap<string, string>
}

interface ExportedLine {
  readonly kind: 'event'
  readonly event: Json
}

const MAX_LINE = 65_536
const MAX_ELEMENTS = 60
/**
 * What may precede: a time, a host, a program. Nothing that a user or the sender of a message could bring along, so
 * that a subject which reads like a line is none.
 */
const BEFORE = String.raw`^(?:<\d{1,3}>)?(?:[^(<{\n]{0,200}?[\s:])?`
const LOGIN = new RegExp(
  String.raw`${BEFORE}([a-z0-9-]{1,30})-login: (?:Info: )?([^<\n]{0,400}?): (user=<[^\n]{0,4000})`,
)
const HEADS = /^(?:Login|Logged in)$/
const FAILED = /\bauth(?:entication)? failed\b|\(auth_failed\)/
const SESSION = new RegExp(
  String.raw`${BEFORE}(imap|pop3|imap-hibernate)\(([^)\n]{1,300})\)((?:<[^>\n]{0,200}>){0,6}): (?:Info: )?(.{1,8000})$`,
)
const MAIL =
  /^(delete|undelete|expunge|autoexpunge|save|flag_change|copy from [^:\n]{1,300}): ((?:box|uid|msgid|size|vsize|from|subject|flags)=.*)$/
const LOGOUT =
  /^(Disconnected(?::[^\n]{0,200}?)?|Logged out|Connection closed[^\n]{0,200}?) ((?:\w+=\d+ ?)+)$/
const EXPORTED = new RegExp(
  String.raw`${BEFORE}stats: (?:Info: )?(?:[\w-]{1,60}: )?(\{"event":"[^\n]*\})$`,
)
const ELEMENT = /([A-Za-z_][\w-]{0,40})=(?:<([^\n]*?)>(?=,|\s|$)|([^,\n]*))(?:, ?|$)/y

/** Cheap: whether a line could be one of these. */
const HINT = /-login: |\)(?:<[^>\n]{0,200}>){0,6}: |\{"event":"/

export function readDovecotLine(text: string): DovecotLine | ExportedLine | undefined {
  if (text.length > MAX_LINE || !HINT.test(text)) return undefined
  const line = text.trimEnd()
  return loginOf(line) ?? sessionOf(line) ?? eventOf(line)
}

function loginOf(line: string): DovecotLine | undefined {
  const match = LOGIN.exec(line)
  if (match === null) return undefined
  const [, service = '', head = '', rest = ''] = match
  const isFailed = FAILED.test(head)
  if (!isFailed && !HEADS.test(head)) return undefined
  // The user comes first, and may be called what he likes: the last of two elements with one name counts.
  const pairs = pairsOf(rest)
  const elements = new Map(pairs)
  const [, user = ''] = pairs[0] ?? []
  return {
    kind: 'login',
    service,
    operation: 'Login',
    isFailed,
    user,
    session: elements.get('session') ?? '',
    elements,
  }
}

function sessionOf(line: string): DovecotLine | undefined {
  const match = SESSION.exec(line)
  if (match === null) return undefined
  const [, service = '', user = '', marks = '', message = ''] = match
  const [, operation = '', rest = ''] = MAIL.exec(message) ?? LOGOUT.exec(message) ?? []
  if (operation === '') return undefined
  const isMail = MAIL.test(message)
  const { session, named } = marksOf(marks)
  return {
    kind: isMail ? 'mail' : 'logout',
    service,
    operation: isMail ? (operation.split(' ', 1)[0] ?? '') : 'Disconnected',
    isFailed: false,
    user,
    session,
    elements: new Map([...(isMail ? firstOf(pairsOf(rest)) : countsOf(rest)), ...named]),
  }
}

function eventOf(line: string): ExportedLine | undefined {
  const event = parseObject(EXPORTED.exec(line)?.[1] ?? '')
  return event && { kind: 'event', event }
}

/** `<123><session>` and what else is in angle brackets behind the user. */
function marksOf(marks: string): { session: string; named: [string, string][] } {
  const all = [...marks.matchAll(/<([^>]*)>/g)].map((mark) => mark[1] ?? '')
  const named = all.flatMap((mark): [string, string][] => {
    const [, name, value] = /^([A-Za-z_]\w{0,40})=(.*)$/.exec(mark) ?? []
    return name === undefined || value === undefined ? [] : [[name, value]]
  })
  const plain = all.filter((mark) => !/^[A-Za-z_]\w{0,40}=/.test(mark))
  // Before 2.3 there was no process id.
  const session =
    plain.length > 1 ? (plain[1] ?? '') : (plain.find((id) => !/^\d+$/.test(id)) ?? '')
  return { session, named }
}

/** A message's own text follows what Dovecot says about it: the first of two with one name counts. */
const firstOf = (pairs: readonly [string, string][]) => new Map(pairs.toReversed())

function pairsOf(text: string): [string, string][] {
  const pairs: [string, string][] = []
  let at = 0
  while (pairs.length < MAX_ELEMENTS && at < text.length) {
    ELEMENT.lastIndex = at
    const match = ELEMENT.exec(text)
    if (match === null) {
      // A flag without a value: `TLS`, `secured`.
      const comma = text.indexOf(', ', at)
      if (comma === -1) break
      at = comma + 2
      continue
    }
    pairs.push([match[1] ?? '', match[2] ?? (match[3] ?? '').trim()])
    at = ELEMENT.lastIndex
  }
  return pairs
}

const countsOf = (text: string): [string, string][] =>
  [...text.matchAll(/(\w+)=(\d+)/g)].map((match) => [match[1] ?? '', match[2] ?? ''])
