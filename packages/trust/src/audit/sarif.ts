/**
 * An audit as SARIF 2.1.0. Fingerprints are of the rule, the key and the place: the same finding keeps its own.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { safeText } from '@mintmark/core'
import { type AuditAnswer, findingsOf, isWhole } from './answer.ts'
import { type AuditFinding, RULES } from './rules.ts'

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const VERSION = '0.1.0'
const ALL = Object.entries(RULES)

export function auditSarif(
  answer: AuditAnswer,
  exitCode: number,
): Readonly<Record<string, unknown>> {
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
            rules: ALL.map(([id, { level, title, help }]) => ({
              id,
              name: id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
              shortDescription: { text: title },
              fullDescription: { text: `${title} ${help}` },
              help: { text: help },
              defaultConfiguration: { level },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: isWhole(answer),
            exitCode,
            toolExecutionNotifications: answer.audit.unjudged.map((why) => ({
              level: 'warning',
              descriptor: { id: 'not-judged' },
              message: { text: safeText(why, 500) },
            })),
          },
        ],
        results: findingsOf(answer).map(resultOf),
      },
    ],
  }
}

function resultOf({ rule, level, document, thumbprint, kid, message, place }: AuditFinding) {
  const uri = uriOf(place?.file ?? document)
  const name = [rule, thumbprint, place?.file ?? document, place === undefined ? '' : message]
  const key = kid ?? thumbprint
  return {
    ruleId: rule,
    ruleIndex: ALL.findIndex(([id]) => id === rule),
    kind: 'fail',
    level,
    message: { text: safeText(key === undefined ? message : `${key}: ${message}`, 1000) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          ...(place?.line !== undefined && { region: { startLine: place.line } }),
        },
      },
    ],
    partialFingerprints: {
      'finding/v1': createHash('sha256').update(name.join('\0')).digest('hex'),
    },
    properties: { thumbprint, kid: kid === undefined ? undefined : safeText(kid, 200) },
  }
}

/** A URL as it is; a path as a relative reference. */
function uriOf(place: string): string {
  return /^https?:/.test(place)
    ? encodeURI(place)
    : place
        .replace(/^(?:file|git):/, '')
        .split('/')
        .map(encodeURIComponent)
        .join('/')
}
