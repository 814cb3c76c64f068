/**
 * `POST /introspect`: RFC 7662, and RFC 9701 where the answer is asked for as a JWT.
 *
 * What is refused is `{"active":false}` and nothing else: clients are known that let a user in at the sight of his name,
 * whatever stands beside it. Every answer that is no verdict has a member `error`: Dovecot looks at that, and not at the
 * status.
 *
 * @module
 */
import { type Json, text } from '@mintmark/core'
import type { Context } from 'hono'
import { errorAnswer, jsonAnswer, tooLarge, tooMany, unknownCaller } from './answers.ts'
import type { Callers } from './callers.ts'
import type { Guard } from './guard.ts'
import { MAX_BODY_BYTES, shortBody } from './request_body.ts'
import type { StatementSigner } from './statements.ts'
import type { Verdict } from './verifier.ts'

/** RFC 9701, section 4. */
export const SIGNED_ANSWER = 'application/token-introspection+jwt'

export interface IntrospectDeps {
  readonly guard: Guard
  readonly callers: Callers
  readonly statements: StatementSigner | undefined
}

export async function introspect(c: Context, deps: IntrospectDeps): Promise<Response> {
  const { guard, callers, statements } = deps
  const caller = callers.byAuthorization(c.req.header('authorization') ?? '')
  if (caller === undefined) return unknownCaller()
  if (!callers.isWithinRate(caller)) return tooMany()
  const token = await tokenOf(c)
  if (token instanceof Response) return token
  const verdict = await guard.judge(token, caller.audiences, caller.name)
  const answer = verdict.isAdmitted ? activeOf(verdict) : { active: false }
  const isSigned = statements !== undefined && c.req.header('accept') === SIGNED_ANSWER
  if (!isSigned) return jsonAnswer(answer)
  const claims = { aud: caller.name, token_introspection: answer }
  const signed = await statements.sign('token-introspection+jwt', claims)
  return c.body(signed, 200, { 'Content-Type': SIGNED_ANSWER, 'Cache-Control': 'no-store' })
}

/** What most clients send, Dovecot among them: nothing in it needs decoding. */
const PLAIN_FORM = /^token=([\w.-]+)$/

/** The token in the form of a request; the answer where there is none, or there are two. */
export async function tokenOf(c: Context): Promise<string | Response> {
  const body = await shortBody(c, MAX_BODY_BYTES)
  if (body === undefined) return tooLarge()
  const plain = PLAIN_FORM.exec(body)?.[1]
  if (plain !== undefined) return plain
  const [token, ...more] = new URLSearchParams(body).getAll('token')
  return token === undefined || more.length > 0 ? errorAnswer('invalid_request', 400) : token
}

export type Admitted = Extract<Verdict, { readonly isAdmitted: true }>

function activeOf({ jws: { payload }, basis, audience }: Admitted): Json {
  const { iss, sub, aud, exp, iat, nbf, jti, scope, client_id, cnf } = payload
  const username = text(payload, audience.usernameClaim)
  const claims = { iss, sub, aud, exp, iat, nbf, jti, scope, client_id, cnf, username }
  return { active: true, token_type: 'Bearer', ...claims, mintmark: { basis } }
}
