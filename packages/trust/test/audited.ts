/** An audit of documents that are given with their dates. */
import type { AuditWork } from '../src/audit/audit.ts'
import type { TokenLifetimes } from '../src/audit/lifetimes.ts'
import {
  type AuditAnswer,
  auditKeys,
  historiesOf,
  PROFILES,
  seriesOf,
  standardRows,
} from '../src/index.ts'
import type { Observation } from '../src/record/observation.ts'

const NOW = Date.parse('2026-11-30T00:00:00Z')
const DAY_MS = 86_400_000
const DOCUMENT = 'https://id.example.org/keys'

export interface Given {
  readonly body: Buffer
  readonly document?: string
  readonly daysAgo?: number
  readonly className?: string
}

interface AuditedOptions {
  readonly profile?: string
  readonly lifetimes?: TokenLifetimes
  readonly work?: AuditWork
}

export async function audited(
  given: readonly Given[],
  { profile, lifetimes, work }: AuditedOptions = {},
): Promise<AuditAnswer> {
  const observations = given.map(
    ({ document = DOCUMENT, daysAgo = 0, className }, i): Observation => {
      const atMs = NOW - daysAgo * DAY_MS
      return {
        document,
        className,
        atMs,
        recordedMs: atMs,
        clock: 'fetched',
        outcome: 'read',
        stored: String(i),
      }
    },
  )
  const series = await seriesOf({
    observations,
    bodyOf: async ({ stored }) => given[Number(stored)]?.body,
  })
  const chosen = PROFILES[profile ?? '']
  const audit = auditKeys(series, {
    nowMs: NOW,
    profile: chosen,
    blocklist: undefined,
    ...(work && { work }),
  })
  const histories = historiesOf(series)
  const rows = standardRows({ audit, histories, lifetimes, profile: chosen, nowMs: NOW })
  return { audit, pinned: undefined, lifetimes, rows, blocklistEntries: undefined }
}
