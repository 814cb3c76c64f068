/**
 * `POST /introspect`: RFC 7662; RFC 9701 for an answer as a JWT. Dovecot checks `error`, not the
 * status. A refusal is `{"active":false}` alone: some clients admit a user when the answer names
 * one.
 */
import { isObject, type Json, text } from '@mintmark/core'
import type { Context } from 'hono'
import type { StatementSigner } from '../events/statements.ts'
import type { Caller, Callers } from '../verify/callers.ts'
import type { Guard } from '../verify/guard.ts'
import type { Verdict } from '../verify/verifier.ts'
import {
  type Answer,
  errorAnswer,
  jsonAnswer,
  MAX_BODY_BYTES,
  responseOf,
  shortBody,
  tooLarge,
  tooMany,
  unknownCaller,
} from './answers.ts'

const SIGNED_ANSWER = 'application/token-introspection+jwt'

export interface IntrospectDeps {
  readonly guard: Guard
  readonly callers: Callers
  readonly statements: StatementSigner | undefined
}

interface Question {
  readonly caller: Caller
  readonly accept: string
  readonly body: string
}

export async function introspect(c: Context, deps: IntrospectDeps): Promise<Response> {
  const caller = deps.callers.byAuthorization(c.req.header('authorization') ?? '')
  if (caller === undefined) return responseOf(unknownCaller())
  const body = await shortBody(c, MAX_BODY_BYTES)
  if (body === undefined) return responseOf(tooLarge())
  const accept = c.req.header('accept') ?? ''
  return responseOf(await introspection({ caller, accept, body }, deps))
}

/** Synchronous if nothing has to be waited for. */
export function introspection(question: Question, deps: IntrospectDeps): Answer | Promise<Answer> {
  const { guard, callers, statements } = deps
  const { caller } = question
  if (!callers.isWithinRate(caller)) return tooMany()
  const token = tokenIn(question.body)
  if (typeof token === 'object') return token
  const verdict = guard.assignVerdict(token, caller.audiences, caller.name)
  const answer =
    statements !== undefined && takesSigned(question.accept)
      ? (settled: Verdict) => signed(answerOf(settled), caller.name, statements)
      : (settled: Verdict) => jsonAnswer(answerOf(settled))
  return verdict instanceof Promise ? verdict.then(answer) : answer(verdict)
}

/** Without its media type a client gets JSON. */
const takesSigned = (accept: string): boolean =>
  accept.includes(SIGNED_ANSWER) &&
  accept.split(',').some((each) => {
    const [type = '', ...parameters] = each.split(';').map((part) => part.trim())
    return type === SIGNED_ANSWER && !parameters.some((part) => /^q=0(?:\.0*)?$/i.test(part))
  })

const answerOf = (verdict: Verdict): Json =>
  verdict.isAdmitted ? activeOf(verdict) : { active: false }

async function signed(answer: Json, caller: string, statements: StatementSigner): Promise<Answer> {
  const claims = { aud: caller, token_introspection: answer }
  const body = await statements.sign('token-introspection+jwt', claims)
  const headers = { 'Content-Type': SIGNED_ANSWER, 'Cache-Control': 'no-store' }
  return { status: 200, headers, body }
}

/** What most clients send, Dovecot among them: nothing in it needs decoding. */
const PLAIN_FORM = /^token=([\w.-]+)$/

/** The token in a form; the answer if there is none, or there are two. */
export function tokenIn(form: string): string | Answer {
  const plain = PLAIN_FORM.exec(form)?.[1]
  if (plain !== undefined) return plain
  const [token, ...more] = new URLSearchParams(form).getAll('token')
  return token === undefined || more.length > 0 ? errorAnswer('invalid_request', 400) : token
}

export type Admitted = Extract<Verdict, { readonly isAdmitted: true }>

function activeOf({ jws: { payload }, basis, audience }: Admitted): Json {
  const { iss, sub, aud, exp, iat, nbf, jti, scope, client_id, cnf } = payload
  const username = text(payload, audience.usernameClaim)
  const claims = { iss, sub, aud, exp, iat, nbf, jti, scope, client_id, cnf, username }
  // RFC 9449, section 6.2: a mail server for Bearer alone then refuses one that may be stolen.
  const token_type = isKeyBound(payload) ? 'DPoP' : 'Bearer'
  return { active: true, token_type, ...claims, mintmark: { basis } }
}

/** Without the proof it may be stolen. Bound to a certificate, it is Bearer (RFC 8705). */
export function isKeyBound({ cnf }: Json): boolean {
  return cnf !== undefined && !(isObject(cnf) && Object.keys(cnf).join() === 'x5t#S256')
}
