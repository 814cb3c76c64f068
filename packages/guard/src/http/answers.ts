/**
 * Request bodies, and answers as plain values, made thousands of times a second, some without Hono.
 * No cache may store one: a token admitted now may be refused a moment later.
 */
import { bounded } from '@mintmark/ledger/log'
import type { Context } from 'hono'
import { MOST_READ_LETTERS } from '../verify/strict_jws.ts'

export type AnswerHeaders = Readonly<Record<string, string>>

export interface Answer {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: string
}

export const responseOf = ({ status, headers, body }: Answer): Response =>
  new Response(body, { status, headers })

export function jsonAnswer(value: unknown, status = 200, headers: AnswerHeaders = {}): Answer {
  const type = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) }
}

/** Dovecot checks this member, and not the status. */
export function errorAnswer(error: string, status: number, headers: AnswerHeaders = {}): Answer {
  return jsonAnswer({ error }, status, headers)
}

/** Closes the connection: a stranger's body is not waited for. */
export function unknownCaller(): Answer {
  const headers = { 'WWW-Authenticate': 'Basic realm="mintmark"', Connection: 'close' }
  return errorAnswer('invalid_client', 401, headers)
}

export function tooMany(): Answer {
  return errorAnswer('temporarily_unavailable', 429, { 'Retry-After': '1' })
}

export function tooLarge(): Answer {
  return errorAnswer('invalid_request', 413)
}

/** No verdict is possible now: the caller may try again. */
export function unavailable(): Answer {
  return errorAnswer('temporarily_unavailable', 503, { 'Retry-After': '1' })
}

/** The longest token, and room for the rest of a form, an event request, or headers. */
export const MAX_BODY_BYTES: number = MOST_READ_LETTERS + (8 << 10)

/**
 * Undefined if longer. The server enforces a declared length: then the body is read at once, in a
 * fifth of the time of a stream.
 */
export async function shortBody(c: Context, maxBytes: number): Promise<string | undefined> {
  const declared = c.req.header('content-length')
  const isDeclared = declared !== undefined && c.req.header('transfer-encoding') === undefined
  if (isDeclared) return Number(declared) <= maxBytes ? await c.req.text() : undefined
  return (await bounded(c.req.raw.body, maxBytes))?.toString('utf8')
}
