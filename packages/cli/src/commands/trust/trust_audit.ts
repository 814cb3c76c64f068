import { plural, safeJson } from '@mintmark/core'
import {
  type AuditAnswer,
  auditDocument,
  auditKeys,
  auditSarif,
  auditText,
  findPinned,
  historiesOf,
  isFound,
  isUrl,
  isWhole,
  looksAt,
  PROFILES,
  parseSource,
  readBlocklist,
  readReceipts,
  seriesOf,
  standardRows,
} from '@mintmark/trust'
import { bytesOfFile, fileOption } from '../../options/files.ts'
import { flag, invalid, textOption } from '../../options/option_values.ts'
import { originsOption } from '../../options/trust_options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { type ExitCode, exitCode } from '../../process/exit_codes.ts'

/** Audits the keys that sources list now, and those that a record saw listed. Exit code 1: an error or a warning. */
export const trustAudit: Handler = async (operands, options, io) => {
  const nowMs = io.now()
  const blocklist = await blocklistOption(options)
  const profile = PROFILES[textOption(options, 'profile') ?? '']
  const sources = operands.map(parseSource)
  const origins = originsOption(options)
  const looks = await looksAt(sources, {
    now: io.now,
    origins,
    ca: await fileOption(options, 'ca'),
  })
  const series = await seriesOf(looks)
  const read = await auditKeys(series, { nowMs, profile, blocklist })
  const tree = textOption(options, 'sourceTree')
  const own = sources.map(({ location }) => location).filter((each) => !isUrl(each))
  const { lifetimes, unread } = await lifetimesOption(options)
  const audit = { ...read, unjudged: [...looks.problems, ...read.unjudged, ...unread] }
  const histories = historiesOf(series)
  // A pinned key that is no longer listed costs most.
  const ever = [...new Map(histories.map(({ thumbprint, key }) => [thumbprint, key])).values()]
  const evidence = { audit, histories, lifetimes, profile, nowMs }
  const answer = {
    audit,
    pinned: tree === undefined ? undefined : await findPinned(tree, ever, own),
    lifetimes,
    rows: standardRows(evidence),
    blocklistEntries: blocklist?.entries,
  }
  const code = exitCode({ isFound: isFound(answer), isWhole: isWhole(answer) })
  await io.out(written(answer, code, options), code)
  return code
}

function written(answer: AuditAnswer, code: ExitCode, options: Options): string {
  if (flag(options, 'sarif')) return `${safeJson(auditSarif(answer, code), 2)}\n`
  return flag(options, 'json') ? `${safeJson(auditDocument(answer), 2)}\n` : auditText(answer)
}

async function blocklistOption(options: Options) {
  const file = textOption(options, 'blocklist')
  return file === undefined ? undefined : readBlocklist(await bytesOfFile(file))
}

/** Loaded only where a ledger is named: reading one loads its database, too. */
async function lifetimesOption(options: Options) {
  const ledger = textOption(options, 'ledger')
  const file = textOption(options, 'receipts')
  if (ledger === undefined && file !== undefined)
    throw invalid('receipts', '--receipts needs the ledger of these tokens: add --ledger LEDGER')
  if (ledger === undefined) return { lifetimes: undefined, unread: [] }
  const { openReader } = await import('@mintmark/ledger/http')
  const { lifetimesIn } = await import('@mintmark/trust/lifetimes')
  const receipts = file === undefined ? undefined : await readReceipts(file)
  const lines = receipts?.unread ?? 0
  return {
    lifetimes: await lifetimesIn(await openReader(ledger), receipts),
    unread: lines === 0 ? [] : [`${plural(lines, 'line')} of the receipts`],
  }
}
