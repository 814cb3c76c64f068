/** SARIF 2.1.0 logs. Source: OASIS, SARIF Version 2.1.0 Plus Errata 01, sections 3.13 to 3.58. */
import { createHash } from 'node:crypto'
import type { Json } from './json.ts'
import { VERSION } from './version.ts'

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'

export interface SarifRule {
  readonly id: string
  readonly level: 'error' | 'warning' | 'note'
  readonly text: string
  readonly help: string
  readonly name?: string
  readonly full?: string
}

export interface SarifRun {
  readonly rules: readonly SarifRule[]
  readonly results: readonly Json[]
  readonly notifications: readonly Json[]
  readonly isSuccessful: boolean
  readonly exitCode: number
  readonly artifacts?: readonly Json[]
}

export function sarifLog(run: SarifRun): Json {
  const { rules, results, notifications, isSuccessful, exitCode, artifacts } = run
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
            rules: rules.map(descriptor),
          },
        },
        invocations: [
          {
            executionSuccessful: isSuccessful,
            exitCode,
            toolExecutionNotifications: notifications,
          },
        ],
        ...(artifacts !== undefined && { artifacts }),
        results,
      },
    ],
  }
}

const descriptor = ({ id, level, text, help, name, full }: SarifRule): Json => ({
  id,
  name: name ?? id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
  shortDescription: { text },
  fullDescription: { text: full ?? `${text} ${help}` },
  help: { text: help },
  defaultConfiguration: { level },
})

/** SHA-256 of what identifies a finding from run to run, in hex. */
export const sarifFingerprint = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex')

/** @param line from 1 */
export const sarifLocation = (uri: string, line?: number): Json => ({
  physicalLocation: {
    artifactLocation: { uri },
    ...(line !== undefined && { region: { startLine: line } }),
  },
})

/** A path as a relative reference: anything odd is percent-encoded. */
export const sarifPath = (file: string): string => file.split('/').map(encodeURIComponent).join('/')
