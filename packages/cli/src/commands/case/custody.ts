import * as cases from '@mintmark/case'
import { type Json, safeText } from '@mintmark/core'
import { withCase } from '../../options/options.ts'
import type { Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { csvText } from '../../render/rows.ts'
import { listed, minute, plural } from '../../render/table.ts'
import { shortened } from '../../render/wrapped.ts'

const CSV = 'artefact path at principal operation ip client token_id verdict reason hunts'.split(
  ' ',
)

export const custodyOf: Handler = (call, ...args) =>
  withCase(call, 'read', async (investigated) => {
    await cases.prepare(investigated)
    const { session } = investigated
    const found = await cases.custody(session, args[0] === undefined ? {} : { artefact: args[0] })
    const text = () => (call.flag('csv') ? custodyCsv(found) : described(found, call.width))
    await call.print(found, text)
    const asked = { found: found.length, isNamed: args[0] !== undefined }
    return exitCode(await cases.custodyOutcome(session, asked))
  })

const custodyCsv = (artefacts: readonly cases.Custody[]): string =>
  csvText(CSV, artefacts.flatMap(({ rows }) => rows).map(csvRow))

const csvRow = ({ tokenId, hunts, ...row }: cases.Custody['rows'][number]): Json => ({
  ...row,
  token_id: tokenId,
  hunts: hunts.join(' '),
})

function described(artefacts: readonly cases.Custody[], width: number): string {
  if (artefacts.length === 0)
    return 'No log records access to such a file. That is no proof that nobody accessed it.\n'
  return artefacts
    .map(
      ({ artefact, path, accesses, principals, keys, rows }) =>
        `${safeText(artefact)}  ${shortened(safeText(path, 1000), 40, 'end')}
${plural(accesses, 'access', 'accesses')} by ${plural(principals, 'principal')}
${keys.map(keyText).join('')}${accessTable(rows, width)}`,
    )
    .join('\n')
}

const accessTable = (rows: cases.Custody['rows'], width: number) =>
  listed(rows, width, [
    ['at', ({ at }) => minute(at), { least: 20 }],
    ['principal', ({ principal }) => principal],
    ['operation', ({ operation }) => operation, { least: 14, drop: 3 }],
    ['from', ({ ip }) => ip, { least: 15, drop: 2 }],
    ['verdict', ({ verdict, reason }) => `${verdict} (${reason})`, { least: 20 }],
    ['hunts', ({ hunts }) => hunts.join(' '), { least: 10, drop: 4 }],
  ])

function keyText({ spkiSha256, kid }: cases.Custody['keys'][number]): string {
  const name = kid === null ? '' : `kid ${safeText(kid, 60)}\n`
  return `a dump of this name or hash has a private key:\n${name}SPKI SHA-256 ${spkiSha256}\n`
}
