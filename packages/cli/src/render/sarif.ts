/** A scan as SARIF 2.1.0. No value of a key is in it, nor the text around one. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Json, safeText, sarifFingerprint, sarifLocation, sarifLog } from '@mintmark/core'
import type { Finding, ScanReport } from '@mintmark/scan'
import { classOf, type Gap, POLICY } from '@mintmark/scan/answer'
import { RULES, ruleOf } from './sarif_rules.ts'
import type { Answered } from './scan_text.ts'

export function scanSarif({
  scanned: { reports },
  answer: { unsearched },
  code: exitCode,
}: Answered): Json {
  const found = reports.flatMap(({ findings, unverified, protected: secured }) => [
    ...findings,
    ...unverified,
    ...secured,
  ])
  return sarifLog({
    rules: RULES,
    results: found.map((finding) => result(finding, reports)),
    notifications: unsearched.map(notification),
    isSuccessful: unsearched.length === 0,
    exitCode,
    artifacts: reports.map(({ file, size, container, packedBy }) => ({
      location: { uri: uriOf(file) },
      length: size,
      roles: ['analysisTarget'],
      properties: { container, ...(packedBy === undefined ? {} : { packedBy }) },
    })),
  })
}

function result(finding: Finding, reports: readonly ScanReport[]): Json {
  const { file, offset, length, encoding, certainty, address, copies, keyId, owner, bits } = finding
  const rule = ruleOf(finding)
  return {
    ruleId: rule.id,
    ruleIndex: RULES.indexOf(rule),
    kind: 'fail',
    level: POLICY[classOf(finding)].level,
    message: { text: messageOf(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: uriOf(file),
            index: reports.findIndex((report) => report.file === file),
          },
          region: { byteOffset: offset, byteLength: length },
        },
      },
    ],
    partialFingerprints: fingerprints(finding),
    properties: {
      encoding,
      certainty,
      bits,
      copies,
      ...(finding.note === undefined ? {} : { note: finding.note }),
      ...(address === undefined ? {} : { address }),
      ...(owner === undefined ? {} : { owner: { kind: owner.kind, name: safeText(owner.name) } }),
      ...(keyId === undefined ? {} : { keyId: definedOf(keyId) }),
    },
  }
}

function definedOf(values: object): Readonly<Record<string, string>> {
  const texts = Object.entries(values).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'string' ? [[name, safeText(value)] as const] : [],
  )
  return Object.fromEntries(texts)
}

function messageOf({
  kind,
  bits,
  encoding,
  certainty,
  verification,
  owner,
  keyId,
  note,
}: Finding): string {
  const what = bits === 0 ? kind : `${kind}, ${bits} bits`
  const whose = owner === undefined ? '' : ` In ${owner.kind} ${safeText(owner.name, 80)}.`
  const key = keyId?.spkiSha256 === undefined ? '' : ` SPKI SHA-256 ${keyId.spkiSha256}.`
  const kid = keyId?.kid === undefined ? '' : ` kid ${safeText(keyId.kid, 80)}.`
  const own = note === undefined ? '' : ` Note: ${note}.`
  return `${certainty}: ${what}, as ${encoding} (${safeText(verification, 120)}).${whose}${key}${kid}${own}`
}

/** `location`: the same location in a file of the same name. `key`: the same key, wherever it is found. */
function fingerprints(finding: Finding): Readonly<Record<string, string>> {
  const { file, offset, encoding, kind, keyId } = finding
  return {
    'location/v1': sarifFingerprint(path.basename(file), String(offset), encoding, kind),
    ...(keyId?.spkiSha256 === undefined ? {} : { 'key/v1': keyId.spkiSha256 }),
  }
}

const notification = ({ file, code, message, remedy }: Gap): Json => ({
  level: code === 'not-read' ? 'error' : 'warning',
  descriptor: { id: code },
  message: { text: `${safeText(message)}. What to do: ${remedy}.` },
  locations: [sarifLocation(uriOf(file))],
})

/** A relative reference for a path that was given relative, else a file URI; anything odd is percent-encoded. */
function uriOf(file: string): string {
  const url = pathToFileURL(path.resolve(file)).href
  if (path.isAbsolute(file)) return url
  const base = pathToFileURL(`${path.resolve('.')}${path.sep}`).href
  return url.startsWith(base) && url.length > base.length ? url.slice(base.length) : url
}
