/**
 * What the middlewares share: the `Authorization` of a request in, verified claims or a refusal of RFC 6750 out.
 * Only the guard and the written policy of the audience admit a token. Whatever fails on the way is a refusal.
 */
import { type Json, MintmarkError, safeText, text } from '@mintmark/core'
import type { GuardConfig } from '../config/config.ts'
import { type Answer, type AnswerHeaders, errorAnswer, unavailable } from '../http/answers.ts'
import type { Guard } from '../verify/guard.ts'
import type { AudiencePolicy } from '../verify/policies.ts'
import type { Basis } from '../verify/verifier.ts'

/** The parts of a started guard that a middleware needs. */
export interface TokenGuard {
  readonly guard: Pick<Guard, 'assignVerdict'>
  readonly config: Pick<GuardConfig, 'audiences'>
}

export interface TokenOptions {
  /** This service's `aud`: one of `audiences` in the guard's configuration, whose policy then holds. */
  readonly audience: string
  /** Values that the token's `scope` must have, all of them. Default: none. */
  readonly scope?: readonly string[] | undefined
  /** Name of this service in alarms. Default: the audience. */
  readonly caller?: string | undefined
}

export interface VerifiedToken {
  readonly claims: Json
  readonly user: string | undefined
  readonly audience: string
  /** `recorded`, or the exception in the policy that admitted it. */
  readonly basis: Basis
}

type Checked = { readonly token: VerifiedToken } | { readonly refusal: Answer }

const BEARER = /^Bearer(?: |$)/i
/** RFC 6750, section 2.1, strictly: one token, one blank. */
const TOKEN = /^Bearer ([\w.~+/-]+=*)$/i
/** RFC 6750, section 3: a scope is between quotation marks. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * @returns checks the `Authorization` of a request, undefined where it has none; never rejects
 * @throws {MintmarkError} `INPUT_INVALID` where the configuration lacks the audience, or a scope is invalid
 */
export function tokenCheck(
  { guard, config }: TokenGuard,
  { audience, scope = [], caller = audience }: TokenOptions,
): (authorization: string | undefined) => Promise<Checked> {
  const policy = config.audiences.get(audience)
  if (policy === undefined) throw invalid('audience', audience, 'is not in the configuration')
  const wrong = scope.find((each) => !SCOPE.test(each))
  if (wrong !== undefined) throw invalid('scope', wrong, 'is no scope')
  return async (authorization = '') => {
    if (!BEARER.test(authorization)) return refusal(401)
    const token = TOKEN.exec(authorization)?.[1]
    if (token === undefined) return refusal(400, 'invalid_request')
    try {
      const verdict = await guard.assignVerdict(token, [policy], caller)
      if (!verdict.isAdmitted)
        return verdict.reason === 'stale' ? { refusal: unavailable() } : refusal(401, INVALID)
      return checked(verdict.jws.payload, verdict.basis, { policy, scope })
    } catch {
      return { refusal: unavailable() }
    }
  }
}

const INVALID = 'invalid_token'

function checked(
  claims: Json,
  basis: Basis,
  { policy, scope }: { readonly policy: AudiencePolicy; readonly scope: readonly string[] },
): Checked {
  // Bound to a key of its holder: no bearer token (RFC 9449, section 7.2), and nobody here checks the proof.
  if (claims['cnf'] !== undefined) return refusal(401, INVALID)
  const granted = new Set((text(claims, 'scope') ?? '').split(' '))
  if (!scope.every((each) => granted.has(each)))
    return refusal(403, 'insufficient_scope', `, scope="${scope.join(' ')}"`)
  const user = text(claims, policy.usernameClaim)
  return { token: { claims, user, audience: policy.audience, basis } }
}

/** RFC 6750, section 3.1: a request without a token gets no error code. */
function refusal(status: number, error?: string, more = ''): Checked {
  const reason = error === undefined ? '' : `, error="${error}"${more}`
  const headers: AnswerHeaders = { 'WWW-Authenticate': `Bearer realm="mintmark"${reason}` }
  return { refusal: errorAnswer(error ?? INVALID, status, headers) }
}

const invalid = (option: string, value: string, what: string) =>
  new MintmarkError('INPUT_INVALID', `${option} ${safeText(value, 80)} ${what}`, { option })

/**
 * The `Authorization` of a Node request. Node drops a second one, and a server behind may read it: two are joined, and so
 * refused.
 */
export function authorizationOf({
  rawHeaders,
  headers,
}: {
  readonly rawHeaders: readonly string[]
  readonly headers: { readonly authorization?: string | undefined }
}): string | undefined {
  const sent = rawHeaders.filter(
    (_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'authorization',
  )
  return sent.length > 1 ? `Bearer ${sent.join(', ')}` : headers.authorization
}
