/** `/authz`: for proxies that ask before they forward. 200 lets a request through, 401 does not. */
import { text } from '@mintmark/core'
import type { Context } from 'hono'
import type { Callers } from '../verify/callers.ts'
import type { Guard } from '../verify/guard.ts'
import type { Verdict } from '../verify/verifier.ts'
import {
  type Answer,
  type AnswerHeaders,
  errorAnswer,
  responseOf,
  tooMany,
  unavailable,
} from './answers.ts'
import { type Admitted, isKeyBound } from './introspect_route.ts'

/** The caller's secret: `Authorization` has the token to verify. */
export const CALLER_HEADER = 'x-mintmark-caller'

export async function authorize(c: Context, guard: Guard, callers: Callers): Promise<Response> {
  const asked = {
    secret: c.req.header(CALLER_HEADER) ?? '',
    authorization: c.req.header('authorization') ?? '',
  }
  return responseOf(await authorization(asked, guard, callers))
}

/** Synchronous if nothing has to be waited for. */
export function authorization(
  asked: { readonly secret: string; readonly authorization: string },
  guard: Guard,
  callers: Callers,
): Answer | Promise<Answer> {
  const caller = callers.bySecret(asked.secret)
  if (caller === undefined) return errorAnswer('invalid_client', 403, { Connection: 'close' })
  if (!callers.isWithinRate(caller)) return tooMany()
  const [, scheme = '', token] = SHOWN.exec(asked.authorization) ?? []
  if (token === undefined) return challenge('')
  const isBound = scheme.toLowerCase() === 'dpop'
  const verdict = guard.assignVerdict(token, caller.audiences, caller.name)
  return verdict instanceof Promise
    ? verdict.then((settled) => answerOf(settled, isBound))
    : answerOf(verdict, isBound)
}

/** @param isBound presented with a proof, which the service behind the proxy checks */
function answerOf(verdict: Verdict, isBound: boolean): Answer {
  if (verdict.isAdmitted && mayPass(verdict, isBound)) return allowed(verdict)
  if (!verdict.isAdmitted && verdict.reason === 'stale') return unavailable()
  return challenge(', error="invalid_token"')
}

/** RFC 6750, section 2.1, and RFC 9449, section 7.1, strictly: one token, one blank. */
const SHOWN = /^(Bearer|DPoP) ([\w.~+/=-]+)$/i

/** The service behind the proxy must receive what the token is bound to. */
function mayPass({ jws: { payload } }: Admitted, isBound: boolean): boolean {
  if (payload['cnf'] === undefined) return true
  return (isBound || !isKeyBound(payload)) && asciiJson(payload['cnf']).length <= MOST_LETTERS
}

const asciiJson = (value: unknown) =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

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
    ...named(
      'X-Auth-Confirmation',
      payload['cnf'] === undefined ? undefined : asciiJson(payload['cnf']),
    ),
    'X-Mintmark-Basis': basis,
  }
  return { status: 200, headers, body: '' }
}

const MOST_LETTERS = 2048

/** Whoever forwards a header drops blanks at the ends of its value. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/

/**
 * A name that no header can carry goes percent-encoded (UTF-8) into another header, so that neither
 * is mistaken for the other. Never cut: a part would be another name.
 */
function named(header: string, value: string | undefined): AnswerHeaders {
  if (value === undefined || value === '' || value.length > MOST_LETTERS || /\p{Cs}/u.test(value))
    return {}
  if (PLAIN.test(value)) return { [header]: value }
  const encoded = encodeURIComponent(value)
  return encoded.length > MOST_LETTERS ? {} : { [`${header}-Encoded`]: encoded }
}
