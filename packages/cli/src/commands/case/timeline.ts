import {
  prepare,
  type Selection,
  type Session,
  selectionOutcome,
  type Timeline,
  timeline,
  timelineRows,
} from '@mintmark/case'
import { isoOf, type Json, safeJson, safeText } from '@mintmark/core'
import { timesketchRow } from '@mintmark/report'
import { flag, selectionOption, withCase } from '../../options/options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { writeRows } from '../../render/rows.ts'
import { count, minute, plural, table } from '../../render/table.ts'

export const timelineOf: Handler = async (_args, options, io) => {
  const selection = await selectionOption(options, io)
  return withCase(options, 'read', async (investigated) => {
    await prepare(investigated)
    const { session } = investigated
    const accesses = await printed(session, selection, options, io)
    return exitCode(await selectionOutcome(session, selection, accesses))
  })
}

/** @returns how many accesses there are; of a summary, whether there is one */
async function printed(
  session: Session,
  selection: Selection,
  options: Options,
  io: Io,
): Promise<number> {
  if (flag(options, 'csv'))
    return writeRows(io, dated(timelineRows(session, selection)), 'csv', COLUMNS)
  if (flag(options, 'timesketch'))
    return writeRows(io, timesketch(timelineRows(session, selection)), 'jsonl')
  const found = await timeline(session, selection)
  await print(found, flag(options, 'json'), io)
  return found.first === null ? 0 : 1
}

/** Of `--csv`: one row a selected access, its time in UTC. */
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

async function print(found: Timeline, asJson: boolean, io: Io): Promise<void> {
  if (asJson) {
    await io.out(`${safeJson(found)}\n`)
    return
  }
  const hours = found.hours.map((accesses, hour) => [
    String(hour).padStart(2, '0'),
    count(accesses),
  ])
  const horizon = found.cannotExcludeBefore
  await io.out(`first  ${minute(found.first)}
last   ${minute(found.last)}
active on ${plural(found.activeDays.length, 'day')}
${horizon === null ? 'nothing is selected' : `cannot exclude anything before ${minute(horizon.at)}: ${safeText(horizon.because)}`}

${table(
  [
    { title: 'phase from' },
    { title: 'to' },
    { title: 'accesses', align: 'right' },
    { title: 'what' },
  ],
  found.phases.map(({ from, to, accesses, label }) => [
    minute(from),
    minute(to),
    count(accesses),
    label,
  ]),
)}
${table([{ title: 'hour UTC' }, { title: 'accesses', align: 'right' }], hours)}`)
}
