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
import { type Callers, unknownCaller } from './callers.ts'
import type { Guard } from './guard.ts'
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
  if (caller === undefined) return unknownCaller(c)
  if (!callers.isWithinRate(caller)) return tooMany(c)
  const token = await tokenOf(c)
  if (token === undefined) return c.json({ error: 'invalid_request' }, 400)
  const verdict = await guard.judge(token, caller.audiences, caller.name)
  const answer = verdict.isAdmitted ? activeOf(verdict) : { active: false }
  const isSigned = statements !== undefined && c.req.header('accept') === SIGNED_ANSWER
  if (!isSigned) return c.json(answer)
  const claims = { aud: caller.name, token_introspection: answer }
  const signed = await statements.sign('token-introspection+jwt', claims)
  return c.body(signed, 200, { 'Content-Type': SIGNED_ANSWER })
}

/** The token in the form of a request; undefined where there is none, or there are two. */
export async function tokenOf(c: Context): Promise<string | undefined> {
  const tokens = new URLSearchParams(await c.req.text()).getAll('token')
  return tokens.length === 1 ? tokens[0] : undefined
}

export function tooMany(c: Context): Response {
  return c.json({ error: 'temporarily_unavailable' }, 429, { 'Retry-After': '1' })
}

export type Admitted = Extract<Verdict, { readonly isAdmitted: true }>

function activeOf({ jws: { payload }, basis, audience }: Admitted): Json {
  const { iss, sub, aud, exp, iat, nbf, jti, scope, client_id, cnf } = payload
  const username = text(payload, audience.usernameClaim)
  const claims = { iss, sub, aud, exp, iat, nbf, jti, scope, client_id, cnf, username }
  return { active: true, token_type: 'Bearer', ...claims, mintmark: { basis } }
}
