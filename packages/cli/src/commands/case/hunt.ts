import type { Hunt, HuntResult } from '@mintmark/case'
import { huntList, huntOnce, huntsOutcome, sealAndReconcile } from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { flag, list, textOption, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { DONE, exitCode, WRONG_USAGE } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { Progress } from '../../process/progress.ts'
import { print } from '../../render/print.ts'
import { csvText } from '../../render/rows.ts'
import { count, listed, minute, plural } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

/** Rows of one hunt that text shows; JSON and CSV have more. */
const SHOWN = 5
const EXPORTED = 100_000
const CSV =
  'hunt class strength at tenant principal mailbox access_id token_id session_id ip app why'.split(
    ' ',
  )

export const hunt: Handler = async (args, options, io) => {
  const selection = { dirs: list(options, 'hunts'), ...(args.length > 0 && { only: args }) }
  if (flag(options, 'list')) {
    const hunts = huntList(selection)
    await print(io, options, hunts.map(summary), () => huntTable(hunts, widthOf(io)))
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
    const text = () => (flag(options, 'csv') ? hitsCsv(results) : described(results, widthOf(io)))
    await print(io, options, results, text)
    return exitCode(await huntsOutcome(session, results))
  })
}

function hitsCsv(results: readonly HuntResult[]): string {
  const rows = results.flatMap((result) =>
    result.rows.map(({ recordId, tokenId, sessionId, ...row }) => ({
      hunt: result.id,
      class: result.class,
      strength: result.strength,
      access_id: recordId,
      token_id: tokenId,
      session_id: sessionId,
      ...row,
    })),
  )
  return csvText(CSV, rows)
}

/** What a hunt is, without its SQL and its file. */
const summary = ({ sql: _sql, file: _file, ...rest }: Hunt): Omit<Hunt, 'sql' | 'file'> => rest

const huntTable = (hunts: readonly Hunt[], width: number) =>
  listed(hunts, width, [
    ['hunt', ({ id }) => id, { least: 24 }],
    ['class', ({ class: kind }) => kind, { least: 8, drop: 1 }],
    ['strength', ({ strength }) => strength, { least: 11 }],
    ['title', ({ title }) => title, { least: 24 }],
  ])

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
  const hitTable = listed(rows, width, [
    ['at', ({ at }) => minute(at), { least: 20 }],
    ['account', ({ mailbox, principal }) => mailbox || principal, { least: 34 }],
    ['from', ({ ip }) => ip, { least: 15, drop: 1 }],
    ['why', ({ why }) => why],
  ])
  return `${id} (${kind}, ${strength}): ${of}
${[...said('means', result.means), ...said('cannot mean', result.cannotMean)].join('\n')}
${hitTable}${more > 0 ? `${count(more)} more: --csv\n` : ''}`
}
