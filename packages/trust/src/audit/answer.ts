/** The answer of an audit, and whether it is complete. @module */
import type { KeyAudit } from './audit.ts'
import type { TokenLifetimes } from './lifetimes.ts'
import type { PinnedSearch } from './pinned.ts'
import type { AuditFinding } from './rules.ts'
import type { StandardRow } from './standards.ts'

export interface AuditAnswer {
  readonly audit: KeyAudit
  /** Undefined where no source tree was named. */
  readonly pinned: PinnedSearch | undefined
  /** Undefined where no ledger was named. */
  readonly lifetimes: TokenLifetimes | undefined
  readonly rows: readonly StandardRow[]
  readonly blocklistEntries: number | undefined
}

export function findingsOf({ audit, pinned }: AuditAnswer): readonly AuditFinding[] {
  return [...audit.findings, ...(pinned?.findings ?? [])]
}

/** Notes are none. */
export function isFound(answer: AuditAnswer): boolean {
  return findingsOf(answer).some(({ level }) => level !== 'note')
}

/** Rows of standards that no key set can decide do not count: they say so each time. */
export function isWhole({ audit, pinned }: AuditAnswer): boolean {
  return audit.unjudged.length === 0 && audit.keys.length > 0 && (pinned?.skipped.size ?? 0) === 0
}

/** JSON-safe. */
export function auditDocument(answer: AuditAnswer): object {
  const { audit, pinned, lifetimes, rows, blocklistEntries } = answer
  return {
    schema: 'mintmark-key-audit/1',
    keys: audit.keys.length,
    documents: audit.documents,
    findings: findingsOf(answer),
    unjudged: audit.unjudged,
    blocklistEntries: blocklistEntries ?? null,
    sourceTree:
      pinned === undefined
        ? null
        : {
            files: pinned.files,
            skipped: Object.fromEntries(pinned.skipped),
            kidsLeftOut: pinned.kidsLeftOut,
          },
    tokens: lifetimes === undefined ? null : tokensDocument(lifetimes),
    standards: rows,
  }
}

function tokensDocument({ tokens, p50, p99, longest, isPruned, shown }: TokenLifetimes): object {
  return {
    issued: tokens,
    lifetimeSeconds: { p50, p99, longest },
    isPruned,
    shown: shown === undefined ? null : { ...shown, missing: Object.fromEntries(shown.missing) },
  }
}
