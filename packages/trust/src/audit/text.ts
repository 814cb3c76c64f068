/** An audit as text of at most 80 columns. @module */
import { plural, safeText } from '@mintmark/core'
import { folded, listedText } from '../history/text.ts'
import type { AuditAnswer } from './answer.ts'
import type { TokenLifetimes } from './lifetimes.ts'
import { type AuditFinding, countsText, LEVELS, ruleOf } from './rules.ts'
import { boundShare, type StandardRow } from './standards.ts'

export function auditText({
  audit,
  pinned,
  lifetimes,
  rows,
  blocklistEntries,
}: AuditAnswer): string {
  const all = [...audit.findings, ...(pinned?.findings ?? [])]
  const head = `${plural(audit.keys.length, 'key')} in ${plural(audit.documents, 'document')}: ${countsText(all)}`
  return [
    folded(head, ''),
    ...LEVELS.map((level) => rulesText(all.filter((each) => each.level === level))),
    looked(pinned, blocklistEntries),
    audit.unjudged.length === 0
      ? ''
      : `Not judged:\n${audit.unjudged.map((each) => folded(each)).join('')}`,
    lifetimes === undefined ? '' : tokensText(lifetimes),
    rowsText(rows),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function rulesText(findings: readonly AuditFinding[]): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  return rules
    .map((id) => {
      const found = findings.filter(({ rule }) => rule === id)
      return [
        folded(`${found[0]?.level.toUpperCase() ?? ''} ${id}: ${ruleOf(id).title}`, ''),
        listedText(found, findingText),
        folded(ruleOf(id).help),
      ].join('')
    })
    .join('\n')
}

function findingText({ kid, thumbprint, document, place, message }: AuditFinding): string {
  const name = kid ?? thumbprint
  const where =
    place === undefined
      ? document
      : `${place.file}${place.line === undefined ? '' : `:${place.line}`}`
  const whose = name === undefined ? '' : `${safeText(name, 60)}: `
  return folded(`- ${whose}${message}`, '  ', { hanging: '    ' }) + folded(`in ${where}`, '    ')
}

function looked(pinned: AuditAnswer['pinned'], blocklistEntries: number | undefined): string {
  const lines =
    blocklistEntries === undefined
      ? folded('No blocklist was given: --blocklist FILE')
      : folded(`Blocklist of ${plural(blocklistEntries, 'key')}`)
  if (pinned === undefined)
    return `Looked for:\n${lines}${folded('Pinned keys: not looked for, --source-tree DIR')}`
  const skipped = [...pinned.skipped].map(([why, n]) => `${n} ${why}`)
  const tree = folded(
    `Pinned keys in ${plural(pinned.files, 'file')}; skipped: ${skipped.join(', ') || 'none'}`,
  )
  const kids =
    pinned.kidsLeftOut.length === 0
      ? ''
      : folded(
          `Too short or plain to look for: kid ${pinned.kidsLeftOut
            .slice(0, 5)
            .map((kid) => safeText(kid, 20))
            .join(', ')}`,
        )
  return `Looked for:\n${lines}${tree}${kids}`
}

function tokensText({ tokens, p50, p99, longest, isPruned, shown }: TokenLifetimes): string {
  const pruned = isPruned ? ', without pruned entries' : ''
  const lines = [
    `${tokens} issued, by the ledger${pruned}: p50 ${p50} s, p99 ${p99} s, longest ${longest} s`,
  ]
  if (shown === undefined) lines.push('Claims: not looked at, --receipts FILE of a guard')
  else {
    const missing = [...shown.missing].map(([claim, n]) => `${claim} ${n}`).join(', ')
    lines.push(`${shown.tokens} of ${tokens} shown, by receipts that name their claims`)
    if (shown.tokens > 0) lines.push(boundShare(shown), `Without: ${missing || 'none'}`)
    if (shown.silentReceipts > 0)
      lines.push(`${plural(shown.silentReceipts, 'receipt')} without claims: an earlier guard's`)
    if (shown.unrecorded > 0)
      lines.push(`${plural(shown.unrecorded, 'token')} shown that the ledger does not record`)
  }
  return `Tokens:\n${lines.map((line) => folded(line)).join('')}`
}

function rowsText(rows: readonly StandardRow[]): string {
  return rows
    .map(
      ({ standard, section, text, state, because }) =>
        folded(
          `${state.toUpperCase().padEnd(11)}  ${standard}${section === '' ? '' : ` ${section}`}`,
          '',
        ) +
        folded(text, '             ') +
        folded(because, '             '),
    )
    .join('')
}
