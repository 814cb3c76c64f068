/**
 * `/authz`: for proxies that ask before they forward. 200 lets a request through, 401 does not.
 *
 * @module
 */
import { text } from '@mintmark/core'
import type { Context } from 'hono'
import {
  type Answer,
  type AnswerHeaders,
  errorAnswer,
  responseOf,
  tooMany,
  unavailable,
} from './answers.ts'
import type { Callers } from './callers.ts'
import type { Guard } from './guard.ts'
import type { Admitted } from './introspect_route.ts'
import type { Verdict } from './verifier.ts'

/** Header with the caller's secret: `Authorization` is that of the request to be judged. */
export const CALLER_HEADER = 'x-mintmark-caller'

export async function authorize(c: Context, guard: Guard, callers: Callers): Promise<Response> {
  const asked = {
    secret: c.req.header(CALLER_HEADER) ?? '',
    authorization: c.req.header('authorization') ?? '',
  }
  return responseOf(await authorization(asked, guard, callers))
}

/** The answer, at once where nothing has to be waited for. */
export function authorization(
  asked: { readonly secret: string; readonly authorization: string },
  guard: Guard,
  callers: Callers,
): Answer | Promise<Answer> {
  const caller = callers.bySecret(asked.secret)
  if (caller === undefined) return errorAnswer('invalid_client', 403)
  if (!callers.isWithinRate(caller)) return tooMany()
  const token = tokenOf(asked.authorization)
  if (token === undefined) return challenge('')
  const verdict = guard.judge(token, caller.audiences, caller.name)
  return verdict instanceof Promise ? verdict.then(answerOf) : answerOf(verdict)
}

function answerOf(verdict: Verdict): Answer {
  if (verdict.isAdmitted) return allowed(verdict)
  if (verdict.reason === 'stale') return unavailable()
  return challenge(', error="invalid_token"')
}

/**
 * RFC 6750, section 2.1, and RFC 9449, section 7.1, strictly: one token, one blank. The proof beside a DPoP token is for
 * the service behind: whether a token was issued does not hang on it.
 */
const tokenOf = (header: string) => /^(?:Bearer|DPoP) ([\w.~+/=-]+)$/i.exec(header)?.[1]

function challenge(error: string): Answer {
  const headers = { 'WWW-Authenticate': `Bearer realm="mintmark"${error}` }
  return errorAnswer('invalid_token', 401, headers)
}

function allowed({ jws: { payload }, basis, audience }: Admitted): Answer {
  const headers: AnswerHeaders = {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Cache-Control': 'no-store',
    ...named('X-Auth-Subject', text(payload, 'sub')),
    ...named('X-Auth-User', text(payload, audience.usernameClaim)),
    ...named('X-Auth-Client', text(payload, 'client_id')),
    'X-Mintmark-Basis': basis,
  }
  return { status: 200, headers, body: '' }
}

/** A name with letters that no header takes is not sent: half of it would be another name. */
const named = (header: string, value: string | undefined): AnswerHeaders =>
  value !== undefined && /^[\x20-\x7e]{1,512}$/.test(value) ? { [header]: value } : {}
