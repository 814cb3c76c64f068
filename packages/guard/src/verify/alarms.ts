/**
 * Alarms: tokens that a genuine issuer cannot have sent.
 * Each needs a valid signature, so noise raises none. An alarm is evidence that can be shared: it names the key, the hash of
 * the signing input and the head of the ledger that lacks it. It contains no person and no token.
 */
import type { Head } from '@mintmark/ledger'
import type { ClaimRefusal } from './claims.ts'

export type AlarmClass =
  /** Validly signed, and not recorded: the key is stolen. */
  | 'unissued'
  /** Validly signed under a token id that was recorded with other bytes: the key is stolen. */
  | 'mutated'
  /** Signed by a key that had been retired, or was not in use yet. */
  | 'expired-key'
  /** Signed by a key of another issuer, or of a class that the audience does not take. */
  | 'class-mismatch'
  /** The second of the two signatures that each ECDSA signature has. */
  | 'malleable-signature'
  /** A second base64url encoding of a token. */
  | 'non-canonical'
  /** For an identity without a user: recorded or not, no user asked for it. */
  | 'canary'

/** What is wrong with a token that a known key has signed, whether it is recorded or not. */
export type SignedRefusal =
  | ClaimRefusal
  | 'malformed'
  | 'unknown-issuer'
  | 'oversized'
  | 'wrong-audience'
  | 'revoked-key'
  /** The header does not name the key that has signed it, or another algorithm than the key's. */
  | 'unknown-key'
  | 'algorithm'

export interface Alarm {
  readonly alarm: AlarmClass
  /** Critical: somebody else has the key, or the issuer. Warning: a recorded token was changed, or it is unknown. */
  readonly severity: 'critical' | 'warning'
  /** Milliseconds since 1970-01-01 UTC. */
  readonly atMs: number
  readonly issuer: string
  /** The key that signed it, whatever the header names; and whose that is: the issuer's, or another's. */
  readonly kid: string
  readonly keyIssuer: string
  /** As in the header. */
  readonly alg: string
  /** SHA-256 of the signing input, hexadecimal. */
  readonly inputHash: string
  /** Canonical: 16 bytes, however the `jti` was written. */
  readonly tokenId: string | undefined
  /** As in the token, where it is short enough to be an id. */
  readonly jti: string | undefined
  /** NaN where the token does not say; in a document nothing. */
  readonly issuedAtMs: number
  readonly expiresMs: number
  readonly audiences: readonly string[]
  /** Undefined where the ledger could not be read to its end, has forgotten such tokens, or does not list the issuer. */
  readonly isRecorded: boolean | undefined
  readonly head: Pick<Head, 'origin' | 'size' | 'root'> | undefined
  readonly caller: string
  /** Whether the token was admitted nevertheless, by the audience's policy. */
  readonly isAdmitted: boolean
  /** Another reason to refuse the token, also if it were recorded. */
  readonly refusal: SignedRefusal | undefined
}

const REMEMBERED = 10_000
/** Alarms of one key and severity that are reported within {@link WINDOW_MS}; others are counted. */
const MOST_PER_KEY = 100
const WINDOW_MS = 60_000

export class AlarmFilter {
  readonly #report: (alarm: Alarm) => void
  readonly #known = new Set<string>()
  /** By severity and key, those that began first first. */
  readonly #windows = new Map<string, { readonly sinceMs: number; count: number }>()
  #suppressed = 0

  /** @param report called for each new alarm, unless its key has raised too many */
  constructor(report: (alarm: Alarm) => void) {
    this.#report = report
  }

  get suppressed(): number {
    return this.#suppressed
  }

  raise(alarm: Alarm): void {
    const name = `${alarm.alarm} ${alarm.severity} ${alarm.inputHash}`
    if (this.#known.has(name)) return
    if (this.#isCapped(alarm)) {
      this.#suppressed++
      return
    }
    for (const oldest of this.#known) {
      if (this.#known.size < REMEMBERED) break
      this.#known.delete(oldest)
    }
    this.#known.add(name)
    this.#report(alarm)
  }

  /** Anybody can change genuine tokens: their warnings are capped apart from forgeries. */
  #isCapped({ kid, keyIssuer, severity, atMs }: Alarm): boolean {
    for (const [name, { sinceMs }] of this.#windows) {
      // The clock may have been set back.
      if (Math.abs(atMs - sinceMs) < WINDOW_MS) break
      this.#windows.delete(name)
    }
    const name = `${severity} ${kid}\0${keyIssuer}`
    const window = this.#windows.get(name) ?? { sinceMs: atMs, count: 0 }
    this.#windows.set(name, window)
    window.count++
    return window.count > MOST_PER_KEY
  }
}

/** An alarm as an object of JSON, with times in ISO 8601 and hashes as text. */
export function alarmDocument(alarm: Alarm): Readonly<Record<string, unknown>> {
  const { atMs, issuedAtMs, expiresMs, head, ...rest } = alarm
  return {
    schema: 'mintmark-alarm/1',
    at: iso(atMs),
    ...rest,
    issuedAt: iso(issuedAtMs),
    expires: iso(expiresMs),
    head: head && { ...head, root: Buffer.from(head.root).toString('base64') },
  }
}

const MOST_MS = 8.64e15
const iso = (ms: number) =>
  Number.isNaN(ms) ? undefined : new Date(Math.min(ms, MOST_MS)).toISOString()
