/**
 * Receipts: which token was shown to whom, and what came of it, as lines that an investigation reads.
 *
 * Beside the export of the ledger they are the second entry of a double entry: a token that was shown and never issued is
 * found by reconciling the two, whatever the guard said at the time. They name users, and hold no token.
 *
 * Source: docs/schema/plain-ndjson.md, `mintmark-access/1`.
 *
 * @module
 */
import { appendFile } from 'node:fs/promises'
import { safeJson, text } from '@mintmark/core'
import type { Claims } from './claims.ts'
import type { AudiencePolicy } from './policies.ts'
import type { StrictJws } from './strict_jws.ts'

/** A token whose signature verifies, as it was shown. */
export interface Presentation {
  readonly id: string
  readonly atMs: number
  readonly jws: StrictJws
  readonly claims: Claims
  readonly audience: AudiencePolicy
  readonly caller: string
  readonly isAdmitted: boolean
}

/** One line, with its end. @param tenant as the issuances of the ledger's export have it */
export function presentationLine(shown: Presentation, tenant: string | undefined): string {
  const { id, atMs, jws, claims, audience, caller, isAdmitted } = shown
  const { payload } = jws
  const record = {
    schema: 'mintmark-access/1',
    id,
    at: new Date(atMs).toISOString(),
    operation: 'TokenPresented',
    service: audience.audience,
    outcome: isAdmitted ? 'succeeded' : 'failed',
    tokenId: text(payload, 'jti'),
    sessionId: text(payload, 'sid'),
    issuedAt: new Date(claims.issuedAtMs).toISOString(),
    issuer: jws.issuer,
    principal: text(payload, audience.usernameClaim),
    principalId: text(payload, 'sub'),
    appId: text(payload, 'client_id'),
    tenant,
    client: caller,
  }
  return `${safeJson(record)}\n`
}

const MOST_WAITING = 100_000

/** Appends lines to a file, many at a time. What the disk does not take is counted, and holds nobody up. */
export class PresentationLog {
  readonly #file: string
  readonly #tenant: string | undefined
  #waiting: string[] = []
  #writing: Promise<void> | undefined
  #lost = 0

  constructor(file: string, tenant: string | undefined) {
    this.#file = file
    this.#tenant = tenant
  }

  /** Lines that were not written. */
  get lost(): number {
    return this.#lost
  }

  add(shown: Presentation): void {
    if (this.#waiting.length >= MOST_WAITING) this.#lost++
    else this.#waiting.push(presentationLine(shown, this.#tenant))
    this.#writing ??= this.#write()
  }

  /** Resolves when all that was added is written. */
  async close(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      try {
        // oxlint-disable-next-line no-await-in-loop -- in their order
        await appendFile(this.#file, lines.join(''), { mode: 0o600 })
      } catch {
        this.#lost += lines.length
      }
    }
    this.#writing = undefined
  }
}
