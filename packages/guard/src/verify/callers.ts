import { hash, timingSafeEqual } from 'node:crypto'
import type { AudiencePolicy } from './policies.ts'

export interface KnownCaller {
  readonly name: string
  readonly secretSha256: Uint8Array
  readonly requestsPerSecond: number
}

export interface Caller extends KnownCaller {
  /** A token for another audience is refused. */
  readonly audiences: readonly AudiencePolicy[]
  readonly mayRevoke: boolean
  /** May make streams of security events for itself. */
  readonly maySubscribe: boolean
  /** Prefixes of the addresses to which it may have events pushed. */
  readonly pushTo: readonly string[]
}

interface Credentials {
  readonly name: string | undefined
  readonly secret: string
}

export class Callers<T extends KnownCaller = Caller> {
  readonly #callers: readonly T[]
  readonly #now: () => number
  readonly #buckets = new Map<T, { left: number; atMs: number }>()

  /** @param now milliseconds on any clock that is not set back */
  constructor(callers: readonly T[], now: () => number = () => performance.now()) {
    this.#callers = callers
    this.#now = now
  }

  /** With its secret, in Basic or Bearer. */
  byAuthorization(header: string): T | undefined {
    const credentials = basic(header) ?? bearer(header)
    return credentials && this.#find(credentials)
  }

  bySecret(secret: string): T | undefined {
    return this.#find({ name: undefined, secret })
  }

  /** Compares all secrets, in constant time. */
  #find({ name, secret }: Credentials): T | undefined {
    const secretHash = hash('sha256', secret, 'buffer')
    let found: T | undefined
    for (const caller of this.#callers) {
      const isSame = timingSafeEqual(caller.secretSha256, secretHash)
      if (isSame && (name === undefined || name === caller.name)) found = caller
    }
    return secret === '' ? undefined : found
  }

  isWithinRate(caller: T): boolean {
    const nowMs = this.#now()
    const most = caller.requestsPerSecond
    const bucket = this.#buckets.get(caller) ?? { left: most, atMs: nowMs }
    const left = bucket.left + ((nowMs - bucket.atMs) / 1000) * most
    bucket.left = Math.min(left, most)
    bucket.atMs = nowMs
    this.#buckets.set(caller, bucket)
    if (bucket.left < 1) return false
    bucket.left--
    return true
  }
}

/** Shares of a queue: no caller fills it for another. */
export class Shares<T extends KnownCaller> {
  readonly #most: number
  readonly #held = new Map<T, number>()

  constructor(most: number) {
    this.#most = most
  }

  take(caller: T): boolean {
    const held = (this.#held.get(caller) ?? 0) + 1
    if (held <= this.#most) this.#held.set(caller, held)
    return held <= this.#most
  }

  giveBack(caller: T): void {
    this.#held.set(caller, (this.#held.get(caller) ?? 1) - 1)
  }
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are put into Basic. */
function basic(header: string): Credentials | undefined {
  const encoded = /^Basic +([\w+/=-]{1,4096})$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const [name = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return { name: decoded(name), secret: decoded(rest.join(':')) }
}

function bearer(header: string): Credentials | undefined {
  const secret = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(header)?.[1]
  return secret === undefined ? undefined : { name: undefined, secret }
}

/** Many clients do not encode: invalid encodings are taken as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
