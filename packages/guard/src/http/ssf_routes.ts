/**
 * Transmits security events. Receivers manage their own streams if they `maySubscribe`; of
 * configured ones, only status and subjects until the next start. Pushes go only to addresses in
 * `pushTo`.
 * Source: OpenID Shared Signals Framework 1.0, sections 7 and 8; RFC 8936 for polling.
 */
import { randomUUID } from 'node:crypto'
import { isObject, type Json, parseObject, text } from '@mintmark/core'
import type { Context, Hono, HonoRequest } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { EventDelivery } from '../events/event_delivery.ts'
import { type EventStream, type StreamSettings, subjectName } from '../events/event_stream.ts'
import {
  ALARM_EVENT,
  COMPROMISE_EVENT,
  PRESENTED_EVENT,
  VERIFICATION_EVENT,
} from '../events/security_events.ts'
import { pushAddress, type Subscriptions, statusOf, textsOf } from '../events/subscriptions.ts'
import type { Caller, Callers } from '../verify/callers.ts'
import { jsonAnswer, responseOf, unknownCaller } from './answers.ts'

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
  if (stream.settings.push !== undefined) throw refusal(404, 'not_found')
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

interface SsfDeps {
  readonly issuer: string
  readonly delivery: EventDelivery
  readonly subscriptions: Subscriptions | undefined
  readonly callers: Callers
  readonly signal: AbortSignal
}

/** @throws {HTTPException} with the answer */
export function callerOf(
  { req }: { readonly req: Pick<HonoRequest, 'header'> },
  { callers }: Pick<SsfDeps, 'callers'>,
): Caller {
  const caller = callers.byAuthorization(req.header('authorization') ?? '')
  if (caller !== undefined) return caller
  throw new HTTPException(401, { res: responseOf(unknownCaller()) })
}

const refusal = (status: 400 | 403 | 404 | 409 | 429, error: string, what?: string) =>
  new HTTPException(status, {
    res: responseOf(jsonAnswer({ error, error_description: what }, status)),
  })
const invalid = (what: string) => refusal(400, 'invalid_request', what)
const forbidden = (what: string) => refusal(403, 'forbidden', what)

function streamOf(c: Context, deps: SsfDeps, id?: string): EventStream {
  const stream = deps.delivery.find(id ?? '')
  if (stream?.settings.caller === callerOf(c, deps).name) return stream
  throw refusal(404, 'not_found')
}

const PUSH = 'urn:ietf:rfc:8935'
const POLL = 'urn:ietf:rfc:8936'
const SUPPORTED = [ALARM_EVENT, COMPROMISE_EVENT, PRESENTED_EVENT]
const MOST_EXCLUDED = 10_000
const MOST_LETTERS = 1000

function streamRoutes(app: Hono, deps: SsfDeps): void {
  app.get('/ssf/stream', (c) => read(c, deps))
  app.post('/ssf/stream', (c) => make(c, deps))
  app.patch('/ssf/stream', (c) => change(c, deps, 'patch'))
  app.put('/ssf/stream', (c) => change(c, deps, 'replace'))
  app.delete('/ssf/stream', (c) => remove(c, deps))
  app.get('/ssf/status', (c) => status(c, deps))
  app.post('/ssf/status', (c) => setStatus(c, deps))
  app.post('/ssf/subjects:add', (c) => subject(c, deps, 'wanted'))
  app.post('/ssf/subjects:remove', (c) => subject(c, deps, 'unwanted'))
}

function documentOf({ settings }: EventStream, issuer: string): Json {
  const { id, audience, requested, description, push } = settings
  const wanted = requested ?? SUPPORTED
  return {
    stream_id: id,
    iss: issuer,
    aud: audience,
    events_supported: SUPPORTED,
    events_requested: wanted,
    events_delivered: SUPPORTED.filter((type) => wanted.includes(type)),
    delivery:
      push === undefined
        ? { method: POLL, endpoint_url: `${issuer}/ssf/poll/${id}` }
        : { method: PUSH, endpoint_url: push.url },
    ...(description !== undefined && { description }),
  }
}

function read(c: Context, deps: SsfDeps): Response {
  const id = c.req.query('stream_id')
  if (id !== undefined) return c.json(documentOf(streamOf(c, deps, id), deps.issuer))
  const caller = callerOf(c, deps)
  const own = deps.delivery.streams.filter(({ settings }) => settings.caller === caller.name)
  return c.json(own.map((stream) => documentOf(stream, deps.issuer)))
}

async function make(c: Context, deps: SsfDeps): Promise<Response> {
  const caller = callerOf(c, deps)
  const { subscriptions, issuer } = deps
  if (subscriptions === undefined || !caller.maySubscribe)
    throw forbidden('this caller makes no streams')
  if (subscriptions.isFull(caller.name)) throw refusal(409, 'too_many_streams')
  const wanted = wantedIn(await bodyOf(c), caller)
  const stream = await subscriptions.add({
    id: randomUUID(),
    audience: `${issuer}/ssf/receivers/${encodeURIComponent(caller.name)}`,
    caller: caller.name,
    requested: undefined,
    description: undefined,
    push: undefined,
    status: 'enabled',
    reason: undefined,
    excluded: new Set(),
    ...wanted,
  })
  return c.json(documentOf(stream, issuer), 201)
}

/** A patch leaves what it does not name as it is; a replacement does not. */
async function change(c: Context, deps: SsfDeps, how: 'patch' | 'replace'): Promise<Response> {
  const body = await bodyOf(c)
  const { stream, caller, subscriptions } = ownStream(c, deps, text(body ?? {}, 'stream_id'))
  const wanted = wantedIn(body, caller)
  const base =
    how === 'patch' ? {} : { requested: undefined, description: undefined, push: undefined }
  await subscriptions.change(stream, { ...stream.settings, ...base, ...wanted })
  return c.json(documentOf(stream, deps.issuer))
}

async function remove(c: Context, deps: SsfDeps): Promise<Response> {
  const { stream, subscriptions } = ownStream(c, deps, c.req.query('stream_id'))
  await subscriptions.remove(stream)
  return c.body(null, 204)
}

function ownStream(c: Context, deps: SsfDeps, id: string | undefined) {
  const caller = callerOf(c, deps)
  if (id === undefined) throw invalid('stream_id is missing')
  const stream = streamOf(c, deps, id)
  const { subscriptions } = deps
  if (subscriptions?.has(stream) === true) return { stream, caller, subscriptions }
  throw forbidden('this stream is in the configuration')
}

const bodyOf = async (c: Context) => parseObject(await c.req.text())

function wantedIn(body: Json | undefined, caller: Caller): Partial<StreamSettings> {
  if (body === undefined) throw invalid('the body is no JSON object')
  const push = body['delivery'] === undefined ? {} : { push: pushIn(body['delivery'], caller) }
  const requested = textsOf(body['events_requested'])
  if (body['events_requested'] !== undefined && requested === undefined)
    throw invalid('events_requested is no list')
  const description = text(body, 'description')?.slice(0, MOST_LETTERS)
  return {
    ...push,
    ...(requested !== undefined && { requested: requested.slice(0, MOST_LETTERS) }),
    ...(description !== undefined && { description }),
  }
}

function pushIn(delivery: unknown, caller: Caller): StreamSettings['push'] {
  const row = isObject(delivery) ? delivery : {}
  if (row['method'] === POLL) return undefined
  if (row['method'] !== PUSH) throw invalid('delivery has no method that is supported')
  const url = pushAddress(text(row, 'endpoint_url') ?? '', caller)
  if (url === undefined) throw invalid('pushTo of the caller does not name this endpoint_url')
  const authorization = text(row, 'authorization_header')
  if (authorization === undefined || /^[\x20-\x7e]{1,4096}$/.test(authorization))
    return { url, authorization }
  throw invalid('authorization_header is none')
}

const status = (c: Context, deps: SsfDeps): Response =>
  c.json(statusDocument(streamOf(c, deps, c.req.query('stream_id'))))

const statusDocument = ({ settings: { id, status: now, reason } }: EventStream) => ({
  stream_id: id,
  status: now,
  ...(reason !== undefined && { reason }),
})

async function setStatus(c: Context, deps: SsfDeps): Promise<Response> {
  const body = (await bodyOf(c)) ?? {}
  const stream = streamOf(c, deps, text(body, 'stream_id'))
  const next = statusOf(body['status'])
  if (next === undefined) throw invalid('status is enabled, paused or disabled')
  const reason = text(body, 'reason')?.slice(0, MOST_LETTERS)
  await changed(deps, stream, { ...stream.settings, status: next, reason })
  return c.json(statusDocument(stream))
}

/** All subjects are reported, except the excluded ones. */
async function subject(c: Context, deps: SsfDeps, how: 'wanted' | 'unwanted'): Promise<Response> {
  const body = (await bodyOf(c)) ?? {}
  const stream = streamOf(c, deps, text(body, 'stream_id'))
  const named = body['subject']
  if (!isObject(named) || text(named, 'format') === undefined)
    throw invalid('subject has no format')
  const name = subjectName(named)
  const excluded = new Set(stream.settings.excluded)
  if (how === 'wanted') excluded.delete(name)
  else excluded.add(name)
  if (excluded.size > MOST_EXCLUDED || name.length > MOST_LETTERS)
    throw refusal(429, 'too_many_requests')
  await changed(deps, stream, { ...stream.settings, excluded })
  return how === 'wanted' ? c.body(null, 200) : c.body(null, 204)
}

async function changed(
  deps: SsfDeps,
  stream: EventStream,
  settings: StreamSettings,
): Promise<void> {
  if (deps.subscriptions === undefined) deps.delivery.change(stream, settings)
  else await deps.subscriptions.change(stream, settings)
}

/** RFC 8414, section 3.1: the issuer's path follows. A proxy may remove it, so both answer. */
export function wellKnown(name: string, issuer: string): readonly string[] {
  const at = `/.well-known/${name}`
  const path = URL.canParse(issuer) ? new URL(issuer).pathname.replace(/\/+$/, '') : ''
  return path === '' ? [at] : [at, `${at}${path}`]
}
