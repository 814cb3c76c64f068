/**
 * `/authz`: for proxies that ask before they forward. 200 lets a request through, 401 does not.
 *
 * @module
 */
import { text } from '@mintmark/core'
import type { Context } from 'hono'
import type { Callers } from './callers.ts'
import type { Guard } from './guard.ts'
import { type Admitted, tooMany } from './introspect_route.ts'

/** Header with the caller's secret: `Authorization` is that of the request to be judged. */
const CALLER_HEADER = 'x-mintmark-caller'

export async function authorize(c: Context, guard: Guard, callers: Callers): Promise<Response> {
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
