import { type Custody, custody, custodyOutcome, prepare } from '@mintmark/case'
import { safeJson, safeText } from '@mintmark/core'
import { flag, withCase } from '../../options/options.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'
import { widthOf } from '../../process/io.ts'
import { csvLine } from '../../render/rows.ts'
import { minute, plural, table } from '../../render/table.ts'
import { shortened } from '../../render/wrapped.ts'

const CSV_COLUMNS = [
  'artefact',
  'path',
  'at',
  'principal',
  'operation',
  'ip',
  'client',
  'token_id',
  'verdict',
  'reason',
  'hunts',
] as const

export const custodyOf: Handler = (args, options, io) =>
  withCase(options, 'read', async (investigated) => {
    await prepare(investigated)
    const { session } = investigated
    const found = await custody(session, args[0] === undefined ? {} : { artefact: args[0] })
    if (flag(options, 'json')) await io.out(`${safeJson(found)}\n`)
    else await io.out(flag(options, 'csv') ? custodyCsv(found) : described(found, widthOf(io)))
    const asked = { found: found.length, isNamed: args[0] !== undefined }
    return exitCode(await custodyOutcome(session, asked))
  })

function custodyCsv(artefacts: readonly Custody[]): string {
  const lines = artefacts.flatMap(({ rows }) =>
    rows.map((row) =>
      csvLine([
        row.artefact,
        row.path,
        row.at,
        row.principal,
        row.operation,
        row.ip,
        row.client,
        row.tokenId,
        row.verdict,
        row.reason,
        row.hunts.join(' '),
      ]),
    ),
  )
  return `${CSV_COLUMNS.join(',')}\r\n${lines.join('')}`
}

function described(artefacts: readonly Custody[], width: number): string {
  if (artefacts.length === 0)
    return 'No log records access to such a file. That is no proof that nobody accessed it.\n'
  return artefacts
    .map(
      ({ artefact, path, accesses, principals, keys, rows }) =>
        `${safeText(artefact)}  ${shortened(safeText(path, 1000), 40, 'end')}
${plural(accesses, 'access', 'accesses')} by ${plural(principals, 'principal')}
${keys.map(held).join('')}${table(
  [
    { title: 'at', least: 20 },
    { title: 'principal' },
    { title: 'operation', least: 14, drop: 3 },
    { title: 'from', least: 15, drop: 2 },
    { title: 'verdict', least: 20 },
    { title: 'hunts', least: 10, drop: 4 },
  ],
  rows.map((row) => [
    minute(row.at),
    row.principal,
    row.operation,
    row.ip,
    `${row.verdict} (${row.reason})`,
    row.hunts.join(' '),
  ]),
  width,
)}`,
    )
    .join('\n')
}

function held({ spkiSha256, kid }: Custody['keys'][number]): string {
  const name = kid === null ? '' : `kid ${safeText(kid, 60)}\n`
  return `a dump of this name or hash holds a private key:\n${name}SPKI SHA-256 ${spkiSha256}\n`
}
