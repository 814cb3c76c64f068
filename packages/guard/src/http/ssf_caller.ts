/** The caller of a request about event streams, and the streams that it owns. @module */
import type { Context } from 'hono'
import type { EventDelivery } from '../events/event_delivery.ts'
import type { EventStream } from '../events/event_stream.ts'
import type { Subscriptions } from '../events/subscriptions.ts'
import type { Caller, Callers } from '../verify/callers.ts'
import { responseOf, unknownCaller } from './answers.ts'

export interface SsfDeps {
  readonly issuer: string
  readonly delivery: EventDelivery
  /** Undefined where receivers make no streams. */
  readonly subscriptions: Subscriptions | undefined
  readonly callers: Callers
  /** Aborted when the guard stops. */
  readonly signal: AbortSignal
}

export function callerOf(c: Context, { callers }: SsfDeps): Caller | Response {
  const caller = callers.byAuthorization(c.req.header('authorization') ?? '')
  return caller ?? responseOf(unknownCaller())
}

export function streamOf(c: Context, deps: SsfDeps, id?: string): EventStream | Response {
  const caller = callerOf(c, deps)
  if (caller instanceof Response) return caller
  const stream = deps.delivery.find(id ?? '')
  return stream?.settings.caller === caller.name ? stream : c.json({ error: 'not_found' }, 404)
}
