import { plural, safeText } from '@mintmark/core'
import * as ledger from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { policyOption } from '../../options/policy_option.ts'
import { bytesOfFile, type Handler } from '../../process/call.ts'
import { exitCode } from '../../process/exit_codes.ts'

/** Checks a ledger from outside. Found is a violation. */
export const ledgerAudit: Handler = async (call, location = '') => {
  const remember = call.text('remember')
  const remembered = await ledger.PinnedCheckpoints.open(remember)
  const others = await Promise.all(call.list('seen').map(headsOf))
  const seen = [...remembered.seen, ...others.flat()]
  const reader = await openReader(location)
  const given = await policyOption(call)
  if (given === undefined)
    call.err('mintmark: no --policy: the ledger is checked against the key that it names itself\n')
  const policy = given ?? ledger.logPolicy(reader.description.key)
  const keys = await call.file('frontEnds')
  const frontEnds = keys === undefined ? undefined : ledger.frontEndKeys(keys)
  const report = await ledger.auditLedger(reader, { policy, seen, nowMs: call.now(), frontEnds })
  await call.print(documentOf(report), () => textOf(report), 2)
  const isClean = report.findings.length === 0
  // Heads of a faulty ledger are not stored: the next audit must report the fault again.
  if (isClean) await remembered.pin(report.heads)
  return exitCode({ isFound: !isClean, isWhole: true })
}

async function headsOf(file: string): Promise<readonly ledger.SeenHead[]> {
  const source = (await bytesOfFile(file)).toString('utf8')
  const checkpoint = ledger.parseCheckpoint(source)
  return checkpoint === undefined ? ledger.parseHeads(source) : [checkpoint.head]
}

function documentOf(report: ledger.AuditReport): object {
  const heads = report.heads.map(({ origin, size, root }) => ({
    origin,
    size,
    root: Buffer.from(root).toString('base64'),
  }))
  return { ...report, heads }
}

function textOf(report: ledger.AuditReport): string {
  const { findings, name, shards, entries, issuances, revocations } = report
  const { pruned, compared, unrelated } = report
  const lines = findings.map(
    ({ code, at, message }) => `${code.padEnd(10)}  ${at}: ${safeText(message)}`,
  )
  const inIt = `${plural(entries, 'entry', 'entries')} in ${plural(shards, 'shard')}`
  const tokens = `${plural(issuances, 'token')}, ${plural(revocations, 'revocation')}`
  const gone = pruned.map((path) => `\nentries up to ${path} are pruned, as ledger.json allows`)
  const others =
    unrelated === 0 ? '' : `\n${plural(unrelated, 'head')} of other ledgers: not compared`
  const clean =
    compared === 0
      ? `append-only. No signature shows whether an issuer or a newer shard is left out:
compare it with what others have seen (--seen) or earlier audits (--remember)`
      : `append-only, and has all that was seen (${plural(compared, 'head')})
no signature shows whether something newer is left out`
  const verdict =
    findings.length === 0 ? clean : `${plural(findings.length, 'finding')}: do not rely on it`
  return `${[...lines, `${name}: ${inIt} (${tokens})${gone.join('')}${others}`, verdict].join('\n')}\n`
}
