/**
 * Alarms as claims of security event tokens, not signed: a transmitter signs them as its own.
 *
 * Source: RFC 8417; OpenID Shared Signals Framework 1.0, section "Subject Members"; RISC 1.0, section "Credential
 * Compromise" for private keys that were published.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Alarm } from './alarms.ts'

export const KEY_ALARM_EVENT = 'urn:mintmark:secevent:key-alarm'
const COMPROMISE_EVENT = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'

const seconds = (ms: number) => Math.floor(ms / 1000)

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
    not_seen_at: afterMs === undefined ? undefined : seconds(afterMs),
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
