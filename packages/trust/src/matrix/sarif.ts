/**
 * The report of a probe as SARIF 2.1.0: a rule for each vector, a result for each that was not refused.
 *
 * Fingerprints are of the target and the vector alone, so that dismissed alerts stay dismissed.
 *
 * @module
 */
import {
  type Json,
  type SarifRule,
  sarifFingerprint,
  sarifLocation,
  sarifLog,
} from '@mintmark/core'
import { suppressedBy } from '../probe/allow_list.ts'
import { isAccepted, type ProbeReport, type VectorResult } from '../probe/report.ts'
import { settingsText } from './text.ts'

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
