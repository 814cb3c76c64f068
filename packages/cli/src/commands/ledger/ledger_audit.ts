import { errnoOf, MintmarkError, safeJson, safeText } from '@mintmark/core'
import {
  type AuditReport,
  auditLedger,
  frontEndKeys,
  PinnedCheckpoints,
  parseCheckpoint,
  parseHeads,
  type SeenHead,
} from '@mintmark/ledger'
import { openReader } from '@mintmark/ledger/http'
import { policyFor, textOfFile } from '../../options/ledger_files.ts'
import { flag, list, textOption } from '../../options/option_values.ts'
import type { Handler } from '../../process/command.ts'
import { exitCode } from '../../process/exit_codes.ts'

/** Walks a ledger from outside. Found is what does not hold. */
export const ledgerAudit: Handler = async ([place = ''], options, io) => {
  const remember = textOption(options, 'remember')
  const remembered = await PinnedCheckpoints.open(remember)
  const given = await Promise.all(list(options, 'seen').map(headsOf))
  const seen = [...remembered.seen, ...given.flat()]
  const reader = await openReader(place)
  const policy = await policyFor(reader, options, io)
  const keys = textOption(options, 'frontEnds')
  const frontEnds = keys === undefined ? undefined : frontEndKeys(await textOfFile(keys))
  const report = await auditLedger(reader, { policy, seen, nowMs: io.now(), frontEnds })
  await io.out(flag(options, 'json') ? `${safeJson(documentOf(report), 2)}\n` : textOf(report))
  const isClean = report.findings.length === 0
  // What is not as it should be is not remembered: the next audit must say it again.
  if (isClean) await remembered.pin(report.heads).catch(unwritable)
  return exitCode({ isFound: !isClean, isWhole: true })
}

/** Heads as lines of JSON, or one checkpoint as it is served. */
async function headsOf(file: string): Promise<readonly SeenHead[]> {
  const source = await textOfFile(file)
  const checkpoint = parseCheckpoint(source)
  return checkpoint === undefined ? parseHeads(source) : [checkpoint.head]
}

function unwritable(cause: unknown): never {
  const errno = errnoOf(cause)
  const message = `the file of --remember cannot be written: ${errno}`
  throw new MintmarkError('OUTPUT_UNWRITABLE', message, { errno }, { cause })
}

function documentOf(report: AuditReport): object {
  const heads = report.heads.map(({ origin, size, root }) => ({
    origin,
    size,
    root: Buffer.from(root).toString('base64'),
  }))
  return { ...report, heads }
}

const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`

function textOf(report: AuditReport): string {
  const { findings, name, shards, entries, issuances, revocations, pruned } = report
  const lines = findings.map(
    ({ code, at, message }) => `${code.padEnd(10)}  ${at}: ${safeText(message)}`,
  )
  const inIt = `${count(entries, 'entry', 'entries')} in ${count(shards, 'shard')}`
  const tokens = `${count(issuances, 'token')}, ${count(revocations, 'revocation')}`
  const gone = pruned.length === 0 ? '' : `\nentries up to ${pruned.join(', ')} are pruned`
  const verdict =
    findings.length === 0
      ? 'append-only, complete, and consistent with what was seen'
      : `${count(findings.length, 'finding')}: do not rely on it`
  return `${[...lines, `${name}: ${inIt} (${tokens})${gone}`, verdict].join('\n')}\n`
}
