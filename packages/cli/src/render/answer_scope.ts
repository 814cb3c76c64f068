/** Who was hit: mailboxes without a ceiling, and the organisations that were read most. */
import type * as cases from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { bounds, count, plural, table } from './table.ts'
import { labelled, shortened, wrapped } from './wrapped.ts'

export interface Room {
  readonly width: number
  readonly mailboxes: number
  readonly organisations: number
  readonly list: number
  readonly lines: number
}

type Code = cases.Answer['scope']['unbounded'][number]['because']

const WHY: Readonly<Record<Code, string>> = {
  'no-mailbox-auditing': 'mail reads never logged',
  throttled: 'logging throttled for 24 h',
  'reads-without-items': 'reads logged without messages',
  'record-cut': 'records cut short',
  'graph-lists': 'messages listed without names',
  'synced-folders': 'folders synchronised whole',
  'access-log-hole': 'silence in the access log',
  'access-records-lost': 'access records lost',
  'access-log-capped': 'export of the access log cut off',
  'access-log-unread': 'files that may be logs unread',
}

const REASON = 32
const NAME = 20

export function mailboxesRead({ scope }: cases.Answer, room: Room, indent: number): string[] {
  const reasons = new Map<string, Set<string>>()
  for (const { mailbox, because } of scope.unbounded)
    reasons.set(mailbox, (reasons.get(mailbox) ?? new Set()).add(WHY[because]))
  const all = [...reasons].map(([mailbox, texts]) => [mailbox, [...texts]] as const)
  const lost = scope.access_log_losses.length
  const most = room.mailboxes - (lost > 0 ? 1 : 0)
  const shown = all.length <= most ? all : all.slice(0, Math.max(0, room.mailboxes - 1))
  const left = all.length - shown.length
  const longestName = Math.max(...shown.map(([mailbox]) => mailbox.length + 2), 0)
  const longest = Math.max(...shown.map(([, codes]) => codes.join(', ').length), 0)
  const width = room.width - indent
  const column = Math.min(longestName, width - Math.min(REASON, longest))
  const more = [
    ...(left > 0 ? [plural(left, 'more mailbox', 'more mailboxes')] : []),
    ...(lost > 0 ? ['any that no record names'] : []),
  ]
  const note = (text: string) => wrapped(text, width, 4).map((line) => ' '.repeat(indent) + line)
  const beside = (mailbox: string, why: string) =>
    labelled(`${' '.repeat(indent)}${shortened(mailbox, column - 2)}`, why, {
      width: room.width,
      indent: indent + column,
      lines: room.lines,
    })
  return [
    ...shown.flatMap(([name, codes]) => {
      const mailbox = safeText(name, 200)
      const why = codes.join(', ')
      return column < Math.min(NAME, mailbox.length + 2)
        ? note(`${shortened(mailbox, width - 1)}: ${why}`)
        : beside(mailbox, why)
    }),
    ...(more.length > 0 ? note(more.join(', and ')) : []),
  ]
}

const NUMBER = 8

export function organisationTable(
  { scope }: cases.Answer,
  { width, organisations }: Room,
): string[] {
  const all = scope.organisation_list.toSorted((a, b) => b.messages.lower - a.messages.lower)
  const most = all.length === organisations + 1 ? all.length : organisations
  const left = all.length - most
  const rows = all
    .slice(0, most)
    .map(({ name, mailboxes, messages }) => [
      `  ${name || '(not in the directory)'}`,
      count(mailboxes),
      aligned(messages),
    ])
  const more = [`  ${plural(left, 'more organisation')}`, '', 'mintmark scope']
  return table(
    [
      { title: 'MOST READ', least: 10 },
      { title: 'MAILBOXES', align: 'right' },
      { title: 'MESSAGES'.padStart(NUMBER) },
    ],
    left > 0 ? [...rows, more] : rows,
    width,
  )
    .trimEnd()
    .split('\n')
}

function aligned(messages: Parameters<typeof bounds>[0]): string {
  const text = bounds(messages).replace(/^at least (.*)$/, '$1 or more')
  const number = /^[\d,]+/.exec(text)?.[0]
  return number === undefined ? text : `${number.padStart(NUMBER)}${text.slice(number.length)}`
}
