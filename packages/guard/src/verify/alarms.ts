/**
 * Alarms: tokens that a genuine issuer cannot have sent. A valid signature is needed: noise raises
 * none. An alarm can be shared: key, input hash, and the head that lacks it; no person, no token.
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
  /** The key of another issuer, or of a class that the audience does not take. */
  | 'class-mismatch'
  /** The second of the two signatures that each ECDSA signature has. */
  | 'malleable-signature'
  /** A second base64url encoding of a token. */
  | 'non-canonical'
  /** For an identity without a user: recorded or not, no user asked for it. */
  | 'canary'

/** Wrong with a token of a known key, whether it is recorded or not. */
export type SignedRefusal =
  | ClaimRefusal
  | 'malformed'
  | 'unknown-issuer'
  | 'oversized'
  | 'wrong-audience'
  | 'revoked-key'
  /** The header names another key or algorithm than the one that signed it. */
  | 'unknown-key'
  | 'algorithm'

export interface Alarm {
  readonly alarm: AlarmClass
  /** Critical: the key or issuer is stolen. Warning: a recorded token was changed, or unknown. */
  readonly severity: 'critical' | 'warning'
  readonly atMs: number
  readonly issuer: string
  /** The key that signed it and its issuer, whatever the header names. */
  readonly kid: string
  readonly keyIssuer: string
  readonly alg: string
  /** SHA-256 of the signing input, hexadecimal. */
  readonly inputHash: string
  /** Canonical: 16 bytes, however the `jti` was written. */
  readonly tokenId: string | undefined
  /** As in the token, if it is short enough to be an id. */
  readonly jti: string | undefined
  /** NaN if the token does not say; absent in a document. */
  readonly issuedAtMs: number
  readonly expiresMs: number
  readonly audiences: readonly string[]
  /** Undefined: the ledger was not read to its end, forgot it, or does not list the issuer. */
  readonly isRecorded: boolean | undefined
  readonly head: Pick<Head, 'origin' | 'size' | 'root'> | undefined
  readonly caller: string
  /** Admitted nevertheless, by the audience's policy. */
  readonly isAdmitted: boolean
  /** Another reason to refuse the token, even if it were recorded. */
  readonly refusal: SignedRefusal | undefined
}

const REMEMBERED = 10_000
/** For one key and severity within {@link WINDOW_MS}; others are counted. */
const MOST_PER_KEY = 100
const WINDOW_MS = 60_000

export class AlarmFilter {
  readonly #report: (alarm: Alarm) => void
  readonly #known = new Set<string>()
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
