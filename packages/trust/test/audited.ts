/** An audit of documents that are given with their dates. */
import type { AuditWork } from '../src/audit/audit.ts'
import type { TokenLifetimes } from '../src/audit/lifetimes.ts'
import {
  type AuditAnswer,
  auditKeys,
  historiesOf,
  PROFILES,
  type Series,
  seriesOf,
  standardRows,
} from '../src/index.ts'
import type { Observation } from '../src/record/observation.ts'

const NOW = Date.parse('2026-11-30T00:00:00Z')
const DAY_MS = 86_400_000
const DOCUMENT = 'https://id.example.org/keys'

/** An observation of a document. */
export interface Looked {
  /** Undefined: it was unavailable. */
  readonly body: Buffer | undefined
  readonly document?: string
  readonly issuer?: string
  readonly className?: string
}

export interface Given extends Looked {
  readonly daysAgo?: number
}

/** Looks by document. */
export async function seriesFrom<T extends Looked>(
  given: readonly T[],
  timeOf: (look: T) => number,
): Promise<readonly Series[]> {
  const observations = given.map((look, i): Observation => {
    const { body, document = DOCUMENT, issuer, className } = look
    const atMs = timeOf(look)
    const stored = body === undefined ? undefined : String(i)
    const outcome = body === undefined ? 'unavailable' : 'read'
    const times = { atMs, recordedMs: atMs, clock: 'fetched' } as const
    return { document, issuer, className, ...times, outcome, sha256: String(i), stored }
  })
  return await seriesOf({ observations, bodyOf: async ({ stored }) => given[Number(stored)]?.body })
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
  const series = await seriesFrom(given, ({ daysAgo = 0 }) => NOW - daysAgo * DAY_MS)
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
