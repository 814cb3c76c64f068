/** The report of a probe in each format (`docs/schema/trust-probe-1.schema.json`). */
import {
  type Json,
  type SarifRule,
  safeText,
  sarifFingerprint,
  sarifLocation,
  sarifLog,
} from '@mintmark/core'
import { escaped } from '../forge/forge.ts'
import { folded } from '../history/text.ts'
import * as probed from '../probe/report.ts'
import { FAMILIES, type Settings, type Vector } from '../vectors/catalogue.ts'

const MOST_LETTERS = 2000

/** Default cache lifetimes of keys, seconds. Sources: the libraries' documentation, November 2026. */
const DOCUMENTED_CACHES =
  'jose and express-oauth2-jwt-bearer 600 (cacheMaxAge), jwks-rsa 600 a kid, ' +
  '@okta/jwt-verifier 3600 (cacheMaxAge), get-jwks 60 (ttl), aws-jwt-verify no end, ' +
  'oauth4webapi 300, PyJWKClient 300 (lifespan), Microsoft.IdentityModel 43200 (AutomaticRefreshInterval)'
const HEAD = ['family', 'refused', 'accepted', 'late', 'cannot tell']

export function probeText(report: probed.ProbeReport): string {
  const { vectors, distrust, unusedExemptions } = report
  const notRefused = vectors.filter(({ outcome }) => outcome !== 'refused')
  const isAnswered = report.controls.every(({ expected, outcome }) => expected === outcome)
  const parts = [
    wrapped(verdictOf(report)),
    matrix(report),
    ...(isAnswered ? described(notRefused) : []),
    ...distrust.map((each) => wrapped(timeOf(each))),
    ...(distrust.length > 0 ? [wrapped(`documented caches, s: ${DOCUMENTED_CACHES}`)] : []),
    ...unusedExemptions.map(({ id, until }) =>
      wrapped(`allow-list: ${id} until ${until} counts for nothing now`),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

function timeOf({ endpoint, outcome, seconds, keysAge, seen }: probed.Distrust): string {
  const after = seconds === null ? '' : ` after ${seconds} s`
  const total = Math.round(((seconds ?? 0) + (keysAge ?? 0)) * 10) / 10
  const since = keysAge === null ? '' : `, ${total} s after the keys were fetched`
  return `time to distrust, key endpoint ${endpoint}: ${outcome}${after}${since} (${safeText(seen)})`
}

function matrix(report: probed.ProbeReport): string {
  return [HEAD, ...familyRows(report)]
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(12) : cell.padStart(13))).join(''))
    .join('\n')
}

function described(results: readonly probed.VectorResult[]): string[] {
  return [...Map.groupBy(results, groupOf).values()].map((group) => {
    const [first] = group
    if (first === undefined) return ''
    if (first.outcome === 'cannot-tell') {
      const ids = group.map(({ vector }) => vector.id).join(', ')
      return wrapped(`cannot tell (${safeText(first.seen)}): ${ids}`)
    }
    const fix = wrapped(`Refuse it: ${settingsText(first.vector.settings)}`, '  ')
    return [...group.flatMap(lineOf), ...(first.allowed === undefined ? [fix] : [])].join('\n')
  })
}

function groupOf(result: probed.VectorResult): unknown {
  if (result.outcome === 'cannot-tell') return result.seen
  return result.allowed === undefined ? result.vector.settings : result
}

function lineOf({ vector, outcome, seen, allowed }: probed.VectorResult): string[] {
  const { id, family, axis, level, what } = vector
  const isLead = level === 'advisory' ? ', advisory' : ''
  const head = `${outcome}  ${id} (${family}, ${axis}${isLead}): ${safeText(seen)}`
  const source = `${what} ${sourceOf(vector)}.`
  const why =
    allowed && wrapped(`Allowed until ${allowed.until}: ${safeText(allowed.reason)}`, '  ')
  return [wrapped(head), wrapped(source, '  '), ...(why === undefined ? [] : [why])]
}

const sourceOf = ({ forbiddenBy, incident }: Pick<Vector, 'forbiddenBy' | 'incident'>) =>
  incident === undefined ? forbiddenBy : `${forbiddenBy}. ${incident}`

function settingsText(settings: Settings): string {
  const { any = '', ...named } = settings
  const optional = Object.entries(named).filter(([, setting]) => setting !== BY_DEFAULT)
  const byDefault = Object.keys(named).filter((library) => named[library] === BY_DEFAULT)
  return [
    ...(any === '' ? [] : [any]),
    ...optional.map(([library, setting]) => `${library}: ${setting}`),
    ...(byDefault.length === 0 ? [] : [`${BY_DEFAULT} in ${byDefault.join(', ')}`]),
  ].join('; ')
}

const BY_DEFAULT = 'by default'

/** Without the end of its last line. What there is to do about a vector is longer than a line of a source. */
const wrapped = (text: string, indent = '') =>
  folded(text, indent, { hanging: `${indent}  `, most: MOST_LETTERS }).trimEnd()

function familyRows({ vectors, distrust }: probed.ProbeReport): string[][] {
  const families = FAMILIES.map((family) => {
    const own = vectors.filter(({ vector }) => vector.family === family)
    return [family, probed.summaryOf(own, [])] as const
  })
  return [...families, ['distrust', probed.summaryOf([], distrust)] as const]
    .filter(([, counts]) => total(counts) > 0)
    .map(([family, { refused, accepted, late, cannotTell }]) =>
      [family, refused, accepted, late, cannotTell].map(String),
    )
}

function verdictOf(report: probed.ProbeReport): string {
  const { controls, vectors, summary } = report
  const target = safeText(report.target)
  const broken = controls.find(({ expected, outcome }) => outcome !== expected)
  if (broken !== undefined) {
    const [what] = broken.id.split('-')
    const token = what === 'genuine' ? 'the genuine token' : 'garbage'
    return `CANNOT TELL: ${token} is to be ${broken.expected}, and got ${broken.seen} from ${target}`
  }
  const accepted = summary.accepted + summary.late - summary.allowed
  const { isFound, isWhole } = probed.resultOf(report)
  if (isFound) return `ACCEPTED: ${accepted} of ${total(summary)} by ${target}`
  if (!isWhole) return `CANNOT TELL: ${summary.cannotTell} of ${total(summary)}`
  if (accepted > 0)
    return `LEADS ONLY: ${accepted} advisory of ${total(summary)} accepted by ${target}`
  const allowed = summary.allowed > 0 ? `, ${summary.allowed} allowed` : ''
  return `REFUSED: all ${vectors.length} forged tokens${allowed}, by ${target}`
}

const total = ({ refused, accepted, late, cannotTell }: probed.Summary) =>
  refused + accepted + late + cannotTell

export function probeMarkdown(report: probed.ProbeReport): string {
  const { vectors, distrust, issuer, atMs } = report
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
    table(
      HEAD,
      familyRows(report).map((cells) => row(...cells)),
    ),
    ...(open.length === 0 ? [] : [table(['vector', 'outcome', 'what', 'source', 'fix'], open)]),
    ...(times.length === 0 ? [] : [table(['key endpoint', 'distrust', 'seconds'], times)]),
    '',
  ].join('\n\n')
}

const table = (head: readonly string[], rows: readonly string[]) =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n')

const row = (...cells: readonly (string | number)[]) =>
  `| ${cells.map((cell) => safeText(String(cell), 1000).replaceAll('|', '\\|')).join(' | ')} |`

export function probeDocument(report: probed.ProbeReport): Json {
  const { target, issuer, atMs, controls, vectors, distrust, summary, unusedExemptions } = report
  return {
    schema: 'mintmark-trust-probe/1',
    target,
    issuer,
    at: new Date(atMs).toISOString(),
    controls,
    vectors: vectors.map(documentOf),
    distrust,
    summary,
    unusedExemptions: unusedExemptions.map(({ id, reason, until }) => ({
      vector: id,
      reason,
      until,
    })),
  }
}

function documentOf({ vector, outcome, seen, allowed, signer }: probed.VectorResult): Json {
  const { id, family, axis, level, what, forbiddenBy, incident } = vector
  return {
    id,
    family,
    axis,
    outcome,
    level,
    seen,
    what,
    forbiddenBy,
    ...(incident !== undefined && { incident }),
    ...(signer !== undefined && { signer }),
    ...(allowed !== undefined && { allowed: { reason: allowed.reason, until: allowed.until } }),
  }
}

export function probeSarif(report: probed.ProbeReport, exitCode: number): Json {
  const { target, vectors, distrust } = report
  const accepted = vectors.filter(({ outcome }) => probed.isAccepted(outcome))
  const late = distrust.filter(({ outcome }) => probed.isAccepted(outcome))
  const at = location(target)
  return sarifLog({
    rules: rules(report),
    results: [
      ...accepted.map((result) => resultOf(result, target)),
      ...late.map(({ endpoint, outcome, seconds }) => ({
        ruleId: `distrust-${endpoint}`,
        kind: 'fail',
        level: 'error',
        message: { text: `An unlisted key was ${outcome} for ${seconds} s.` },
        locations: [at],
        partialFingerprints: fingerprint(target, `distrust-${endpoint}`),
      })),
    ],
    notifications: withoutAnswer(report).map(({ id, text }) => ({
      level: 'warning',
      descriptor: { id },
      message: { text },
      locations: [at],
    })),
    isSuccessful: exitCode !== 3,
    exitCode,
  })
}

function rules({ vectors, distrust }: probed.ProbeReport): SarifRule[] {
  const own = vectors.map(({ vector: { id, what, level, settings, ...rest } }): SarifRule => {
    const help = `Refuse it: ${settingsText(settings)}.`
    const full = `${what} Source: ${sourceOf(rest)}. ${help}`
    return { id, level: LEVELS[level], text: what, help, full }
  })
  const times = distrust.map(({ endpoint }): SarifRule => {
    const text = `A key that left the key set is trusted too long, key endpoint ${endpoint}.`
    const help = 'Shorten the cache of keys.'
    return { id: `distrust-${endpoint}`, level: 'error', text, help, full: text }
  })
  return [...own, ...times]
}

const LEVELS = { required: 'error', advisory: 'note' } as const

function resultOf({ vector, outcome, seen, allowed }: probed.VectorResult, target: string): Json {
  const { id, family, axis, what, level } = vector
  return {
    ruleId: id,
    kind: 'fail',
    level: LEVELS[level],
    message: { text: `${outcome} (${seen}): ${what}` },
    locations: [location(target)],
    partialFingerprints: fingerprint(target, id),
    ...probed.suppressedBy(allowed),
    properties: { family, axis, outcome },
  }
}

function withoutAnswer({ vectors, controls, distrust }: probed.ProbeReport) {
  const broken = controls.filter(({ expected, outcome }) => outcome !== expected)
  const open = [
    ...vectors.map(({ vector, ...answer }) => ({ id: vector.id, ...answer })),
    ...distrust.map((each) => ({ id: `distrust-${each.endpoint}`, ...each })),
  ].filter(({ outcome }) => outcome === 'cannot-tell')
  return [
    ...broken.map(({ id, seen }) => ({ id, text: `The control does not hold: ${seen}.` })),
    ...open.map(({ id, seen }) => ({ id, text: `Cannot tell: ${seen}.` })),
  ]
}

const location = (name: string) =>
  sarifLocation(URL.canParse(name) ? new URL(name).href : encodeURIComponent(name))

const fingerprint = (target: string, id: string) => ({
  'targetVector/v1': sarifFingerprint(target, id),
})

export function probeJunit(report: probed.ProbeReport): string {
  const cases = [
    ...report.controls.map(({ id, expected, outcome, seen }) =>
      testCase('controls', id, outcome === expected ? '' : element('error', `${outcome}: ${seen}`)),
    ),
    ...report.vectors.map((result) =>
      testCase(result.vector.family, result.vector.id, outcomeOf(result)),
    ),
    ...report.distrust.map(({ endpoint, outcome, seconds, seen }) => {
      const name = `endpoint-${endpoint}`
      if (outcome === 'cannot-tell') return testCase('distrust', name, element('error', seen))
      const isLate = probed.isAccepted(outcome)
      return testCase('distrust', name, isLate ? element('failure', `after ${seconds} s`) : '')
    }),
  ]
  const failures = cases.filter((each) => each.includes('<failure ')).length
  const errors = cases.filter((each) => each.includes('<error ')).length
  const head = `name="mintmark trust probe" tests="${cases.length}" failures="${failures}" errors="${errors}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite ${head}>\n${cases.join('\n')}\n</testsuite>\n</testsuites>\n`
}

function outcomeOf({ vector, outcome, seen, allowed }: probed.VectorResult): string {
  if (outcome === 'refused') return ''
  if (outcome === 'cannot-tell') return element('error', seen)
  const isExcused = allowed !== undefined || vector.level === 'advisory'
  const why = allowed === undefined ? vector.what : `${allowed.reason} (until ${allowed.until})`
  return element(isExcused ? 'skipped' : 'failure', `${outcome}: ${why}`)
}

const testCase = (suite: string, name: string, inner: string) =>
  `<testcase classname="mintmark.${suite}" name="${escaped(safeText(name, 1000))}"${inner === '' ? '/>' : `>${inner}</testcase>`}`

const element = (name: string, message: string) =>
  `<${name} message="${escaped(safeText(message, 1000))}"/>`
