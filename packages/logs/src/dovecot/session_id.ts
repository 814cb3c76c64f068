/**
 * What the session id of a Dovecot login says: when the connection came, from which port and address.
 *
 * The id is base64 of the lowest 48 bits of the microseconds since 1970, of the client's port (both with the lowest byte
 * first) and of its address: 12 bytes, or 24 for IPv6. It is UTC whatever zone the log is written in, and comes round
 * every 3,258 days.
 *
 * Source: dovecot, `client_get_session_id` in src/login-common/client-common.c, 2.1 to 2.4; and ids of a 2.4.1.
 *
 * @module
 */
import { address } from '../ual/fields.ts'

/** After so long the time in an id begins again. */
export const ROUND_MS: number = 2 ** 48 / 1000

interface SessionOrigin {
  /** When the connection came: milliseconds since 1970-01-01 UTC, or since then and some {@link ROUND_MS}. */
  readonly startMs: number
  readonly ip: string
  readonly port: number
}

/** Undefined for an id of another make. What follows a colon, the number of a part of a session, is left out. */
export function readSessionId(id: string): SessionOrigin | undefined {
  const [spelled = ''] = id.split(':', 1)
  if (!/^(?:[A-Za-z0-9+/]{16}){1,2}$/.test(spelled)) return undefined
  const bytes = Buffer.from(spelled, 'base64')
  return {
    startMs: bytes.readUIntLE(0, 6) / 1000,
    port: bytes.readUInt16LE(6),
    ip: ipOf(bytes.subarray(8)),
  }
}

function ipOf(bytes: Buffer): string {
  if (bytes.length === 4) return address([...bytes].join('.'))
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16))
  return address(groups.join(':'))
}
