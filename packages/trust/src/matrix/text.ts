/** The report of a probe for people: text for a terminal of 80 columns, and Markdown for a ticket. @module */
import { safeText } from '@mintmark/core'
import { folded } from '../history/text.ts'
import {
  type Distrust,
  judged,
  type ProbeReport,
  type Summary,
  summaryOf,
  type VectorResult,
} from '../probe/report.ts'
import { FAMILIES, type Settings } from '../vectors/catalogue.ts'

const MOST_LETTERS = 2000

/** Default cache lifetimes of keys, seconds. Sources: the libraries' documentation, November 2026. */
const DOCUMENTED_CACHES =
  'jose and express-oauth2-jwt-bearer 600 (cacheMaxAge), jwks-rsa 600 a kid, ' +
  '@okta/jwt-verifier 3600 (cacheMaxAge), get-jwks 60 (ttl), aws-jwt-verify no end, ' +
  'oauth4webapi 300, PyJWKClient 300 (lifespan), Microsoft.IdentityModel 43200 (AutomaticRefreshInterval)'
const COLUMNS = ['refused', 'accepted', 'late', 'cannotTell'] as const

export function probeText(report: ProbeReport): string {
  const { vectors, distrust, unusedAllowances } = report
  const notRefused = vectors.filter(({ outcome }) => outcome !== 'refused')
  const isAnswered = report.controls.every(({ expected, outcome }) => expected === outcome)
  const parts = [
    wrapped(verdictOf(report)),
    matrix(report),
    ...(isAnswered ? described(notRefused) : []),
    ...distrust.map((each) => wrapped(timeOf(each))),
    ...(distrust.length > 0 ? [wrapped(`documented caches, s: ${DOCUMENTED_CACHES}`)] : []),
    ...unusedAllowances.map(({ id, until }) =>
      wrapped(`allow-list: ${id} until ${until} counts for nothing now`),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

function timeOf({ endpoint, outcome, seconds, keysAge, seen }: Distrust): string {
  const after = seconds === null ? '' : ` after ${seconds} s`
  const total = Math.round(((seconds ?? 0) + (keysAge ?? 0)) * 10) / 10
  const since = keysAge === null ? '' : `, ${total} s after the keys were fetched`
  return `time to distrust, key endpoint ${endpoint}: ${outcome}${after}${since} (${safeText(seen)})`
}

function matrix(report: ProbeReport): string {
  const head = ['family', 'refused', 'accepted', 'late', 'cannot tell']
  const rows = familyRows(report).map(({ family, counts }) =>
    [family].concat(COLUMNS.map((name) => String(counts[name]))),
  )
  return [head, ...rows]
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(12) : cell.padStart(13))).join(''))
    .join('\n')
}

/** Those that one setting refuses share the line that says so. */
function described(results: readonly VectorResult[]): string[] {
  return [...Map.groupBy(results, groupOf).values()].map((group) => {
    const [first] = group
    if (first === undefined) return ''
    if (first.outcome === 'cannot-tell') {
      const ids = group.map(({ vector }) => vector.id).join(', ')
      return wrapped(`cannot tell (${safeText(first.seen)}): ${ids}`)
    }
    const lines = group.flatMap(lineOf)
    if (first.allowed !== undefined) return lines.join('\n')
    return [...lines, wrapped(`Refuse it: ${settingsText(first.vector.settings)}`, '  ')].join('\n')
  })
}

/** What is said once for all that have it. */
function groupOf(result: VectorResult): unknown {
  if (result.outcome === 'cannot-tell') return result.seen
  return result.allowed === undefined ? result.vector.settings : result
}

function lineOf({ vector, outcome, seen, allowed }: VectorResult): string[] {
  const { id, family, axis, level, what, forbiddenBy, incident } = vector
  const isLead = level === 'advisory' ? ', advisory' : ''
  const head = `${outcome}  ${id} (${family}, ${axis}${isLead}): ${safeText(seen)}`
  const source = `${what} ${forbiddenBy}${incident === undefined ? '' : `. ${incident}`}.`
  const why = allowed && `Allowed until ${allowed.until}: ${safeText(allowed.reason)}`
  return [
    wrapped(head),
    ...[source, ...(why === undefined ? [] : [why])].map((line) => wrapped(line, '  ')),
  ]
}

export function settingsText(settings: Settings): string {
  const named = Object.entries(settings).filter(([library]) => library !== 'any')
  const general = Object.entries(settings).filter(([library]) => library === 'any')
  const byDefault = named.filter(([, setting]) => setting === 'by default')
  const optional = named.filter(([, setting]) => setting !== 'by default')
  return [
    ...general.map(([, setting]) => setting),
    ...optional.map(([library, setting]) => `${library}: ${setting}`),
    ...(byDefault.length === 0
      ? []
      : [`by default in ${byDefault.map(([library]) => library).join(', ')}`]),
  ].join('; ')
}

/** Without the end of its last line. What there is to do about a vector is longer than a line of a source. */
const wrapped = (text: string, indent = '') =>
  folded(text, indent, { hanging: `${indent}  `, most: MOST_LETTERS }).trimEnd()

interface FamilyRow {
  readonly family: string
  readonly counts: Summary
}

/** In the order of the families; `distrust` last, where it was measured. */
function familyRows({ vectors, distrust }: ProbeReport): FamilyRow[] {
  const rows = FAMILIES.map((family): FamilyRow => {
    const own = vectors.filter(({ vector }) => vector.family === family)
    return { family, counts: summaryOf(own, []) }
  })
  return [...rows, { family: 'distrust', counts: summaryOf([], distrust) }].filter(
    ({ counts }) => total(counts) > 0,
  )
}

function verdictOf(report: ProbeReport): string {
  const { controls, vectors, summary } = report
  const target = safeText(report.target)
  const broken = controls.find(({ expected, outcome }) => outcome !== expected)
  if (broken !== undefined) {
    const [what] = broken.id.split('-')
    const token = what === 'genuine' ? 'the genuine token' : 'garbage'
    return `CANNOT TELL: ${token} is to be ${broken.expected}, and got ${broken.seen} from ${target}`
  }
  const accepted = summary.accepted + summary.late - summary.allowed
  const { isFound, isWhole } = judged(report)
  if (isFound) return `ACCEPTED: ${accepted} of ${total(summary)} by ${target}`
  if (!isWhole) return `CANNOT TELL: ${summary.cannotTell} of ${total(summary)}`
  if (accepted > 0)
    return `LEADS ONLY: ${accepted} advisory of ${total(summary)} accepted by ${target}`
  const allowed = summary.allowed > 0 ? `, ${summary.allowed} allowed` : ''
  return `REFUSED: all ${vectors.length} forged tokens${allowed}, by ${target}`
}

const total = ({ refused, accepted, late, cannotTell }: Summary) =>
  refused + accepted + late + cannotTell

export function probeMarkdown(report: ProbeReport): string {
  const { vectors, distrust, issuer, atMs } = report
  const counts = familyRows(report).map(
    ({ family, counts: { refused, accepted, late, cannotTell } }) =>
      row(family, refused, accepted, late, cannotTell),
  )
  const open = vectors
    .filter(({ outcome }) => outcome !== 'refused')
    .map(({ vector, outcome, allowed }) =>
      row(
        `\`${vector.id}\``,
        outcome,
        vector.what,
        vector.forbiddenBy,
        allowed === undefined
          ? settingsText(vector.settings)
          : `allowed until ${allowed.until}: ${allowed.reason}`,
      ),
    )
  const times = distrust.map(({ endpoint, outcome, seconds }) =>
    row(endpoint, outcome, seconds ?? 'cannot tell'),
  )
  return [
    `## ${safeText(verdictOf(report))}`,
    `Issuer ${safeText(issuer)}, ${new Date(atMs).toISOString()}`,
    table(['family', 'refused', 'accepted', 'late', 'cannot tell'], counts),
    ...(open.length === 0 ? [] : [table(['vector', 'outcome', 'what', 'source', 'fix'], open)]),
    ...(times.length === 0 ? [] : [table(['key endpoint', 'distrust', 'seconds'], times)]),
    '',
  ].join('\n\n')
}

const table = (head: readonly string[], rows: readonly string[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n')

const row = (...cells: readonly (string | number)[]) =>
  `| ${cells.map((cell) => safeText(String(cell), 1000).replaceAll('|', '\\|')).join(' | ')} |`
