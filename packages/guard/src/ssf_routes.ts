/**
 * A transmitter of security events. Its streams stand in the configuration; receivers read them, poll, and ask for a
 * verification event.
 *
 * Source: OpenID Shared Signals Framework 1.0, sections 7 and 8; RFC 8936 for polling.
 *
 * @module
 */
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import type { Context, Hono } from 'hono'
import { ALARM_EVENT, COMPROMISE_EVENT, VERIFICATION_EVENT } from './alarm_events.ts'
import { responseOf, unknownCaller } from './answers.ts'
import type { Callers } from './callers.ts'
import type { EventStream } from './event_stream.ts'
import { wellKnown } from './metadata_routes.ts'
import { PRESENTED_EVENT } from './presentation_events.ts'

/** How long a receiver waits at most for an event. */
const PATIENCE_MS = 20_000
const MOST_EVENTS = 100

export interface SsfDeps {
  readonly issuer: string
  readonly streams: readonly EventStream[]
  readonly callers: Callers
  /** Aborted when the guard stops. */
  readonly signal: AbortSignal
}

export function ssfRoutes(app: Hono, deps: SsfDeps): void {
  const { issuer } = deps
  const document = transmitterOf(issuer)
  for (const path of wellKnown('ssf-configuration', issuer)) app.get(path, (c) => c.json(document))
  app.get('/ssf/stream', (c) => configuration(c, deps))
  app.get('/ssf/status', (c) => {
    const stream = streamOf(c, deps, c.req.query('stream_id'))
    if (stream instanceof Response) return stream
    return c.json({ stream_id: stream.config.id, status: 'enabled' })
  })
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
  verification_endpoint: `${issuer}/ssf/verification`,
  authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6750' }],
  default_subjects: 'ALL',
})

/** The stream of this id if it is the caller's; else the answer to whoever asks. */
function streamOf(c: Context, { callers, streams }: SsfDeps, id?: string): EventStream | Response {
  const caller = callers.byAuthorization(c.req.header('authorization') ?? '')
  if (caller === undefined) return responseOf(unknownCaller())
  const own = streams.filter(({ config }) => config.caller === caller.name)
  return own.find(({ config }) => config.id === id) ?? c.json({ error: 'not_found' }, 404)
}

function configuration(c: Context, deps: SsfDeps): Response {
  const caller = deps.callers.byAuthorization(c.req.header('authorization') ?? '')
  if (caller === undefined) return responseOf(unknownCaller())
  const own = deps.streams.filter(({ config }) => config.caller === caller.name)
  const documents = own.map((stream) => documentOf(stream, deps.issuer))
  const id = c.req.query('stream_id')
  if (id === undefined) return c.json(documents)
  const one = documents.find((each) => each['stream_id'] === id)
  return one === undefined ? c.json({ error: 'not_found' }, 404) : c.json(one)
}

function documentOf({ config }: EventStream, issuer: string): Json {
  const events = [
    ALARM_EVENT,
    COMPROMISE_EVENT,
    ...(config.hasPresentations ? [PRESENTED_EVENT] : []),
  ]
  const delivery =
    config.push === undefined
      ? { method: 'urn:ietf:rfc:8936', endpoint_url: `${issuer}/ssf/poll/${config.id}` }
      : { method: 'urn:ietf:rfc:8935', endpoint_url: config.push.url }
  return {
    stream_id: config.id,
    iss: issuer,
    aud: config.audience,
    events_supported: events,
    events_requested: events,
    events_delivered: events,
    delivery,
  }
}

async function verification(c: Context, deps: SsfDeps): Promise<Response> {
  const body = parseObject(await c.req.text()) ?? {}
  const stream = streamOf(c, deps, text(body, 'stream_id'))
  if (stream instanceof Response) return stream
  const state = text(body, 'state')
  await stream.add({
    subject: { format: 'opaque', id: stream.config.id },
    type: VERIFICATION_EVENT,
    details: state === undefined ? {} : { state: state.slice(0, 1000) },
  })
  return c.body(null, 204)
}

async function poll(c: Context, deps: SsfDeps): Promise<Response> {
  const stream = streamOf(c, deps, c.req.param('id'))
  if (stream instanceof Response) return stream
  if (stream.config.push !== undefined) return c.json({ error: 'not_found' }, 404)
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

/** What the receiver has, and what it cannot make sense of: neither is to come again. */
function acknowledged(body: Json): readonly string[] {
  const ack = body['ack']
  const errors = body['setErrs']
  const taken = Array.isArray(ack) ? ack.filter((each) => typeof each === 'string') : []
  return [...taken, ...(isObject(errors) ? Object.keys(errors) : [])]
}
