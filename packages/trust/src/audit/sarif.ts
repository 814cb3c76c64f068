/**
 * An audit as SARIF 2.1.0. Fingerprints are of the rule, the key and the location, and stay the same from run to run.
 *
 * @module
 */
import {
  type Json,
  safeText,
  sarifFingerprint,
  sarifLocation,
  sarifLog,
  sarifPath,
} from '@mintmark/core'
import { type AuditAnswer, findingsOf, isWhole } from './answer.ts'
import { type AuditFinding, RULES } from './rules.ts'

export function auditSarif(answer: AuditAnswer, exitCode: number): Json {
  return sarifLog({
    rules: RULES.map(([id, { level, title, help }]) => ({ id, level, text: title, help })),
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

function resultOf({ rule, level, document, thumbprint, kid, message, place }: AuditFinding): Json {
  const file = place?.file ?? document
  const key = kid ?? thumbprint
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(([id]) => id === rule),
    kind: 'fail',
    level,
    message: { text: safeText(key === undefined ? message : `${key}: ${message}`, 1000) },
    locations: [sarifLocation(uriOf(file), place?.line)],
    partialFingerprints: {
      'finding/v1': sarifFingerprint(
        rule,
        thumbprint ?? '',
        file,
        place === undefined ? '' : message,
      ),
    },
    properties: { thumbprint, kid: kid === undefined ? undefined : safeText(kid, 200) },
  }
}

/** A URL as it is; a path as a relative reference. */
const uriOf = (location: string): string =>
  /^https?:/.test(location)
    ? encodeURI(location)
    : sarifPath(location.replace(/^(?:file|git):/, ''))
