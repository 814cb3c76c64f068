import { type ExportCount, exportLines, parseOpenings } from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { fileOption } from '../../options/files.ts'
import { invalid, list } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { DONE, NOT_ANSWERED } from '../../process/exit_codes.ts'

const LINES_AT_ONCE = 512

/** Prints a ledger as `mintmark-issuance/1`, for `mintmark investigate`. */
export const ledgerExport: Handler = async ([location = ''], options, io) => {
  const reader = await openReader(location)
  const tenants = tenantsOf(list(options, 'tenant'), new Set(reader.description.issuers.keys()))
  const source = await fileOption(options, 'openings')
  const openings = source === undefined ? new Map() : parseOpenings(source)
  const count: ExportCount = { issuances: 0, opened: 0, refused: 0, pruned: 0 }
  let lines: string[] = []
  for await (const line of exportLines(reader, { tenants, openings }, count)) {
    lines.push(line)
    if (lines.length < LINES_AT_ONCE) continue
    await io.out(lines.join(''))
    lines = []
  }
  await io.out(lines.join(''))
  if (tenants.size === 0 && count.opened < count.issuances)
    io.err('mintmark: no --tenant: accesses that name a tenant will match no issuance\n')
  if (count.pruned > 0) io.err(`mintmark: entries of ${count.pruned} or more shards are pruned\n`)
  if (count.refused === 0) return DONE
  io.err(`mintmark: ${count.refused} openings do not match their tokens, and were not used\n`)
  // The issuances are written, but without what these openings should have added.
  return NOT_ANSWERED
}

/** `TENANT` for all issuers, or `ALIAS=TENANT` for one. */
function tenantsOf(rows: readonly string[], aliases: ReadonlySet<string>): Map<string, string> {
  const tenants = new Map<string, string>()
  for (const row of rows) {
    const at = row.indexOf('=')
    const alias = at === -1 ? '' : row.slice(0, at)
    if ((alias !== '' && !aliases.has(alias)) || tenants.has(alias))
      throw invalid('tenant', '--tenant takes TENANT, or ALIAS=TENANT once for each')
    tenants.set(alias, row.slice(at + 1))
  }
  return tenants
}
