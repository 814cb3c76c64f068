/**
 * What a scan found, as SARIF 2.1.0: for code scanning and ticket systems.
 *
 * Proven keys are errors, candidates warnings, lesser secrets notes; so are keys published for tests. No value of a
 * key is in it, nor the text around one.
 *
 * Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01, sections 3.13 to
 * 3.58.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { safeText } from '@mintmark/core'
import type { Finding, ScanReport } from '@mintmark/scan'
import type { Scanned } from '../commands/scan.ts'
import type { ExitCode } from '../exit_codes.ts'
import { hasOwnNote, RULES, ruleOf } from './sarif_rules.ts'

/** Where OASIS publishes the schema. */
const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const VERSION = '0.1.0'

type Level = 'error' | 'warning' | 'note'

/** One log with one run. JSON-safe. */
export function sarifLog(
  scanned: Scanned,
  exitCode: ExitCode,
  isWhole: boolean,
): Readonly<Record<string, unknown>> {
  const { reports } = scanned
  const found = reports.flatMap(({ findings, candidates, lesser }) => [
    ...findings,
    ...candidates,
    ...lesser,
  ])
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
            rules: RULES.map(({ id, name, text, help, level }) => ({
              id,
              name,
              shortDescription: { text },
              fullDescription: { text: `${text} ${help}` },
              help: { text: help },
              defaultConfiguration: { level },
            })),
          },
        },
        invocations: [
          {
            executionSuccessful: isWhole,
            exitCode,
            toolExecutionNotifications: notifications(scanned),
          },
        ],
        artifacts: reports.map(({ file, size, container, packedBy }) => ({
          location: { uri: uriOf(file) },
          length: size,
          roles: ['analysisTarget'],
          properties: { container, ...(packedBy === undefined ? {} : { packedBy }) },
        })),
        results: found.map((finding) => result(finding, reports)),
      },
    ],
  }
}

function result(
  finding: Finding,
  reports: readonly ScanReport[],
): Readonly<Record<string, unknown>> {
  const { file, offset, length, form, certainty, address, copies, keyId, owner, bits } = finding
  const rule = ruleOf(finding)
  return {
    ruleId: rule.id,
    ruleIndex: RULES.indexOf(rule),
    kind: 'fail',
    level: levelOf(finding),
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
      form,
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

function levelOf(finding: Finding): Level {
  if (hasOwnNote(finding)) return 'note'
  if (finding.certainty === 'proven') return 'error'
  return finding.certainty === 'candidate' ? 'warning' : 'note'
}

function messageOf({ kind, bits, form, certainty, proof, owner, keyId, note }: Finding): string {
  const what = bits === 0 ? kind : `${kind}, ${bits} bits`
  const whose = owner === undefined ? '' : ` In ${owner.kind} ${safeText(owner.name, 80)}.`
  const key = keyId?.spkiSha256 === undefined ? '' : ` SPKI SHA-256 ${keyId.spkiSha256}.`
  const kid = keyId?.kid === undefined ? '' : ` kid ${safeText(keyId.kid, 80)}.`
  const own = note === undefined ? '' : ` Note: ${note}.`
  return `${certainty}: ${what}, as ${form} (${safeText(proof, 120)}).${whose}${key}${kid}${own}`
}

/** `place`: the same place in a file of the same name. `key`: the same key, wherever it is found. */
function fingerprints(finding: Finding): Readonly<Record<string, string>> {
  const { file, offset, form, kind, keyId } = finding
  const place = `${path.basename(file)}\0${offset}\0${form}\0${kind}`
  return {
    'place/v1': createHash('sha256').update(place).digest('hex'),
    ...(keyId?.spkiSha256 === undefined ? {} : { 'key/v1': keyId.spkiSha256 }),
  }
}

function notifications({ reports, unreadable }: Scanned): readonly unknown[] {
  return [
    ...unreadable.map((entry) => notification('error', entry.path, entry.reason)),
    ...reports.flatMap(({ file, limits, flaws }) =>
      [...limits, ...flaws].map(({ message }) => notification('warning', file, message)),
    ),
  ]
}

function notification(level: 'error' | 'warning', file: string, message: string): unknown {
  return {
    level,
    message: { text: safeText(message) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
  }
}

/** A relative reference for a path that was given relative, else a file URI; anything odd is percent-encoded. */
function uriOf(file: string): string {
  const url = pathToFileURL(path.resolve(file)).href
  if (path.isAbsolute(file)) return url
  const base = pathToFileURL(`${path.resolve('.')}${path.sep}`).href
  return url.startsWith(base) && url.length > base.length ? url.slice(base.length) : url
}
