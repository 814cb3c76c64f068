/**
 * Answers that are made thousands of times a second: of plain values, which a server writes as they are.
 *
 * None of them may be kept by a cache on the way: what is let in now may be refused a moment later.
 *
 * @module
 */

export type AnswerHeaders = Readonly<Record<string, string>>

export function jsonAnswer(value: unknown, status = 200, headers: AnswerHeaders = {}): Response {
  const type = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return new Response(JSON.stringify(value), { status, headers: { ...type, ...headers } })
}

/** What is no verdict says so: Dovecot looks at this member, and not at the status. */
export function errorAnswer(error: string, status: number, headers: AnswerHeaders = {}): Response {
  return jsonAnswer({ error }, status, headers)
}

/** The answer to whoever is no caller. */
export function unknownCaller(): Response {
  return errorAnswer('invalid_client', 401, { 'WWW-Authenticate': 'Basic realm="mintmark"' })
}

export function tooMany(): Response {
  return errorAnswer('temporarily_unavailable', 429, { 'Retry-After': '1' })
}

export function tooLarge(): Response {
  return errorAnswer('invalid_request', 413)
}

/** Nobody can tell now; it is worth coming again. */
export function unavailable(): Response {
  return errorAnswer('temporarily_unavailable', 503, { 'Retry-After': '1' })
}
