/**
 * The answer on a terminal: at most 40 lines, the answer first.
 *
 * @module
 */
import type { Answer, HuntResult } from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { bounds, count, minute, percent, plural } from './table.ts'

/** Most lines, whatever the case. */
export const ANSWER_LINES = 40
const WIDTH = 118
/** Rows of each list that is cut; `--json` has all. */
const SHOWN = { groups: 8, hunts: 5, custody: 2, unknowns: 8 }

/** At most {@link ANSWER_LINES} lines; text from logs is safe to print. */
export function answerText(answer: Answer): string {
  const lines = [
    ...headline(answer),
    ...whose(answer),
    ...hunted(answer),
    ...touched(answer),
    ...unknown(answer),
    ...evidence(answer),
    ...next(answer),
  ]
  return `${lines.map(fit).join('\n')}\n`
}

function fit(line: string): string {
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`
}

function headline(answer: Answer): string[] {
  const { scope, timeline, verdicts } = answer
  const found = verdicts.unissued + verdicts.mismatched
  if (scope.accesses === 0) return nothing(answer)
  return [
    found > 0
      ? tokensLine(answer)
      : 'No access with a determinable token used one that nobody issued; hunts point at others.',
    ...(found > 0 ? [sureness(answer)] : []),
    `Whose mail:   ${plural(scope.mailboxes, 'mailbox', 'mailboxes')} of ${plural(scope.organisations, 'organisation')}, by ${plural(scope.accesses, 'access', 'accesses')}`,
    `How many:     ${messages(answer)}`,
    `Since when:   ${minute(timeline.first)}, until ${minute(timeline.last)}${course(answer)}`,
    `Not excluded: ${horizon(answer)}`,
  ]
}

function tokensLine({ verdicts, tokensTotal }: Answer): string {
  const parts = [
    ...(verdicts.unissued > 0 ? [`${count(verdicts.unissued)} with one that nobody issued`] : []),
    ...(verdicts.mismatched > 0
      ? [`${count(verdicts.mismatched)} with one issued to somebody else`]
      : []),
  ]
  return `${plural(tokensTotal, 'token')} that nobody issued to who used ${tokensTotal === 1 ? 'it' : 'them'}: ${parts.join(', ')} (accesses).`
}

/** How sure: the base rates beside the unissued tokens, and what could not be determined. */
function sureness({ tokens, verdicts }: Answer): string {
  const rates = tokens
    .flatMap(({ baseRate }) => (baseRate === null ? [] : [baseRate]))
    .toSorted((a, b) => a - b)
  const all = Object.values(verdicts).reduce((sum, some) => sum + some, 0)
  const open = `${percent(all === 0 ? 0 : verdicts.undetermined / all)} of all accesses cannot be determined`
  const [least] = rates
  const median = rates[Math.floor(rates.length / 2)]
  if (least === undefined || median === undefined)
    return `How sure:     no comparable accesses to measure against; ${open}`
  return `How sure:     of comparable accesses the same day ${percent(median)} are issued (median; least ${percent(least)}); ${open}`
}

function nothing({ verdicts }: Answer): string[] {
  const judged = verdicts.issued + verdicts['session-only']
  return [
    'Nothing found: no access used a token that nobody issued, and no strong hunt hit.',
    `${plural(judged, 'access', 'accesses')} with an issued token or session; ${count(verdicts.undetermined)} cannot be determined: absence of a finding says nothing about those.`,
  ]
}

function messages({ scope }: Answer): string {
  const why = scope.messages.upper === null ? `, no upper bound: ${unbounded(scope)}` : ''
  const nameless = scope.items_without_message_id
  const apart = nameless > 0 ? `; ${plural(nameless, 'item')} without a message id apart` : ''
  return `${bounds(scope.messages)} messages (${bounds(scope.copies)} copies)${why}${apart}`
}

function unbounded({
  synced_folders: folders,
  throttled_windows: windows,
}: Answer['scope']): string {
  const parts = [
    ...(folders.length > 0 ? [plural(folders.length, 'synced folder')] : []),
    ...(windows.length > 0 ? [plural(windows.length, 'throttled day')] : []),
  ]
  return parts.length > 0 ? parts.join(', ') : 'see the unknowns'
}

function course({ timeline }: Answer): string {
  return timeline.activeDays.length > 0
    ? `; ${plural(timeline.activeDays.length, 'active day')}`
    : ''
}

function horizon({ timeline }: Answer): string {
  if (timeline.cannotExcludeBefore === null) return 'nothing selected'
  const { at, because } = timeline.cannotExcludeBefore
  return at === null
    ? safeText(because, WIDTH)
    : `anything before ${minute(at)}: ${safeText(because, WIDTH)}`
}

function whose({ scope }: Answer): string[] {
  if (scope.mailboxes === 0) return []
  const parts = scope.groups.filter(({ name }) => name !== '')
  const rows = (parts.length > 0 ? parts : scope.organisation_list)
    .toSorted((a, b) => b.messages.lower - a.messages.lower)
    .map(
      ({ name, mailboxes, messages: held }) =>
        `  ${safeText(name || '(not in the directory)', 44).padEnd(44)} ${count(mailboxes).padStart(6)}   ${bounds(held)}`,
    )
  return [
    '',
    `  ${(parts.length > 0 ? 'GROUP' : 'ORGANISATION').padEnd(40)} MAILBOXES   MESSAGES`,
    ...cut(rows, SHOWN.groups, '  '),
  ]
}

function hunted({ hunts }: Answer): string[] {
  const hit = hunts
    .filter(({ hits }) => hits > 0)
    .toSorted(
      (a, b) =>
        Number(b.strength === 'strong') - Number(a.strength === 'strong') || b.hits - a.hits,
    )
  if (hit.length === 0) return []
  return ['', 'ALSO (hunts)', ...cut(hit.map(huntLine), SHOWN.hunts, '  ')]
}

function huntLine({ id, class: kind, strength, hits, accounts, first, last }: HuntResult): string {
  const days =
    first === null || last === null ? '' : `, ${first.slice(0, 10)} to ${last.slice(0, 10)}`
  return `  ${kind}, ${strength}: ${id}: ${plural(hits, 'access', 'accesses')}, ${plural(accounts, 'account')}${days}`
}

function touched({ custody }: Answer): string[] {
  const suspect = custody.filter((artefact) => artefact.suspect > 0)
  return cut(
    suspect.map(
      ({ artefact, principals, first }) =>
        `  file ${safeText(artefact, 50)}: touched by ${plural(principals, 'principal')}, suspect; first ${minute(first)}`,
    ),
    SHOWN.custody,
    '  ',
  )
}

function unknown({ unknowns }: Answer): string[] {
  if (unknowns.length === 0) return []
  return [
    '',
    'CANNOT BE KNOWN FROM THIS EVIDENCE',
    ...cut(
      unknowns.map(({ text }) => `  - ${safeText(text, WIDTH)}`),
      SHOWN.unknowns,
      '  ',
    ),
  ]
}

function evidence({ evidence: files, duplicates }: Answer): string[] {
  const sum = (of: (file: Answer['evidence'][number]) => number) =>
    files.reduce((all, file) => all + of(file), 0)
  const rejected = sum((file) => file.rejected.file + file.rejected.row + file.rejected.payload)
  const unread = files.filter(
    ({ shape }) => shape === 'unrecognised' || shape === 'unreadable',
  ).length
  const conflicts =
    duplicates.conflicts > 0 ? `, ${plural(duplicates.conflicts, 'id')} with differing content` : ''
  return [
    '',
    `EVIDENCE  ${plural(files.length, 'file')}, ${plural(
      sum((file) => file.rows),
      'record',
    )}, ${count(duplicates.records)} duplicates${conflicts}, ${count(rejected)} rejected, ${plural(unread, 'file')} not recognised`,
  ]
}

function next(answer: Answer): string[] {
  const place = safeText(answer.case, 200)
  return [
    `CASE      ${place}`,
    `NEXT      mintmark verdicts --csv --case ${place}   (also: scope, timeline, custody, hunt, evidence)`,
  ]
}

/** The first rows, and a line for how many more there are. */
function cut(rows: readonly string[], most: number, indent: string): string[] {
  if (rows.length <= most) return [...rows]
  return [
    ...rows.slice(0, most - 1),
    `${indent}… and ${count(rows.length - most + 1)} more (--json has all)`,
  ]
}
