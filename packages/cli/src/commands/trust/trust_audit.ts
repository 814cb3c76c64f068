import { plural } from '@mintmark/core'
import * as trust from '@mintmark/trust'
import { originsOption } from '../../options/trust_options.ts'
import { bytesOfFile, type Call, type Handler, invalid } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'

/** Audits the keys that sources list now, and those that a record saw listed. Exit code 1: an error or a warning. */
export const trustAudit: Handler = async (call, ...operands) => {
  const nowMs = call.now()
  const blocklist = await blocklistOption(call)
  const profile = trust.PROFILES[call.text('profile') ?? '']
  const sources = operands.map(trust.parseSource)
  const origins = originsOption(call)
  const observations = await trust.observationsOf(sources, {
    now: call.now,
    origins,
    ca: await call.file('ca'),
  })
  const series = await trust.seriesOf(observations)
  const read = trust.auditKeys(series, { nowMs, profile, blocklist })
  const tree = call.text('sourceTree')
  const own = sources.map(({ location }) => location).filter((each) => !trust.isUrl(each))
  const { lifetimes, unread } = await lifetimesOption(call)
  const audit = { ...read, unjudged: [...observations.problems, ...read.unjudged, ...unread] }
  const histories = trust.historiesOf(series)
  // A pinned key that is no longer listed costs most.
  const ever = [...new Map(histories.map(({ thumbprint, key }) => [thumbprint, key])).values()]
  const evidence = { audit, histories, lifetimes, profile, nowMs }
  const answer = {
    audit,
    pinned: tree === undefined ? undefined : await trust.findPinned(tree, ever, own),
    lifetimes,
    rows: trust.standardRows(evidence),
    blocklistEntries: blocklist?.entries,
  }
  const code = exitCode({ isFound: trust.isFound(answer), isWhole: trust.isWhole(answer) })
  return await call.end(code, {
    sarif: () => trust.auditSarif(answer, code),
    json: () => trust.auditDocument(answer),
    text: () => trust.auditText(answer),
  })
}

async function blocklistOption(call: Call) {
  const file = call.text('blocklist')
  return file === undefined ? undefined : trust.readBlocklist(await bytesOfFile(file))
}

/** Loaded only where a ledger is named: reading one loads its database, too. */
async function lifetimesOption(call: Call) {
  const ledger = call.text('ledger')
  const file = call.text('receipts')
  if (ledger === undefined && file !== undefined)
    throw invalid('receipts', '--receipts needs the ledger of these tokens: add --ledger LEDGER')
  if (ledger === undefined) return { lifetimes: undefined, unread: [] }
  const { openReader } = await import('@mintmark/ledger/http')
  const { lifetimesIn } = await import('@mintmark/trust/lifetimes')
  const receipts = file === undefined ? undefined : await trust.readReceipts(file)
  const lines = receipts?.unread ?? 0
  return {
    lifetimes: await lifetimesIn(await openReader(ledger), receipts),
    unread: lines === 0 ? [] : [`${plural(lines, 'line')} of the receipts`],
  }
}
