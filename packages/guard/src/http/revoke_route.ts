/** `POST /revoke`: RFC 7009. A JWT is revoked by a ledger entry, which all its guards see. */
import { MintmarkError } from '@mintmark/core'
import type { Context } from 'hono'
import { isTakenIn, revocationOf } from '../follow/revocation.ts'
import type { RecordEntry } from '../sign/entry_recorder.ts'
import type { Callers } from '../verify/callers.ts'
import type { Guard } from '../verify/guard.ts'
import {
  errorAnswer,
  MAX_BODY_BYTES,
  responseOf,
  shortBody,
  tooLarge,
  tooMany,
  unavailable,
  unknownCaller,
} from './answers.ts'
import { tokenIn } from './introspect_route.ts'

interface RevokeDeps {
  readonly guard: Guard
  readonly callers: Callers
  readonly record: RecordEntry
  readonly now: () => number
}

/**
 * 200 if this guard now refuses the token, or it needs no revocation: RFC 7009, section 2.2.
 * 503 if that is not known yet: the caller may try again.
 */
export async function revoke(
  c: Context,
  { guard, callers, record, now }: RevokeDeps,
): Promise<Response> {
  const caller = callers.byAuthorization(c.req.header('authorization') ?? '')
  if (caller === undefined) return responseOf(unknownCaller())
  if (!caller.mayRevoke) return responseOf(errorAnswer('unauthorized_client', 403))
  if (!callers.isWithinRate(caller)) return responseOf(tooMany())
  const body = await shortBody(c, MAX_BODY_BYTES)
  const token = body === undefined ? tooLarge() : tokenIn(body)
  if (typeof token === 'object') return responseOf(token)
  const jws = guard.signedToken(token)
  // What is not revoked may be a forgery: it raises its alarm here as anywhere.
  const check = () => void guard.assignVerdict(token, caller.audiences, caller.name)
  if (typeof jws !== 'object') check()
  if (jws === 'malformed') return responseOf(errorAnswer('unsupported_token_type', 400))
  if (jws === undefined) return c.body(null, 200)
  try {
    const revocation = revocationOf(token, now())
    await record(revocation)
    guard.metrics.counter('revocations').value++
    const isSeen = await isTakenIn(guard.follower, revocation)
    return isSeen ? c.body(null, 200) : responseOf(unavailable())
  } catch (cause) {
    if (!(cause instanceof MintmarkError)) throw cause
    // Not issued, or expired: nothing to revoke.
    if (cause.code === 'ENTRY_REFUSED') check()
    if (cause.code === 'ENTRY_REFUSED') return c.body(null, 200)
    return responseOf(unavailable())
  }
}
