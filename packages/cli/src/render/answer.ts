/** The answer on a terminal: at most 24 rows where it has 80 columns. */
import * as cases from '@mintmark/case'
import { boundText, safeText, shellWord } from '@mintmark/core'
import { fileNames, keyLines } from './answer_keys.ts'
import { mailboxesRead, organisationTable, type Room } from './answer_scope.ts'
import { count, minute, plural } from './table.ts'
import { labelled, proseWidth, shortened, WIDTH, wrapped } from './wrapped.ts'

/** Rows of a terminal of {@link WIDTH} columns; a narrower one takes more. */
const ROWS = 24
const INDENT = 10
/** Of a key: the certainty of its access comes last, and is never cut. */
const KEY_LINES = 5

const ROOMS: readonly Omit<Room, 'width'>[] = [
  { mailboxes: 5, organisations: 5, list: 4, lines: 4 },
  { mailboxes: 4, organisations: 4, list: 3, lines: 3 },
  { mailboxes: 4, organisations: 3, list: 2, lines: 3 },
  { mailboxes: 3, organisations: 2, list: 2, lines: 3 },
  { mailboxes: 3, organisations: 2, list: 1, lines: 2 },
  { mailboxes: 2, organisations: 1, list: 1, lines: 2 },
  { mailboxes: 1, organisations: 1, list: 1, lines: 2 },
  { mailboxes: 1, organisations: 1, list: 1, lines: 1 },
]

interface Shown {
  readonly width?: number
  /** The case as a command takes it. Default its absolute path. */
  readonly path?: string
}

type Block = (label: string, text: string, lines?: number) => string[]

/** Text from logs is safe to print. Narrow terminals take more rows. */
export function answerText(answer: cases.Answer, { width = WIDTH, path }: Shown = {}): string {
  const word = shellWord(path ?? answer.case)
  const columns = proseWidth(width)
  const tried = ROOMS.map((room) => linesOf(answer, word, { ...room, width: columns }))
  const most = Math.floor((ROWS * WIDTH) / Math.min(columns, WIDTH))
  const lines = tried.find(({ length }) => length <= most) ?? tried.at(-1) ?? []
  return `${lines.join('\n')}\n`
}

function linesOf(answer: cases.Answer, path: string, room: Room): string[] {
  const narrowness = Math.max(1, WIDTH / room.width)
  const block: Block = (label, text, lines = room.lines) =>
    labelled(label, text, {
      width: room.width,
      indent: INDENT,
      lines: Math.ceil(lines * narrowness),
    })
  const hasTable = answer.scope.accesses > 0
  const sure = [...marked(answer, block), ...sureness(answer, block)]
  return [
    ...happened(answer, path, room),
    '',
    ...(hasTable ? [...read(answer, room, block), ...sure, ...blind(answer, block)] : sure),
    ...(hasTable ? [] : [...unseen(answer, block), ...selected(answer, block)]),
    ...(hasTable ? ['', ...organisationTable(answer, room)] : []),
    '',
    ...keyLines(answer).flatMap(([label, text]) =>
      block(label, text, label === '' ? 2 : KEY_LINES),
    ),
    ...also(answer, room, block),
    ...(answer.conclusion.status === 'found' ? [] : open(answer, room, block)),
    ...next(answer, path, block),
  ]
}

function happened(answer: cases.Answer, path: string, { width, lines }: Room): string[] {
  const { conclusion, scope } = answer
  const { title, statement } = cases.conclusionText(conclusion)
  const whose =
    scope.accesses === scope.marked || conclusion.status !== 'found' || !answer.selection.isDefault
      ? ''
      : `   ${plural(scope.mailboxes, 'mailbox', 'mailboxes')}, ${plural(scope.organisations, 'organisation')}`
  const first = `${title}${whose}`
  const room = width - first.length - '   case: '.length
  const named = room < 8 ? '' : `case: ${shortened(path, room, 'end')}`
  return [
    `${first}${named.padStart(width - first.length)}`.trimEnd(),
    ...wrapped(brief(answer) ?? safeText(statement, 6 * WIDTH), width, Math.max(3, lines)),
  ]
}

function brief({ conclusion: { status, established } }: cases.Answer): string | undefined {
  const { tokens, sessions, firstAccess, lastAccess } = established
  if (status !== 'found' || firstAccess === null || lastAccess === null) return undefined
  const things = [
    ...(tokens > 0 ? [plural(tokens, 'token')] : []),
    ...(sessions > 0 ? [plural(sessions, 'session')] : []),
  ].join(' and ')
  const [first, last] = [firstAccess.slice(0, 10), lastAccess.slice(0, 10)]
  return `${things} nobody issued to their user; accesses ${first} to ${last}`
}

function read(answer: cases.Answer, room: Room, block: Block): string[] {
  const { scope, selection } = answer
  const of = selection.isDefault
    ? scope.marked === 0
      ? ''
      : scope.marked === scope.accesses
        ? 'by marks alone: '
        : 'with what people marked: '
    : `of the selection alone (${plural(scope.mailboxes, 'mailbox', 'mailboxes')}): `
  const nameless = scope.items_without_message_id
  const known = orMore(boundText(scope.messages, 'message'))
  const apart = nameless === 0 ? '' : `, ${plural(nameless, 'item')} without an id`
  const isOpen = scope.messages.upper === null
  const ceiling = isOpen ? '. No ceiling:' : ''
  return [
    ...block('READ', `${of}${known}${apart}${ceiling}`),
    ...(isOpen ? mailboxesRead(answer, room, INDENT + 2) : []),
  ]
}

const orMore = (text: string) => text.replace(/^at least (.*)$/, '$1 or more')

const STRENGTHS = {
  found: 'established: ',
  lead: 'lead: ',
  'nothing-found': '',
  'cannot-tell': '',
} as const

function sureness({ conclusion }: cases.Answer, block: Block): string[] {
  const { comparison, judged } = cases.conclusionText(conclusion).brief
  return [
    ...(comparison === '' ? [] : block('SURE', `${STRENGTHS[conclusion.status]}${comparison}`)),
    ...block(comparison === '' ? 'SURE' : '', judged),
  ]
}

function marked({ conclusion }: cases.Answer, block: Block): string[] {
  const text = conclusion.status === 'found' ? cases.conclusionText(conclusion).marked : ''
  return text === '' ? [] : block('MARKED', safeText(text, 6 * WIDTH))
}

function blind({ timeline, conclusion }: cases.Answer, block: Block): string[] {
  const { horizons, cannotExcludeBefore } = timeline
  const begun = horizons.flatMap(({ at }) => at ?? []).toSorted((a, b) => (a < b ? -1 : 1))
  const never = horizons.filter(({ at }) => at === null).map(({ name }) => safeText(name, 40))
  const latest = begun.at(-1)
  const parts = [
    ...(latest === undefined ? [] : [`before ${minute(latest)}`]),
    ...notRead(conclusion),
    ...(never.length === 0 ? [] : [`${firstOf(never, 2)} at any time`]),
  ]
  const reason = safeText(cannotExcludeBefore?.because ?? 'nothing is selected', 2 * WIDTH)
  return block('BLIND', parts.length === 0 ? reason : parts.join('; '))
}

function unseen({ conclusion }: cases.Answer, block: Block): string[] {
  const parts = notRead(conclusion)
  return parts.length === 0 ? [] : block('BLIND', parts.join('; '))
}

const notRead = ({ unread: { losses, files, records } }: cases.Answer['conclusion']): string[] => [
  ...(losses === 0 ? [] : [`${plural(losses, 'loss', 'losses')} in the access logs`]),
  ...(files === 0 ? [] : [`${plural(files, 'file')} not read`]),
  ...(records === 0 ? [] : [`${plural(records, 'row')} rejected`]),
]

function firstOf(names: readonly string[], most: number): string {
  const left = names.length - most
  return `${names.slice(0, most).join(', ')}${left > 0 ? ` and ${count(left)} more` : ''}`
}

function selected(answer: cases.Answer, block: Block): string[] {
  const { selection, scope } = answer
  if (!selection.isDefault)
    return block(
      'SELECTED',
      'no access of the case. That may be its spelling, or that no log covers it: mintmark coverage.',
    )
  const { accesses, mailboxes, organisations } = scope.ambiguous
  if (accesses === 0) return []
  return block(
    'POSSIBLE',
    `${plural(accesses, 'access', 'accesses')} to ${plural(mailboxes, 'mailbox', 'mailboxes')} of ${plural(organisations, 'organisation')} that leads are about, or that are ambiguous.`,
  )
}

function also(answer: cases.Answer, room: Room, block: Block): string[] {
  const { hunts, custody, keys, conclusion } = answer
  const hit = hunts
    .filter(({ hits, strength }) => hits > 0 && strength !== 'lead')
    .toSorted((a, b) => b.hits - a.hits)
  const known = new Set(keys.filter(cases.isLeak).flatMap(fileNames))
  const files = custody
    .filter(({ artefact, suspect }) => suspect > 0 && !known.has(cases.dumpName(artefact)))
    .map(({ artefact }) => safeText(artefact, 40))
  const { accesses, huntHits, hunts: pointing } = conclusion.leads
  const leads = [
    ...(accesses > 0 ? [plural(accesses, 'access', 'accesses')] : []),
    ...(huntHits > 0 ? [`${plural(huntHits, 'hit')} of ${plural(pointing, 'hunt')}`] : []),
  ]
  const more = hit.length - room.list
  const parts = [
    ...hit.slice(0, room.list).map(huntLine),
    ...(more > 0 ? [`${plural(more, 'more hunt')} with hits: mintmark hunt`] : []),
    ...(files.length === 0
      ? []
      : [`suspicious accesses to ${firstOf(files, 2)}: mintmark custody`]),
    ...(leads.length === 0 || conclusion.status !== 'found'
      ? []
      : [`leads, which accuse nobody: ${leads.join(', ')}`]),
  ]
  return parts.flatMap((text, i) => block(i === 0 ? 'ALSO' : '', text))
}

function huntLine({ id, class: kind, hits, accounts, first, last }: cases.HuntResult): string {
  const [from, to] = [first?.slice(0, 10) ?? '', (last ?? first)?.slice(0, 10) ?? '']
  const days = from === '' ? '' : `, ${from === to ? from : `${from} to ${to}`}`
  const who = plural(accounts, 'account')
  return `${kind}: ${plural(hits, 'access', 'accesses')} by ${who}${days} (${safeText(id, 40)})`
}

function open({ leads, conclusion, unknowns }: cases.Answer, room: Room, block: Block): string[] {
  const most = 'more, each with what would settle it: --json'
  const shown = leads.slice(0, room.list)
  const listed = shown.flatMap((lead, i) => [
    ...block(i === 0 ? 'LEADS' : '', safeText(cases.leadText(lead), 4 * WIDTH)),
    ...block('', `settled by: ${safeText(lead.settledBy, 4 * WIDTH)}`),
  ])
  const left = leads.length - shown.length
  const settling = conclusion.wouldSettle.slice(0, leads.length === 0 ? room.list : 1)
  return [
    ...listed,
    ...(left > 0 ? block('', `${count(left)} ${most}`) : []),
    ...settling.flatMap(({ text, settledBy }, i) =>
      block(
        i === 0 ? 'TO SETTLE' : '',
        safeText(`${text}. Settled by: ${settledBy}.`, 6 * WIDTH),
        Math.max(2, room.lines),
      ),
    ),
    ...unknowns
      .filter((unknown) => !settling.some(({ text }) => text === unknown.text))
      .slice(0, 2 * room.list)
      .flatMap(({ text }, i) => block(i === 0 ? 'UNKNOWN' : '', safeText(text, 4 * WIDTH), 1)),
  ]
}

/** Commands are copied: they are never cut. */
function next(answer: cases.Answer, path: string, block: Block): string[] {
  const { conclusion, unknowns, scope } = answer
  const found = conclusion.status === 'found' && scope.accesses > 0
  const command = found
    ? `who to notify   mintmark scope --csv --case ${path}`
    : conclusion.judged.of === 0
      ? `what was read   mintmark evidence --case ${path}`
      : `each access     mintmark verdicts --csv --case ${path}`
  const things = plural(unknowns.length, 'thing')
  return [
    `${'NEXT'.padEnd(INDENT)}${command}`,
    ...(unknowns.length === 0
      ? []
      : block('', `${things} this evidence cannot tell: in mintmark report, or --json`)),
  ]
}
