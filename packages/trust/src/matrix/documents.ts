/** The report of a probe for programs: JSON (`docs/schema/trust-probe-1.schema.json`), SARIF 2.1.0 and JUnit XML. @module */
import {
  type Json,
  type SarifRule,
  safeText,
  sarifFingerprint,
  sarifLocation,
  sarifLog,
} from '@mintmark/core'
import { suppressedBy } from '../probe/allow_list.ts'
import { isAccepted, type ProbeReport, type VectorResult } from '../probe/report.ts'
import { settingsText } from './text.ts'

export function probeDocument(report: ProbeReport): Json {
  const { target, issuer, atMs, controls, vectors, distrust, summary, unusedAllowances } = report
  return {
    schema: 'mintmark-trust-probe/1',
    target,
    issuer,
    at: new Date(atMs).toISOString(),
    controls,
    vectors: vectors.map(documentOf),
    distrust,
    summary,
    unusedAllowances: unusedAllowances.map(({ id, reason, until }) => ({
      vector: id,
      reason,
      until,
    })),
  }
}

function documentOf({ vector, outcome, seen, allowed, signer }: VectorResult): Json {
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

/** @param exitCode what the command ends with */
export function probeSarif(report: ProbeReport, exitCode: number): Json {
  const { target, vectors, distrust } = report
  const accepted = vectors.filter(({ outcome }) => isAccepted(outcome))
  const late = distrust.filter(({ outcome }) => isAccepted(outcome))
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
    notifications: cannotTell(report).map(([id, text]) => ({
      level: 'warning',
      descriptor: { id },
      message: { text },
      locations: [at],
    })),
    isSuccessful: exitCode !== 3,
    exitCode,
  })
}

function rules({ vectors, distrust }: ProbeReport): SarifRule[] {
  const own = vectors.map(({ vector }): SarifRule => {
    const { id, what, forbiddenBy, incident, settings, level } = vector
    const source = incident === undefined ? forbiddenBy : `${forbiddenBy}. ${incident}`
    const help = `Refuse it: ${settingsText(settings)}.`
    const full = `${what} Source: ${source}. ${help}`
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

function resultOf({ vector, outcome, seen, allowed }: VectorResult, target: string): Json {
  const { id, family, axis, what, level } = vector
  return {
    ruleId: id,
    kind: 'fail',
    level: LEVELS[level],
    message: { text: `${outcome} (${seen}): ${what}` },
    locations: [location(target)],
    partialFingerprints: fingerprint(target, id),
    ...suppressedBy(allowed),
    properties: { family, axis, outcome },
  }
}

/** Outcomes *cannot tell*, by id. */
function cannotTell({ vectors, controls, distrust }: ProbeReport): [string, string][] {
  return [
    ...controls
      .filter(({ expected, outcome }) => outcome !== expected)
      .map(({ id, seen }): [string, string] => [id, `The control does not hold: ${seen}.`]),
    ...vectors
      .filter(({ outcome }) => outcome === 'cannot-tell')
      .map(({ vector, seen }): [string, string] => [vector.id, `Cannot tell: ${seen}.`]),
    ...distrust
      .filter(({ outcome }) => outcome === 'cannot-tell')
      .map(({ endpoint, seen }): [string, string] => [
        `distrust-${endpoint}`,
        `Cannot tell: ${seen}.`,
      ]),
  ]
}

/** A name that is no address is a relative reference, with anything odd percent-encoded. */
const location = (name: string) =>
  sarifLocation(URL.canParse(name) ? new URL(name).href : encodeURIComponent(name))

const fingerprint = (target: string, id: string) => ({
  'targetVector/v1': sarifFingerprint(target, id),
})

export function probeJunit(report: ProbeReport): string {
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
      const isLate = isAccepted(outcome)
      return testCase('distrust', name, isLate ? element('failure', `after ${seconds} s`) : '')
    }),
  ]
  const failures = cases.filter((each) => each.includes('<failure ')).length
  const errors = cases.filter((each) => each.includes('<error ')).length
  const head = `name="mintmark trust probe" tests="${cases.length}" failures="${failures}" errors="${errors}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite ${head}>\n${cases.join('\n')}\n</testsuite>\n</testsuites>\n`
}

function outcomeOf({ vector, outcome, seen, allowed }: VectorResult): string {
  if (outcome === 'refused') return ''
  if (outcome === 'cannot-tell') return element('error', seen)
  const isExcused = allowed !== undefined || vector.level === 'advisory'
  const why = allowed === undefined ? vector.what : `${allowed.reason} (until ${allowed.until})`
  return element(isExcused ? 'skipped' : 'failure', `${outcome}: ${why}`)
}

const testCase = (suite: string, name: string, inner: string) =>
  `<testcase classname="mintmark.${suite}" name="${escaped(name)}"${inner === '' ? '/>' : `>${inner}</testcase>`}`

const element = (name: string, message: string) => `<${name} message="${escaped(message)}"/>`

const escaped = (text: string) =>
  safeText(text, 1000)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
