/** Entries for the benches of the ledger, and how they come. */
import { randomUUID } from 'node:crypto'
import { type Description, type Issuance, issuanceOf, newSalt, SALT_CLAIM } from '@mintmark/ledger'

export const ISSUER = 'https://id.example.org/realms/agency'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const HEADER = part({ alg: 'ES256', kid: 'key-1', typ: 'at+jwt' })

export const AUDIENCE = 'https://wiki.example.org/api'

/** What a token issued now says: a signing input of about 600 bytes. */
export function makeClaims(): Readonly<Record<string, string | number>> {
  const iat = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    jti: randomUUID(),
    iat,
    exp: iat + 3000,
    sub: randomUUID(),
    client_id: 'wiki',
    aud: AUDIENCE,
    scope: 'openid profile mail.read mail.send calendar.read',
    tenant: randomUUID(),
  }
}

export function makeEntry(): Issuance {
  const payload = { ...makeClaims(), [SALT_CLAIM]: newSalt() }
  return issuanceOf(`${HEADER}.${part(payload)}`)
}

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN

export function row(name: string, count: number, tookMs: number, waits: readonly number[]): void {
  const ms = waits.toSorted((a, b) => a - b)
  const rate = Math.round((count / tookMs) * 1000).toLocaleString('en')
  const times = [0.5, 0.99, 1].map((q) => quantile(ms, q).toFixed(1).padStart(7)).join(' ')
  console.log(`${name.padEnd(34)} ${rate.padStart(8)}/s   p50, p99, max ms ${times}`)
}

/** What a ledger of the benches is. */
export const DESCRIPTION: Omit<Description, 'key'> = {
  name: 'ledger.example.org',
  period: 'day',
  issuers: new Map([['agency', ISSUER]]),
  maxLifetimeMs: 3_600_000,
  skewMs: 60_000,
  retentionDays: undefined,
}

/** How entries come: so many a second, or from so many callers that wait for each. */
export type Load = { readonly perSecond: number } | { readonly callers: number }

const TICK_MS = 5

/** Hands out entries for some seconds, and resolves when all are acknowledged. */
export async function drive(
  load: Load,
  seconds: number,
  next: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + seconds * 1000
  if ('callers' in load) {
    const caller = async () => {
      // oxlint-disable-next-line no-await-in-loop -- a caller waits for its answer
      while (performance.now() < end && (await next()));
    }
    await Promise.all(Array.from({ length: load.callers }, caller))
    return
  }
  const start = performance.now()
  const asked: Promise<boolean>[] = []
  while (performance.now() < end) {
    // What a late timer missed is made up for: the rate holds.
    const due = ((performance.now() - start) / 1000) * load.perSecond
    while (asked.length < due) asked.push(next())
    // oxlint-disable-next-line no-await-in-loop -- time passes
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  await Promise.all(asked)
}
