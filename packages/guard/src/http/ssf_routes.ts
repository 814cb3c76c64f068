/**
 * A transmitter of security events. Some of its streams are in the configuration, receivers make others: they read and
 * change their own, poll, and ask for a verification event.
 *
 * Source: OpenID Shared Signals Framework 1.0, sections 7 and 8; RFC 8936 for polling.
 *
 * @module
 */
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import type { Context, Hono } from 'hono'
import { VERIFICATION_EVENT } from '../events/alarm_events.ts'
import { wellKnown } from './metadata_routes.ts'
import { type SsfDeps, streamOf } from './ssf_caller.ts'
import { streamRoutes } from './ssf_streams.ts'

const PATIENCE_MS = 20_000
const MOST_EVENTS = 100

export function ssfRoutes(app: Hono, deps: SsfDeps): void {
  const { issuer } = deps
  const document = transmitterOf(issuer)
  for (const path of wellKnown('ssf-configuration', issuer)) app.get(path, (c) => c.json(document))
  streamRoutes(app, deps)
  app.post('/ssf/verification', (c) => verification(c, deps))
  app.post('/ssf/poll/:id', (c) => poll(c, deps))
}

/** Section 7.1. */
const transmitterOf = (issuer: string): Json => ({
  spec_version: '1_0',
  issuer,
  jwks_uri: `${issuer}/jwks`,
  delivery_methods_supported: ['urn:ietf:rfc:8935', 'urn:ietf:rfc:8936'],
  configuration_endpoint: `${issuer}/ssf/stream`,
  status_endpoint: `${issuer}/ssf/status`,
  add_subject_endpoint: `${issuer}/ssf/subjects:add`,
  remove_subject_endpoint: `${issuer}/ssf/subjects:remove`,
  verification_endpoint: `${issuer}/ssf/verification`,
  authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6750' }],
  default_subjects: 'ALL',
})

async function verification(c: Context, deps: SsfDeps): Promise<Response> {
  const body = parseObject(await c.req.text()) ?? {}
  const stream = streamOf(c, deps, text(body, 'stream_id'))
  if (stream instanceof Response) return stream
  const state = text(body, 'state')
  await stream.send({
    subject: { format: 'opaque', id: stream.settings.id },
    type: VERIFICATION_EVENT,
    details: state === undefined ? {} : { state: state.slice(0, 1000) },
  })
  return c.body(null, 204)
}

async function poll(c: Context, deps: SsfDeps): Promise<Response> {
  const stream = streamOf(c, deps, c.req.param('id'))
  if (stream instanceof Response) return stream
  if (stream.settings.push !== undefined) return c.json({ error: 'not_found' }, 404)
  const body = parseObject(await c.req.text())
  if (body === undefined) return c.json({ err: 'invalid_request' }, 400)
  for (const jti of acknowledged(body)) stream.acknowledge(jti)
  const wanted = body['maxEvents']
  const most =
    typeof wanted === 'number' && wanted >= 0 ? Math.min(wanted, MOST_EVENTS) : MOST_EVENTS
  if (most > 0 && body['returnImmediately'] !== true) {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    await stream.waitForEvent(AbortSignal.any([patience, deps.signal, c.req.raw.signal]))
  }
  const events = stream.oldest(most)
  const sets = Object.fromEntries(events.map(({ jti, set }) => [jti, set]))
  return c.json({ sets, moreAvailable: stream.pending > events.length })
}

/** What the receiver has, and what it cannot read: neither is sent again. */
function acknowledged(body: Json): readonly string[] {
  const ack = body['ack']
  const errors = body['setErrs']
  const taken = Array.isArray(ack) ? ack.filter((each) => typeof each === 'string') : []
  return [...taken, ...(isObject(errors) ? Object.keys(errors) : [])]
}
