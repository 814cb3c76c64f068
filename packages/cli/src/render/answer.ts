/**
 * The answer on a terminal: at most 40 lines, the answer first.
 *
 * @module
 */
import {
  type Answer,
  type ConclusionText,
  conclusionText,
  dumpName,
  type HuntResult,
  isLeak,
  leadText,
} from '@mintmark/case'
import { apartFrom, safeText, shellWord } from '@mintmark/core'
import { fileNames, keyLines } from './answer_keys.ts'
import { bounds, boundText, count, minute, plural } from './table.ts'
import { labelled, WIDTH, wrapped } from './wrapped.ts'

/** Most lines, whatever the case. */
const ANSWER_LINES = 40
/** Rows of each list that is cut; `--json` has all. */
const SHOWN = { organisations: 4, groups: 4, hunts: 3, files: 4 }
/** Fewest lines of what cannot be told that are worth their title. */
const UNKNOWN_ROOM = 4

/** At most {@link ANSWER_LINES} lines; text from logs is safe to print. */
export function answerText(answer: Answer): string {
  const ending = closing(answer)
  // One line is kept for how much cannot be told, where its list has no room.
  const foot = answer.unknowns.length > 0 ? ['', ...ending] : ending
  const first = headline(answer)
  const free = ANSWER_LINES - foot.length - first.length
  const whoseMail = fitted(whose(answer), free)
  const head = [...first, ...whoseMail, ...fitted(hunted(answer), free - whoseMail.length)]
  const room = ANSWER_LINES - head.length - foot.length
  const leads = led(answer, room > 2 * UNKNOWN_ROOM ? room - UNKNOWN_ROOM : room)
  const left = unknown(answer, room - leads.length)
  const unlisted = left.length > 0 || answer.unknowns.length === 0 ? [] : cannotTell(answer)
  return `${[...head, ...leads, ...left, ...unlisted, ...ending].join('\n')}\n`
}

/** How much this evidence cannot tell, in one line. */
function cannotTell({ unknowns }: Answer): string[] {
  const what = `${plural(unknowns.length, 'thing')}, each with what would settle it: --json`
  return labelled('Cannot tell', what, 1)
}

/** As many of these lines as there is room for. */
function fitted(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines
  return room < 3 ? [] : [...lines.slice(0, room - 1), '  … and more: --json']
}

/** What the case comes to, then whose mail; the words are those of every view. */
function headline(answer: Answer): string[] {
  const { conclusion, scope } = answer
  const said = conclusionText(conclusion)
  const isOpen = conclusion.status !== 'found'
  return [
    ...wrapped(said.headline, WIDTH, 4),
    ...(isOpen && said.settles !== '' ? labelled('First of all', said.settles, 4) : []),
    ...labelled('How sure', sureness(answer, said), 5),
    ...(said.leads === '' ? [] : labelled('Leads', said.leads)),
    ...selected(answer),
    ...(scope.accesses === 0 ? [] : exposed(answer)),
    ...leaked(answer),
  ]
}

function exposed(answer: Answer): string[] {
  const { scope } = answer
  const mailboxes = `${plural(scope.mailboxes, 'mailbox', 'mailboxes')} of ${plural(scope.organisations, 'organisation')}, by ${plural(scope.accesses, 'access', 'accesses')}`
  return [
    ...labelled('Whose mail', `${aboutWhat(answer)}${mailboxes}`),
    ...labelled('How much', messages(answer), 3),
    ...labelled('Since when', course(answer)),
    ...labelled('Not excluded', horizon(answer)),
  ]
}

function aboutWhat({ selection, conclusion }: Answer): string {
  if (!selection.isDefault) return 'of the selection alone: '
  return conclusion.status === 'found' ? '' : 'of what leads or people point at: '
}

function leaked(answer: Answer): string[] {
  return keyLines(answer).flatMap(([label, text]) => labelled(label, text, 3))
}

/** What the issuance logs show of everybody else, where something was found, and how much could be judged. */
function sureness({ conclusion: { established, leads } }: Answer, said: ConclusionText): string {
  const isCompared = established.unissued + leads.unissued > 0
  return `${isCompared ? `${said.comparison} ` : ''}${said.judged}`
}

/** A selection without an access, or nothing but leads, or what people marked as ours. */
function selected({ selection, scope, verdicts, conclusion, marks }: Answer): string[] {
  if (scope.accesses > 0) return []
  if (!selection.isDefault)
    return labelled(
      'Selection',
      'no access of the case is in it. That may be its spelling, or that no log covers it: mintmark coverage.',
    )
  const isMarked =
    conclusion.status !== 'found' &&
    verdicts.unissued + verdicts.mismatched > conclusion.leads.accesses &&
    marks.some(({ party }) => party === 'ours')
  const { either } = scope
  return [
    ...(isMarked
      ? labelled('Marks', 'all that verdicts and established hunts point at is marked as ours.')
      : []),
    ...(either.accesses > 0
      ? labelled(
          'Not excluded',
          `${plural(either.accesses, 'access', 'accesses')} to ${plural(either.mailboxes, 'mailbox', 'mailboxes')} of ${plural(either.organisations, 'organisation')}, which leads are about or which could be anybody's.`,
        )
      : []),
  ]
}

function messages({ scope }: Answer): string {
  const apart = apartFrom(scope.items_without_message_id, scope.not_judged)
  const known = boundText(scope.messages, 'message')
  // Where nothing is named the reason stands in place of the number.
  if (scope.messages.lower === 0 && scope.messages.upper === null) return `${known}${apart}`
  const why = scope.messages.upper === null ? `. No upper bound: ${unbounded(scope)}` : ''
  return `${known} (${boundText(scope.copies, 'copy', 'copies')})${apart}${why}`
}

function unbounded({ unbounded: accounts, access_log_losses: losses }: Answer['scope']): string {
  const reasons = new Set([...accounts, ...losses].map(({ because }) => because))
  const mailboxes = new Set(accounts.map(({ mailbox }) => mailbox)).size
  const others = losses.length > 0 ? ', and those that no record names' : ''
  return `${plural(mailboxes, 'mailbox', 'mailboxes')}${others} (${[...reasons].join(', ')})`
}

/** Forged tokens first; a replayed one has a course of its own. */
const CLASS_ORDER = ['forged', 'replayed', 'mis-granted', 'context', 'named']

const day = (iso: string) => iso.slice(0, 10)

/** When, for each kind of finding. */
function course({ timeline }: Answer): string {
  if (timeline.classes.length === 0)
    return `${minute(timeline.first)} until ${minute(timeline.last)}`
  return timeline.classes
    .toSorted((a, b) => CLASS_ORDER.indexOf(a.name) - CLASS_ORDER.indexOf(b.name))
    .map(({ name, first, last }) => `${name} ${day(first)} to ${day(last)}`)
    .join('; ')
}

/** Before when the logs of the tenants concerned exclude nothing, and in how many they never do. */
function horizon({ timeline: { horizons, cannotExcludeBefore } }: Answer): string {
  const begun = horizons.flatMap(({ at }) => at ?? []).toSorted((a, b) => (a < b ? -1 : 1))
  const never = horizons.length - begun.length
  const latest = begun.at(-1)
  const limits = [
    ...(latest === undefined
      ? []
      : [`anything before ${minute(latest)}, when the last of the access logs concerned begins`]),
    ...(never === 0
      ? []
      : [`anything at all in ${plural(never, 'tenant')} without a record of mail being read`]),
  ]
  return limits.length > 0
    ? limits.join('; ')
    : safeText(cannotExcludeBefore?.because ?? 'nothing is selected', 2 * WIDTH)
}

function whose({ scope, keys, conclusion }: Answer): string[] {
  // A key that was found takes some of the room, and so does what would settle a lead.
  const less = keys.some(isLeak) || conclusion.status !== 'found' ? 2 : 0
  // Of what nothing points at there is no table of zeros.
  if (scope.accesses === 0) return []
  const organisations = parts(scope.organisation_list)
  const groups = parts(scope.groups.filter(({ name }) => name !== ''))
  return [
    ...titled('ORGANISATION', cut(organisations, SHOWN.organisations - less)),
    ...titled('GROUP', cut(groups, SHOWN.groups - less), false),
  ]
}

function titled(title: string, rows: readonly string[], isFirst = true): string[] {
  if (rows.length === 0) return []
  const head = `  ${title.padEnd(44)} ${'MAILBOXES'.padStart(9)}   MESSAGES`
  return isFirst ? ['', head, ...rows] : [head, ...rows]
}

function parts(list: Answer['scope']['groups']): string[] {
  return list
    .toSorted((a, b) => b.messages.lower - a.messages.lower)
    .map(
      ({ name, mailboxes, messages: held }) =>
        `  ${safeText(name || '(not in the directory)', 44).padEnd(44)} ${count(mailboxes).padStart(9)}   ${bounds(held)}`,
    )
}

function hunted({ hunts, custody, keys }: Answer): string[] {
  const hit = hunts
    .filter(({ hits, strength }) => hits > 0 && strength !== 'lead')
    .toSorted((a, b) => b.hits - a.hits)
  // Told with the key that lies in it.
  const told = new Set(keys.filter(isLeak).flatMap(fileNames))
  const files = custody
    .filter(({ artefact, suspect }) => suspect > 0 && !told.has(dumpName(artefact)))
    .map(({ artefact }) => safeText(artefact, 40))
  const touched = files.length > SHOWN.files ? [...files.slice(0, SHOWN.files), '…'] : files
  if (hit.length + files.length === 0) return []
  return [
    '',
    'ALSO, established by hunts',
    ...cut(hit.map(huntLine), SHOWN.hunts),
    ...(files.length > 0
      ? labelled('  files', `suspect accesses to ${touched.join(', ')}`, told.size > 0 ? 1 : 2)
      : []),
  ]
}

/** As many as there is room for, apart from what is established, each with what would settle it. */
function led({ leads }: Answer, room: number): string[] {
  const fitting = Math.floor((room - 2) / 2)
  if (leads.length === 0 || fitting < 1) return []
  const most = leads.length > fitting ? Math.max(1, fitting - 1) : leads.length
  const left = leads.length - most
  return [
    '',
    'LEADS, which accuse nobody',
    ...leads
      .slice(0, most)
      .flatMap((lead) => [
        `  - ${one(leadText(lead), WIDTH - 4)}`,
        `    ${one(`settled by: ${lead.settledBy}`, WIDTH - 4)}`,
      ]),
    ...(left > 0 ? [`  … and ${count(left)} more: --json`] : []),
  ]
}

/** The beginning of a text, on one line. */
const one = (text: string, width: number) => wrapped(safeText(text, 4 * WIDTH), width, 1)[0] ?? ''

function huntLine({ id, class: kind, hits, accounts, first, last }: HuntResult): string {
  const days = first === null ? '' : `, ${first.slice(0, 10)} to ${(last ?? first).slice(0, 10)}`
  const what = `${kind.padEnd(12)}${id}: ${count(hits)} by ${plural(accounts, 'account')}${days}`
  return `  ${what.slice(0, WIDTH - 2)}`
}

/** As many unknowns as there is room for, the beginning of each. */
function unknown({ unknowns }: Answer, room: number): string[] {
  if (unknowns.length === 0 || room < 4) return []
  const rows: string[] = []
  let shown = 0
  for (const { text } of unknowns) {
    const lines = wrapped(safeText(text, 4 * WIDTH), WIDTH - 4, 1)
    const isLast = shown === unknowns.length - 1
    if (rows.length + lines.length + (isLast ? 0 : 1) > room - 2) break
    rows.push(...lines.map((line, i) => `  ${i === 0 ? '-' : ' '} ${line}`))
    shown += 1
  }
  const more = unknowns.length - shown
  return [
    '',
    'THIS EVIDENCE CANNOT TELL',
    ...rows,
    ...(more > 0 ? [`  … and ${count(more)} more, with what would settle each: --json`] : []),
  ]
}

function closing(answer: Answer): string[] {
  const { evidence, duplicates } = answer
  const sum = (of: (file: Answer['evidence'][number]) => number) =>
    evidence.reduce((all, file) => all + of(file), 0)
  const rejected = sum((file) => file.rejected.file + file.rejected.row + file.rejected.payload)
  const unread = evidence.filter(({ shape }) => shape === 'unrecognised' || shape === 'unreadable')
  const facts = [
    plural(evidence.length, 'file'),
    plural(
      sum((file) => file.rows),
      'record',
    ),
    `${count(duplicates.records)} of them duplicates`,
    ...(duplicates.conflicts > 0
      ? [`${plural(duplicates.conflicts, 'id')} with differing content`]
      : []),
    `${count(rejected)} rejected`,
    ...(unread.length > 0 ? [`${plural(unread.length, 'file')} not read`] : []),
  ]
  const place = shellWord(answer.case)
  return [
    '',
    ...labelled('EVIDENCE', facts.join(', ')),
    `NEXT          mintmark verdicts --csv --case ${place}`,
  ]
}

/** The first rows, and a line for how many more there are. */
function cut(rows: readonly string[], most: number): string[] {
  if (rows.length <= most) return [...rows]
  return [...rows.slice(0, most - 1), `  … and ${count(rows.length - most + 1)} more`]
}
