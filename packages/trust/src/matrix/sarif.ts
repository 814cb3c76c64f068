/**
 * The report of a probe as SARIF 2.1.0: a rule a vector, a result for each that is not refused.
 *
 * Fingerprints are of the target and the vector alone, so that an alert that somebody dismissed stays dismissed.
 *
 * Source: OASIS, SARIF Version 2.1.0 Plus Errata 01, sections 3.13 to 3.58.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Json } from '@mintmark/core'
import { isAccepted, type ProbeReport, type VectorResult } from '../probe/report.ts'
import { settingsText } from './text.ts'

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const VERSION = '0.1.0'

/** @param exitCode what the command ends with */
export function probeSarif(report: ProbeReport, exitCode: number): Json {
  const { target, vectors, distrust } = report
  const accepted = vectors.filter(({ outcome }) => isAccepted(outcome))
  const late = distrust.filter(({ outcome }) => isAccepted(outcome))
  const at = location(target)
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mintmark',
            version: VERSION,
            semanticVersion: VERSION,
            rules: rules(report),
          },
        },
        invocations: [
          {
            executionSuccessful: exitCode !== 3,
            exitCode,
            toolExecutionNotifications: untold(report).map(([id, text]) => ({
              level: 'warning',
              descriptor: { id },
              message: { text },
              locations: [at],
            })),
          },
        ],
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
      },
    ],
  }
}

function rules({ vectors, distrust }: ProbeReport): Json[] {
  const own = vectors.map(({ vector }) => {
    const { id, what, forbiddenBy, incident, settings, level } = vector
    const source = incident === undefined ? forbiddenBy : `${forbiddenBy}. ${incident}`
    const help = `Refuse it: ${settingsText(settings)}.`
    return rule(id, what, `${what} Source: ${source}. ${help}`, help, LEVELS[level])
  })
  const times = distrust.map(({ endpoint }) => {
    const text = `A key that left the key set is trusted too long, key endpoint ${endpoint}.`
    return rule(`distrust-${endpoint}`, text, text, 'Shorten the cache of keys.', 'error')
  })
  return [...own, ...times]
}

const LEVELS = { required: 'error', advisory: 'note' } as const

// oxlint-disable-next-line max-params -- five texts
function rule(id: string, text: string, full: string, help: string, level: string): Json {
  const name = id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
  return {
    id,
    name,
    shortDescription: { text },
    fullDescription: { text: full },
    help: { text: help },
    defaultConfiguration: { level },
  }
}

function resultOf({ vector, outcome, seen, allowed }: VectorResult, target: string): Json {
  const { id, family, axis, what, level } = vector
  return {
    ruleId: id,
    kind: 'fail',
    level: LEVELS[level],
    message: { text: `${outcome} (${seen}): ${what}` },
    locations: [location(target)],
    partialFingerprints: fingerprint(target, id),
    ...(allowed !== undefined && {
      suppressions: [
        { kind: 'external', justification: `${allowed.reason} (until ${allowed.until})` },
      ],
    }),
    properties: { family, axis, outcome },
  }
}

/** What could not be told, by id. */
function untold({ vectors, controls, distrust }: ProbeReport): [string, string][] {
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
const location = (name: string) => {
  const uri = URL.canParse(name) ? new URL(name).href : encodeURIComponent(name)
  return { physicalLocation: { artifactLocation: { uri } } }
}

const fingerprint = (target: string, id: string) => ({
  'targetVector/v1': createHash('sha256').update(`${target}\0${id}`).digest('hex'),
})
