import {
  type Hunt,
  type HuntResult,
  huntList,
  huntOnce,
  huntsOutcome,
  sealAndReconcile,
} from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { flag, list, textOption, withCase } from '../../options/options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, exitCode, WRONG_USAGE } from '../../process/exit_codes.ts'
import { type Io, widthOf } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { csvLine } from '../../render/rows.ts'
import { count, minute, plural, table } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

/** Rows of one hunt that text shows; JSON and CSV have more. */
const SHOWN = 5
const EXPORTED = 100_000
const CSV_COLUMNS = [
  'hunt',
  'class',
  'strength',
  'at',
  'tenant',
  'principal',
  'mailbox',
  'access_id',
  'token_id',
  'session_id',
  'ip',
  'app',
  'why',
] as const

export const hunt: Handler = async (args, options, io) => {
  const selection = { dirs: list(options, 'hunts'), ...(args.length > 0 && { only: args }) }
  if (flag(options, 'list')) {
    const hunts = huntList(selection)
    await io.out(
      flag(options, 'json') ? `${safeJson(hunts.map(summary))}\n` : listed(hunts, widthOf(io)),
    )
    return DONE
  }
  if (textOption(options, 'case') === undefined) {
    io.err("error: required option '--case <CASE>' not specified\n(see --help)\n")
    return WRONG_USAGE
  }
  return withCase(options, 'read', async (investigated) => {
    await sealAndReconcile(investigated)
    const { session } = investigated
    const progress = new Progress(io)
    const limit = flag(options, 'csv') || flag(options, 'json') ? EXPORTED : SHOWN
    const results = await huntOnce(session, {
      ...selection,
      limit,
      onProgress: (done, total, id) => progress.show(id, done, total),
    })
    progress.end()
    await print(results, options, io)
    return exitCode(await huntsOutcome(session, results))
  })
}

async function print(results: readonly HuntResult[], options: Options, io: Io): Promise<void> {
  if (flag(options, 'json')) await io.out(`${safeJson(results)}\n`)
  else if (flag(options, 'csv')) await printCsv(results, io)
  else await io.out(described(results, widthOf(io)))
}

async function printCsv(results: readonly HuntResult[], io: Io): Promise<void> {
  const lines = results.flatMap(({ id, class: kind, strength, rows }) =>
    rows.map((row) =>
      csvLine([
        id,
        kind,
        strength,
        row.at,
        row.tenant,
        row.principal,
        row.mailbox,
        row.recordId,
        row.tokenId,
        row.sessionId,
        row.ip,
        row.app,
        row.why,
      ]),
    ),
  )
  await io.out(`${CSV_COLUMNS.join(',')}\r\n${lines.join('')}`)
}

/** What a hunt is, without its SQL and its place. */
function summary({ sql: _sql, file: _file, ...rest }: Hunt): Omit<Hunt, 'sql' | 'file'> {
  return rest
}

function listed(hunts: ReturnType<typeof huntList>, width: number): string {
  return table(
    [
      { title: 'hunt', least: 24 },
      { title: 'class', least: 8, drop: 1 },
      { title: 'strength', least: 11 },
      { title: 'title', least: 24 },
    ],
    hunts.map(({ id, class: kind, strength, title }) => [id, kind, strength, title]),
    width,
  )
}

/** Hunts with hits one by one, the others in one sentence. */
function described(results: readonly HuntResult[], width: number): string {
  const hit = results.filter(({ hits }) => hits > 0)
  const none = results.filter(({ hits }) => hits === 0).map(({ id }) => id)
  const without = none.length === 0 ? [] : [`Without a hit: ${none.join(', ')}\n`]
  return [...hit.map((result) => ofHunt(result, width)), ...without].join('\n')
}

function ofHunt(result: HuntResult, width: number): string {
  const { id, class: kind, strength, hits, accounts, rows } = result
  const of = [plural(hits, 'access', 'accesses'), plural(accounts, 'account')].join(' by ')
  const said = (label: string, text: string) =>
    labelled(`  ${label}`, safeText(text, 1000), { width, indent: 16, lines: 4 })
  const more = hits - rows.length
  return `${id} (${kind}, ${strength}): ${of}
${[...said('means', result.means), ...said('cannot mean', result.cannotMean)].join('\n')}
${table(
  [
    { title: 'at', least: 20 },
    { title: 'account', least: 34 },
    { title: 'from', least: 15, drop: 1 },
    { title: 'why' },
  ],
  rows.map(({ at, mailbox, principal, ip, why }) => [minute(at), mailbox || principal, ip, why]),
  width,
)}${more > 0 ? `${count(more)} more: --csv\n` : ''}`
}
