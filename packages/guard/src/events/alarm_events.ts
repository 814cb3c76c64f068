/**
 * Alarms as security events.
 *
 * Source: RFC 8417; OpenID Shared Signals Framework 1.0, section "JWT ID Subject Identifier Format"; RISC 1.0, section
 * "Credential Compromise". No standard event exists for a valid signature over a token that was never issued:
 * {@link ALARM_EVENT} is Mintmark's own.
 *
 * @module
 */
import { type Alarm, alarmDocument } from '../verify/alarms.ts'
import type { SecurityEvent } from './event_stream.ts'

export const ALARM_EVENT = 'urn:mintmark:secevent:token-alarm'
export const COMPROMISE_EVENT =
  'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'
export const VERIFICATION_EVENT = 'https://schemas.openid.net/secevent/ssf/event-type/verification'

export class AlarmEvents {
  readonly #compromised = new Set<string>()

  /** The alarm; with the first critical one of a key also its compromise. */
  of(alarm: Alarm): readonly SecurityEvent[] {
    const { jti, issuer, kid, keyIssuer, inputHash, severity } = alarm
    const subject =
      jti === undefined
        ? { format: 'opaque', id: inputHash }
        : { format: 'jwt_id', iss: issuer, jti }
    const event = {
      subject,
      type: ALARM_EVENT,
      details: alarmDocument(alarm),
      transaction: inputHash,
    }
    const name = `${kid}\0${keyIssuer}`
    if (severity !== 'critical' || this.#compromised.has(name)) return [event]
    this.#compromised.add(name)
    const details = {
      credential_type: 'signing-key',
      iss: keyIssuer,
      kid,
      event_timestamp: Math.floor(alarm.atMs / 1000),
    }
    const key = { format: 'opaque', id: kid }
    return [event, { subject: key, type: COMPROMISE_EVENT, details, transaction: inputHash }]
  }
}
