/**
 * Claims of tokens about keys, not signed: alarms as security events, and the historical keys of OpenID Federation.
 *
 * Source: RFC 8417; OpenID Shared Signals Framework 1.0, section "Subject Members"; RISC 1.0, section "Credential
 * Compromise" for private keys that were published; OpenID Federation 1.0, section "Federation Historical Keys Response".
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Alarm } from './alarms.ts'
import type { KeyHistory } from './timeline.ts'

const KEY_ALARM_EVENT = 'urn:mintmark:secevent:key-alarm'
const COMPROMISE_EVENT = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'

/** Claims of one event. The same alarm has the same `jti`, whenever it is raised. */
export function eventClaims(alarm: Alarm, nowMs: number): Readonly<Record<string, unknown>> {
  const { code, severity, document, thumbprint, kid, issuer, atMs, afterMs, message } = alarm
  const name = JSON.stringify([code, document, thumbprint, atMs, message])
  const details = {
    code,
    severity,
    document,
    message,
    thumbprint,
    kid,
    issuer,
    event_timestamp: seconds(atMs),
    not_seen_at: seconds(afterMs),
  }
  const compromise = {
    credential_type: 'signing-key',
    iss: issuer,
    kid,
    event_timestamp: seconds(atMs),
  }
  return {
    jti: createHash('sha256').update(name).digest('base64url').slice(0, 22),
    iat: seconds(nowMs),
    sub_id: { format: 'opaque', id: thumbprint ?? document },
    events: {
      [KEY_ALARM_EVENT]: details,
      ...(code === 'private-published' && { [COMPROMISE_EVENT]: compromise }),
    },
  }
}

const seconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.floor(ms / 1000))

/** Claims of the signed JWT of type `jwk-set+jwt`. */
export function historicalKeys(
  histories: readonly KeyHistory[],
  issuer: string,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const gone = histories.filter(
    ({ issuers, listings }) =>
      issuers.includes(issuer) && listings.at(-1)?.firstAbsentMs !== undefined,
  )
  const keys = gone.flatMap(({ key, listings }) => {
    const [first, last] = [listings[0], listings.at(-1)]
    if (first === undefined || last === undefined) return []
    return [
      {
        ...key.jwk,
        kid: key.kid ?? key.thumbprint,
        use: key.use,
        alg: key.alg ?? key.jwk['alg'],
        iat: seconds(first.firstPresentMs),
        exp: seconds(last.lastPresentMs),
        last_seen_absent: seconds(first.lastAbsentMs),
        first_seen_absent: seconds(last.firstAbsentMs),
      },
    ]
  })
  return { iss: issuer, iat: seconds(nowMs), keys }
}
