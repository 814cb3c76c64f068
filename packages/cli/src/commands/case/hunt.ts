import * as cases from '@mintmark/case'
import { safeText } from '@mintmark/core'
import { withCase } from '../../options/options.ts'
import type { Handler } from '../../process/call.ts'
import { DONE, exitCode } from '../../process/exit_codes.ts'
import { csvText } from '../../render/rows.ts'
import { count, listed, minute, plural } from '../../render/table.ts'
import { labelled } from '../../render/wrapped.ts'

const SHOWN = 5
const EXPORTED = 100_000
const CSV =
  'hunt class strength at tenant principal mailbox access_id token_id session_id ip app why'.split(
    ' ',
  )

export const hunt: Handler = async (call, ...args) => {
  const selection = { dirs: call.list('hunts'), ...(args.length > 0 && { only: args }) }
  if (call.flag('list')) {
    const hunts = cases.huntList(selection)
    await call.print(hunts.map(summary), () => huntTable(hunts, call.width))
    return DONE
  }
  if (call.text('case') === undefined) return call.missing('case <CASE>')
  return withCase(call, 'read', async (investigated) => {
    await cases.sealAndReconcile(investigated)
    const { session } = investigated
    const limit = call.flag('csv') || call.isJson ? EXPORTED : SHOWN
    const results = await call.progress((progress) =>
      cases.huntOnce(session, {
        ...selection,
        limit,
        onProgress: (done, total, id) => progress.show(id, done, total),
      }),
    )
    const text = () => (call.flag('csv') ? hitsCsv(results) : described(results, call.width))
    await call.print(results, text)
    return exitCode(await cases.huntsOutcome(session, results))
  })
}

function hitsCsv(results: readonly cases.HuntResult[]): string {
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

const summary = ({
  sql: _sql,
  file: _file,
  ...rest
}: cases.Hunt): Omit<cases.Hunt, 'sql' | 'file'> => rest

const huntTable = (hunts: readonly cases.Hunt[], width: number) =>
  listed(hunts, width, [
    ['hunt', ({ id }) => id, { least: 24 }],
    ['class', ({ class: kind }) => kind, { least: 8, drop: 1 }],
    ['strength', ({ strength }) => strength, { least: 11 }],
    ['title', ({ title }) => title, { least: 24 }],
  ])

function described(results: readonly cases.HuntResult[], width: number): string {
  const hit = results.filter(({ hits }) => hits > 0)
  const none = results.filter(({ hits }) => hits === 0).map(({ id }) => id)
  const without = none.length === 0 ? [] : [`Without a hit: ${none.join(', ')}\n`]
  return [...hit.map((result) => ofHunt(result, width)), ...without].join('\n')
}

function ofHunt(result: cases.HuntResult, width: number): string {
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
