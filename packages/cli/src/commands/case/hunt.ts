import {
  type Hunt,
  type HuntResult,
  huntList,
  huntsOutcome,
  judge,
  hunt as runHunts,
} from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { flag, list, textOption, withCase } from '../../options/options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, exitCode, WRONG_USAGE } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { csvLine } from '../../render/rows.ts'
import { count, minute, table } from '../../render/table.ts'

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
    await io.out(flag(options, 'json') ? `${safeJson(hunts.map(summary))}\n` : listed(hunts))
    return DONE
  }
  if (textOption(options, 'case') === undefined) {
    io.err("error: required option '--case <CASE>' not specified\n(see --help)\n")
    return WRONG_USAGE
  }
  return withCase(options, 'read', async (investigated) => {
    await judge(investigated)
    const { session } = investigated
    const progress = new Progress(io)
    const limit = flag(options, 'csv') || flag(options, 'json') ? EXPORTED : SHOWN
    const results = await runHunts(session, {
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
  else await io.out(results.map(described).join('\n'))
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

/** What a hunt is, without its SQL and where it lies. */
function summary({ sql: _sql, file: _file, ...rest }: Hunt): Omit<Hunt, 'sql' | 'file'> {
  return rest
}

function listed(hunts: ReturnType<typeof huntList>): string {
  return table(
    [{ title: 'hunt' }, { title: 'class' }, { title: 'strength' }, { title: 'title' }],
    hunts.map(({ id, class: kind, strength, title }) => [id, kind, strength, title]),
  )
}

function described(result: HuntResult): string {
  const head = `${result.id} (${result.class}, ${result.strength}): ${count(result.hits)} accesses, ${count(result.accounts)} accounts`
  if (result.hits === 0) return `${head}\n`
  const rows = result.rows.map(
    ({ at, mailbox, principal, ip, why }) =>
      `  ${minute(at)}  ${safeText(mailbox || principal, 40)}  ${safeText(ip, 40)}  ${safeText(why, 100)}`,
  )
  return `${head}
  means: ${safeText(result.means, 300)}
  cannot mean: ${safeText(result.cannotMean, 300)}
${rows.join('\n')}\n`
}
