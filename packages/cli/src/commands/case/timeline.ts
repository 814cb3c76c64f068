import * as cases from '@mintmark/case'
import { isoOf, type Json, safeText } from '@mintmark/core'
import { timesketchRow } from '@mintmark/report'
import { isNamed, selectionOption, withCase } from '../../options/options.ts'
import type { Call, Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { writeRows } from '../../render/rows.ts'
import { count, listed, minute, plural, RIGHT, table } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

export const timelineOf: Handler = async (call) => {
  const selection = await selectionOption(call)
  return withCase(call, 'read', async (investigated) => {
    const isListed = call.flag('csv') || call.flag('timesketch')
    const answer =
      isListed || isNamed(selection) ? undefined : await cases.finishedAnswer(investigated)
    if (answer !== undefined) {
      await summarised(answer.timeline, call)
      return exitCode(cases.pointedOutcome(answer.conclusion))
    }
    await cases.prepare(investigated)
    const { session } = investigated
    const accesses = await printed(session, selection, call)
    return exitCode(await cases.selectionOutcome(session, selection, accesses))
  })
}

async function printed(
  session: cases.Session,
  selection: cases.Selection,
  call: Call,
): Promise<number> {
  const isCsv = call.flag('csv')
  if (isCsv || call.flag('timesketch')) {
    const rows = cases.timelineRows(session, selection)
    const code = exitCode(await cases.selectionOutcome(session, selection, 1))
    return isCsv
      ? writeRows(call, dated(rows), 'csv', COLUMNS, code)
      : writeRows(call, timesketch(rows), 'jsonl', undefined, code)
  }
  const selected = await cases.select(session, selection)
  try {
    const found = await cases.timeline(session, selected)
    await summarised(found, call)
    if (isNamed(selection) && !call.isJson)
      await call.out(
        accessTable(await cases.accessPage(session, selected, { limit: LISTED }), call.width),
      )
    return found.first === null ? 0 : 1
  } finally {
    await selected.close()
  }
}

const LISTED = 40

function accessTable({ rows, total }: cases.AccessPage, width: number): string {
  if (rows.length === 0) return ''
  const more = total > rows.length ? `, the first ${rows.length} (all: --csv)` : ''
  const accesses = listed(rows, width, [
    ['at, UTC', ({ at }) => minute(at).slice(0, 16), { least: 16 }],
    ['what', ({ operation }) => operation, { least: 12 }],
    ['mailbox or file', ({ account, objectPath }) => account || objectPath, { least: 16 }],
    ['from', ({ ip }) => ip, { least: 15, drop: 1 }],
    [
      'verdict',
      ({ party, verdict }) => (party === 'ambiguous' ? `${verdict}, ambiguous` : verdict),
      { least: 8 },
    ],
    ['messages', ({ items }) => (items === 0 ? '' : count(items)), { ...RIGHT, drop: 2 }],
  ])
  return `\n${plural(total, 'access', 'accesses')}${more}\n${accesses}`
}

const COLUMNS: readonly string[] = [
  'at party verdict reason strength service operation principal mailbox tenant ip app_id client_app_id client',
  'session_id token_id access_id items object_path',
].flatMap((names) => names.split(' '))

async function* dated(chunks: AsyncIterable<readonly Json[]>): AsyncIterable<readonly Json[]> {
  for await (const rows of chunks)
    yield rows.map((row) => Object.assign({}, row, { at: isoOf(Number(row['at_ms'])) }))
}

async function* timesketch(chunks: AsyncIterable<readonly Json[]>): AsyncIterable<readonly Json[]> {
  for await (const rows of chunks) yield rows.map(timesketchRow)
}

async function summarised(found: cases.Timeline, call: Call): Promise<void> {
  await call.print(found, () => summaryText(found, call.width))
}

function summaryText(found: cases.Timeline, width: number): string {
  const horizon = found.cannotExcludeBefore
  const said = (label: string, text: string) => labelled(label, text, { width, lines: 6 })
  const lines = [
    ...said('first', minute(found.first)),
    ...said('last', minute(found.last)),
    ...said('active', `on ${plural(found.activeDays.length, 'day')}`),
    ...said(
      'blind before',
      horizon === null
        ? 'nothing is selected'
        : `${minute(horizon.at)}: ${safeText(horizon.because, 1000)}`,
    ),
  ]
  return `${lines.join('\n')}\n\n${phaseTable(found, width)}\n${hourTable(found, width)}`
}

const phaseTable = ({ phases }: cases.Timeline, width: number) =>
  listed(phases, width, [
    ['phase from', ({ from }) => minute(from), { least: 20 }],
    ['to', ({ to }) => minute(to), { least: 20, drop: 1 }],
    ['accesses', ({ accesses }) => count(accesses), RIGHT],
    ['what', ({ label }) => label, { least: 20 }],
  ])

function hourTable({ hours }: cases.Timeline, width: number): string {
  const rows = Array.from({ length: 6 }, (_, row) =>
    Array.from({ length: 4 }, (__, column) => row + 6 * column).flatMap((hour) => [
      String(hour).padStart(2, '0'),
      count(hours[hour] ?? 0),
    ]),
  )
  const columns = Array.from({ length: 4 }, () => [
    { title: 'UTC' },
    { title: 'accesses', ...RIGHT },
  ]).flat()
  return table(columns, rows, width)
}
