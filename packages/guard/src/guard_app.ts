/**
 * A guard over HTTP.
 *
 * `POST /introspect` (RFC 7662) for whoever can ask for a token's state, `/authz` for proxies that ask before they forward.
 * What is refused over introspection is `{"active":false}` and nothing else: clients are known that let a user in at the
 * sight of his name, whatever stands beside it.
 *
 * @module
 */

import { text } from '@mintmark/core'
import type { Context, Hono } from 'hono'
import { Hono as App } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type Caller, Callers } from './callers.ts'
import type { Guard } from './guard.ts'
import type { Verdict } from './verifier.ts'

const MAX_BODY_BYTES = 32 << 10
/** Header with the caller's secret, where `Authorization` is that of the request to be judged. */
const CALLER_HEADER = 'x-mintmark-caller'

export interface GuardAppDeps {
  readonly guard: Guard
  readonly callers: readonly Caller[]
  /** Whether tokens can be judged as the policy wants. */
  readonly isReady: () => boolean
}

export function guardApp(deps: GuardAppDeps): Hono {
  const { guard } = deps
  const callers = new Callers(deps.callers)
  const app = new App()
  app.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
  })
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/readyz', (c) => (deps.isReady() ? c.text('ready\n') : c.text('not ready\n', 503)))
  app.get('/metrics', (c) => c.text(guard.metrics.text(guard.gauges())))
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (c) => c.json({ error: 'invalid_request' }, 413),
  })
  app.post('/introspect', limit, (c) => introspect(c, guard, callers))
  app.all('/authz', (c) => authorize(c, guard, callers))
  app.all('/authz/*', (c) => authorize(c, guard, callers))
  app.notFound((c) => c.json({ error: 'not_found' }, 404))
  app.onError((_error, c) => c.json({ error: 'server_error' }, 500))
  return app
}

/** Every answer that is no verdict has a member `error`: Dovecot looks at that, and not at the status. */
async function introspect(c: Context, guard: Guard, callers: Callers): Promise<Response> {
  const caller = callers.byAuthorization(c.req.header('authorization') ?? '')
  if (caller === undefined) {
    const headers = { 'WWW-Authenticate': 'Basic realm="mintmark"' }
    return c.json({ error: 'invalid_client' }, 401, headers)
  }
  if (!callers.isWithinRate(caller)) return tooMany(c)
  const token = new URLSearchParams(await c.req.text()).get('token')
  if (token === null) return c.json({ error: 'invalid_request' }, 400)
  const verdict = await guard.judge(token, caller.audiences, caller.name)
  return c.json(verdict.isAdmitted ? activeOf(verdict) : { active: false })
}

function tooMany(c: Context): Response {
  return c.json({ error: 'temporarily_unavailable' }, 429, { 'Retry-After': '1' })
}

type Admitted = Extract<Verdict, { readonly isAdmitted: true }>

function activeOf({ jws: { payload }, basis, audience }: Admitted): object {
  const { iss, sub, aud, exp, iat, nbf, jti, scope, client_id, cnf } = payload
  const username = text(payload, audience.usernameClaim)
  return {
    active: true,
    token_type: 'Bearer',
    iss,
    sub,
    aud,
    exp,
    iat,
    nbf,
    jti,
    scope,
    client_id,
    cnf,
    username,
    mintmark: { basis },
  }
}

/** For proxies: 200 lets the request through, 401 does not. */
async function authorize(c: Context, guard: Guard, callers: Callers): Promise<Response> {
  const caller = callers.bySecret(c.req.header(CALLER_HEADER) ?? '')
  if (caller === undefined) return c.json({ error: 'invalid_client' }, 403)
  if (!callers.isWithinRate(caller)) return tooMany(c)
  const token = bearerOf(c.req.header('authorization') ?? '')
  if (token === undefined) return challenge(c, '')
  const verdict = await guard.judge(token, caller.audiences, caller.name)
  if (verdict.isAdmitted) return allowed(c, verdict)
  if (verdict.reason === 'stale') return c.json({ error: 'temporarily_unavailable' }, 503)
  return challenge(c, ', error="invalid_token"')
}

/** RFC 6750, section 2.1, strictly: one token, one blank. */
const bearerOf = (header: string) => /^Bearer ([\w.~+/=-]+)$/i.exec(header)?.[1]

function challenge(c: Context, error: string): Response {
  const headers = { 'WWW-Authenticate': `Bearer realm="mintmark"${error}` }
  return c.json({ error: 'invalid_token' }, 401, headers)
}

function allowed(c: Context, { jws: { payload }, basis, audience }: Admitted): Response {
  const named = {
    'X-Auth-Subject': text(payload, 'sub'),
    'X-Auth-User': text(payload, audience.usernameClaim),
    'X-Auth-Client': text(payload, 'client_id'),
    'X-Mintmark-Basis': basis,
  }
  for (const [name, value] of Object.entries(named)) c.header(name, headerOf(value))
  return c.text('', 200)
}

/** A name with letters that no header takes is not sent: half of it would be another name. */
const headerOf = (value: string | undefined) =>
  value !== undefined && /^[\x20-\x7e]{1,512}$/.test(value) ? value : undefined
