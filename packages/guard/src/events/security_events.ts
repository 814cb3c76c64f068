/**
 * Alarms and admitted tokens as security events. No standard event exists for a never issued token
 * with a valid signature: {@link ALARM_EVENT} is Mintmark's own. Source: RFC 8417; SSF 1.0, "JWT ID
 * Subject Identifier Format"; RISC 1.0, "Credential Compromise"; CAEP 1.0, "Session Presented".
 */
import { text } from '@mintmark/core'
import { type Alarm, alarmDocument } from '../verify/alarms.ts'
import type { Presentation } from '../verify/presentations.ts'
import type { SecurityEvent } from './event_stream.ts'

export const ALARM_EVENT = 'urn:mintmark:secevent:token-alarm'
export const COMPROMISE_EVENT =
  'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'
export const VERIFICATION_EVENT = 'https://schemas.openid.net/secevent/ssf/event-type/verification'

export class AlarmEvents {
  readonly #compromised = new Set<string>()

  /** With a key's first critical alarm also its compromise. */
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

export const PRESENTED_EVENT =
  'https://schemas.openid.net/secevent/caep/event-type/session-presented'

const REMEMBERED = 100_000

export class PresentationEvents {
  readonly #known = new Set<string>()

  /** Undefined for a token that was reported already, was refused, or has no `jti`. */
  of({ isAdmitted, jws, claims, audience, atMs }: Presentation): SecurityEvent | undefined {
    const jti = text(jws.payload, 'jti')
    if (!isAdmitted || jti === undefined || this.#isKnown(`${claims.tokenId} ${audience.audience}`))
      return undefined
    const session = text(jws.payload, 'sid')
    return {
      subject: { format: 'jwt_id', iss: jws.issuer, jti },
      type: PRESENTED_EVENT,
      details: {
        event_timestamp: Math.floor(atMs / 1000),
        ...(session !== undefined && { ext_id: session }),
      },
    }
  }

  #isKnown(name: string): boolean {
    if (this.#known.has(name)) return true
    for (const oldest of this.#known) {
      if (this.#known.size < REMEMBERED) break
      this.#known.delete(oldest)
    }
    this.#known.add(name)
    return false
  }
}
