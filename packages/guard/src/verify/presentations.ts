/**
 * Receipts: tokens presented to whom, and verdicts; they name users, and contain no token.
 * With the ledger's export they are a double entry: tokens presented and never issued.
 * Source: docs/schema/plain-ndjson.md, `mintmark-access/1`.
 */
import { appendFile, open } from 'node:fs/promises'
import { isObject, type Json, safeJson, text, unwritable } from '@mintmark/core'
import type { Claims } from './claims.ts'
import type { AudiencePolicy } from './policies.ts'
import type { StrictJws } from './strict_jws.ts'

export interface Presentation {
  readonly id: string
  readonly atMs: number
  readonly jws: StrictJws
  readonly claims: Claims
  readonly audience: AudiencePolicy
  readonly caller: string
  readonly isAdmitted: boolean
}

/** @param tenant as the issuances of the ledger's export have it */
function presentationLine(shown: Presentation, tenant: string | undefined): string {
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
    claims: claimNames(payload),
  }
  return `${safeJson(record)}\n`
}

const MOST_CLAIMS = 100
const MOST_LETTERS = 100

/** `cnf` counts only if it names a key: an empty one binds nothing. */
function claimNames(payload: Json): string[] {
  const { cnf } = payload
  const isBound = isObject(cnf) && Object.keys(cnf).length > 0
  return Object.keys(payload)
    .filter((name) => payload[name] !== null && name.length <= MOST_LETTERS)
    .filter((name) => name !== 'cnf' || isBound)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, MOST_CLAIMS)
}

const MOST_WAITING = 100_000

/** Appends many lines at a time. Lost lines are counted and reported, and delay nobody. */
export class PresentationLog {
  readonly #file: string
  readonly #tenant: string | undefined
  readonly #onTrouble: (cause?: unknown) => void
  #waiting: string[] = []
  #writing: Promise<void> | undefined
  #lost = 0
  /** A process or a disk may have ended in the middle of a line. */
  #isTorn: boolean = true
  #isLosing: boolean = false

  /** @param onTrouble called when lines begin to be lost; without a cause when it works again */
  constructor(
    file: string,
    tenant: string | undefined,
    onTrouble: (cause?: unknown) => void = () => {},
  ) {
    this.#file = file
    this.#tenant = tenant
    this.#onTrouble = onTrouble
    this.#writing = this.#write()
  }

  get lost(): number {
    return this.#lost
  }

  add(shown: Presentation): void {
    if (this.#waiting.length >= MOST_WAITING) this.#lost++
    else this.#waiting.push(presentationLine(shown, this.#tenant))
    this.#writing ??= this.#write()
  }

  async close(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    do {
      const lines = this.#waiting
      this.#waiting = []
      try {
        /* oxlint-disable no-await-in-loop -- in their order */
        // A torn line stays a line of its own.
        const end = this.#isTorn && (await endsWithinLine(this.#file)) ? '\n' : ''
        await appendFile(this.#file, `${end}${lines.join('')}`, { mode: 0o600 })
        /* oxlint-enable no-await-in-loop */
        this.#isTorn = false
        if (this.#isLosing) this.#onTrouble()
        this.#isLosing = false
      } catch (cause) {
        this.#lost += lines.length
        this.#isTorn = true
        if (!this.#isLosing) this.#onTrouble(unwritable(this.#file, cause))
        this.#isLosing = true
      }
    } while (this.#waiting.length > 0)
    this.#writing = undefined
  }
}

/** Whether its last byte ends no line; false for an empty or new file. */
async function endsWithinLine(path: string): Promise<boolean> {
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await file.read(last, 0, 1, size - 1)
    return size > 0 && last[0] !== 0x0a
  } finally {
    await file.close()
  }
}
