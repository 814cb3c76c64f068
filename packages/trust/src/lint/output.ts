import {
  type Json,
  plural,
  safeText,
  sarifFingerprint,
  sarifLocation,
  sarifLog,
  sarifPath,
} from '@mintmark/core'
import { countsText, LEVELS, type Level } from '../audit/rules.ts'
import { folded, listedText, ruleText } from '../history/text.ts'
import { suppressedBy } from '../probe/report.ts'
import { isLintWhole, type LintFinding, type LintReport, UNDECIDED } from './lint.ts'
import type { Rule } from './rule.ts'

type Described = typeof UNDECIDED

const described = (rules: readonly Rule[]): readonly Described[] => [...rules, UNDECIDED]

export function lintDocument(report: LintReport, rules: readonly Rule[]): Json {
  const { findings, files, others, skipped, unread, unusedExemptions } = report
  const used = new Set(findings.map(({ rule }) => rule))
  return {
    schema: 'mintmark-trust-lint/1',
    findings: findings.map(findingDocument),
    rules: described(rules)
      .filter(({ id }) => used.has(id))
      .map(({ id, level, title, source, fix }) => ({ id, level, title, source, fix })),
    coverage: { rules: rules.length, files, others, skipped: Object.fromEntries(skipped), unread },
    unusedExemptions: unusedExemptions.map(({ id: rule, file = null, reason, until }) => {
      return { rule, file, reason, until }
    }),
  }
}

const findingDocument = ({ identity, allowed, ...finding }: LintFinding): Json => ({
  ...finding,
  fingerprint: sarifFingerprint(identity),
  allowed: allowed === undefined ? null : { reason: allowed.reason, until: allowed.until },
})

export function lintSarif(report: LintReport, rules: readonly Rule[], exitCode: number): Json {
  const all = described(rules)
  return sarifLog({
    rules: all.map(({ id, level, title, source, fix }) => ({
      id,
      level,
      text: title,
      help: fix,
      full: `${title} Source: ${source}. ${fix}`,
    })),
    results: report.findings.map((finding) => resultOf(finding, all)),
    notifications: report.unread.map(({ file, why }) => ({
      level: 'warning',
      descriptor: { id: 'not-examined' },
      message: { text: safeText(why, 500) },
      locations: [sarifLocation(sarifPath(file))],
    })),
    isSuccessful: isLintWhole(report),
    exitCode,
  })
}

function resultOf(finding: LintFinding, all: readonly Described[]): Json {
  const { rule, level, file, line, identity, undecided, allowed } = finding
  const ruleIndex = all.findIndex(({ id }) => id === rule)
  const { title = '', fix = '' } = all[ruleIndex] ?? {}
  const open = undecided.length === 0 ? '' : ` Not decided: ${undecided.join(', ')}.`
  return {
    ruleId: rule,
    ruleIndex,
    kind: 'fail',
    level,
    message: { text: `${title}${open} ${fix}` },
    locations: [sarifLocation(sarifPath(file), line)],
    partialFingerprints: { 'location/v1': sarifFingerprint(identity) },
    ...suppressedBy(allowed),
  }
}

export function lintText(report: LintReport, rules: readonly Rule[]): string {
  const { files, findings, unread, unusedExemptions } = report
  const open = findings.filter(({ allowed }) => allowed === undefined)
  const spared = findings.length - open.length
  const said = `${countsText(open)}${spared === 0 ? '' : `; ${plural(spared, 'finding')} allowed`}`
  const head = files === 0 ? 'CANNOT TELL: no file was examined' : said
  return [
    folded(head, ''),
    ...LEVELS.map((level) => rulesText(open, level, described(rules))),
    listText(
      'Not examined:',
      unread.map(({ file, why }) => `${file}: ${why}`),
    ),
    listText(
      'Of the allow-list, past its end or without a finding:',
      unusedExemptions.map(({ id, until }) => `${id}, until ${until}`),
    ),
    folded(coverageText(report, rules), ''),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function rulesText(
  open: readonly LintFinding[],
  level: Level,
  rules: readonly Described[],
): string {
  return rules
    .filter((each) => each.level === level && open.some(({ rule }) => rule === each.id))
    .map(({ id, title, source, fix }) => {
      const found = open.filter(({ rule }) => rule === id)
      const help = `Fix: ${fix}${source === 'none' ? '' : ` (${source})`}`
      return ruleText(`${level.toUpperCase()} ${id}`, { title, help }, found, ({ file, line }) =>
        folded(`${safeText(file, 500)}:${line}`),
      )
    })
    .join('\n')
}

const listText = (head: string, lines: readonly string[]) =>
  lines.length === 0 ? '' : `${head}\n${listedText(lines, (each) => folded(each))}`

function coverageText(
  { files, others, skipped, unread }: LintReport,
  rules: readonly Rule[],
): string {
  const names = [...skipped].map(([name, count]) => `${count} ${name}`)
  const left =
    names.length === 0 ? '' : ` Skipped (--all examines all but links): ${names.join(', ')}.`
  return `Coverage: ${plural(files, 'file')} examined with ${plural(rules.length, 'rule')}, ${unread.length} not; ${others} of other kinds.${left}`
}
