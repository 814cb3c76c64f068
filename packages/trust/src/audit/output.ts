/** An audit's answer, and its outputs: text of at most 80 columns, JSON and SARIF 2.1.0. */
import {
  type Json,
  plural,
  safeText,
  sarifFingerprint,
  sarifLocation,
  sarifLog,
  sarifPath,
} from '@mintmark/core'
import { folded, ruleText } from '../history/text.ts'
import type { KeyAudit } from './audit.ts'
import type { TokenLifetimes } from './lifetimes.ts'
import type { PinnedSearch } from './pinned.ts'
import { type AuditFinding, countsText, LEVELS, RULES, ruleOf } from './rules.ts'
import { boundShare, type StandardRow } from './standards.ts'

export interface AuditAnswer {
  readonly audit: KeyAudit
  readonly pinned: PinnedSearch | undefined
  readonly lifetimes: TokenLifetimes | undefined
  readonly rows: readonly StandardRow[]
  readonly blocklistEntries: number | undefined
}

export const findingsOf = ({ audit, pinned }: AuditAnswer): readonly AuditFinding[] => [
  ...audit.findings,
  ...(pinned?.findings ?? []),
]

export const isFound = (answer: AuditAnswer): boolean =>
  findingsOf(answer).some(({ level }) => level !== 'note')

/** Rows of standards that no key set can decide do not count: they say so each time. */
export const isWhole = ({ audit, pinned }: AuditAnswer): boolean =>
  audit.unjudged.length === 0 && audit.keys.length > 0 && (pinned?.skipped.size ?? 0) === 0

export function auditDocument(answer: AuditAnswer): object {
  const { audit, pinned, lifetimes, rows, blocklistEntries } = answer
  return {
    schema: 'mintmark-key-audit/1',
    keys: audit.keys.length,
    documents: audit.documents,
    findings: findingsOf(answer),
    unjudged: audit.unjudged,
    blocklistEntries: blocklistEntries ?? null,
    sourceTree: pinned === undefined ? null : treeDocument(pinned),
    tokens: lifetimes === undefined ? null : tokensDocument(lifetimes),
    standards: rows,
  }
}

const treeDocument = ({ files, skipped, kidsLeftOut }: PinnedSearch) => {
  return { files, skipped: Object.fromEntries(skipped), kidsLeftOut }
}

function tokensDocument({ tokens, p50, p99, longest, isPruned, shown }: TokenLifetimes): object {
  return {
    issued: tokens,
    lifetimeSeconds: { p50, p99, longest },
    isPruned,
    shown: shown === undefined ? null : { ...shown, missing: Object.fromEntries(shown.missing) },
  }
}

export function auditSarif(answer: AuditAnswer, exitCode: number): Json {
  return sarifLog({
    rules: RULES.map(({ title, ...rule }) => ({ ...rule, text: title })),
    results: findingsOf(answer).map(resultOf),
    notifications: answer.audit.unjudged.map((why) => ({
      level: 'warning',
      descriptor: { id: 'not-judged' },
      message: { text: safeText(why, 500) },
    })),
    isSuccessful: isWhole(answer),
    exitCode,
  })
}

function resultOf({
  rule,
  level,
  document,
  thumbprint,
  kid,
  message,
  location,
}: AuditFinding): Json {
  const file = location?.file ?? document
  const what = location === undefined ? '' : message
  const key = kid ?? thumbprint
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ id }) => id === rule),
    kind: 'fail',
    level,
    message: { text: safeText(key === undefined ? message : `${key}: ${message}`, 1000) },
    locations: [sarifLocation(uriOf(file), location?.line)],
    partialFingerprints: { 'finding/v1': sarifFingerprint(rule, thumbprint ?? '', file, what) },
    properties: { thumbprint, kid: kid === undefined ? undefined : safeText(kid, 200) },
  }
}

const uriOf = (location: string): string =>
  /^https?:/.test(location)
    ? encodeURI(location)
    : sarifPath(location.replace(/^(?:file|git):/, ''))

export function auditText(answer: AuditAnswer): string {
  const { audit, pinned, lifetimes, rows, blocklistEntries } = answer
  const all = findingsOf(answer)
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

const rulesText = (findings: readonly AuditFinding[]): string =>
  [...Map.groupBy(findings, ({ rule }) => rule)]
    .map(([id, found]) => {
      const level = found[0]?.level.toUpperCase() ?? ''
      return ruleText(`${level} ${id}`, ruleOf(id), found, findingText)
    })
    .join('\n')

function findingText({ kid, thumbprint, document, location, message }: AuditFinding): string {
  const name = kid ?? thumbprint
  const { file = document, line } = location ?? {}
  const where = line === undefined ? file : `${file}:${line}`
  const whose = name === undefined ? '' : `${safeText(name, 60)}: `
  return folded(`- ${whose}${message}`, '  ', { hanging: '    ' }) + folded(`in ${where}`, '    ')
}

function looked(pinned: AuditAnswer['pinned'], blocklistEntries: number | undefined): string {
  const lines = [
    blocklistEntries === undefined
      ? 'No blocklist was given: --blocklist FILE'
      : `Blocklist of ${plural(blocklistEntries, 'key')}`,
  ]
  if (pinned === undefined) lines.push('Pinned keys: not looked for, --source-tree DIR')
  else {
    const skipped = [...pinned.skipped].map(([why, n]) => `${n} ${why}`).join(', ')
    const kids = pinned.kidsLeftOut.slice(0, 5).map((kid) => safeText(kid, 20))
    lines.push(`Pinned keys in ${plural(pinned.files, 'file')}; skipped: ${skipped || 'none'}`)
    if (kids.length > 0) lines.push(`Too short or plain to look for: kid ${kids.join(', ')}`)
  }
  return `Looked for:\n${lines.map((line) => folded(line)).join('')}`
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

const rowsText = (rows: readonly StandardRow[]): string =>
  rows
    .flatMap(({ standard, section, text, state, because }) => [
      folded(`${state.toUpperCase().padEnd(11)}  ${`${standard} ${section}`.trimEnd()}`, ''),
      folded(text, ' '.repeat(13)),
      folded(because, ' '.repeat(13)),
    ])
    .join('')
