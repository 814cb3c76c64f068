/**
 * Admitted tokens as security events: a receiver can compare them with what was issued.
 *
 * Each token is reported once for each audience, under its `jti`. No user is named.
 *
 * Source: OpenID CAEP 1.0, section "Session Presented"; OpenID Shared Signals Framework 1.0, section "JWT ID Subject
 * Identifier Format".
 *
 * @module
 */
import { text } from '@mintmark/core'
import type { Presentation } from '../verify/presentations.ts'
import type { SecurityEvent } from './event_stream.ts'

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
