/**
 * Answers the two most frequent requests on Node's HTTP: Hono takes 20 µs, a quarter of a
 * signature.
 * Trust: a repeated header must arrive as one value with both (`joinDuplicateHeaders`), or not at
 * all. Else the guard could verify another token than the resource uses.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, errorAnswer, MAX_BODY_BYTES, unknownCaller } from './answers.ts'
import { authorization, CALLER_HEADER } from './authz_route.ts'
import { type IntrospectDeps, introspection } from './introspect_route.ts'
import { pathOf } from './sent_path.ts'

export type FastPath = (request: IncomingMessage, response: ServerResponse) => boolean

export function fastPath(deps: IntrospectDeps): FastPath {
  return (request, response) => {
    if (isIntrospection(request)) {
      introspect(request, response, deps)
      return true
    }
    if (!isAuthz(request)) return false
    const { authorization: shown = '' } = request.headers
    const secret = request.headers[CALLER_HEADER]
    const asked = { secret: typeof secret === 'string' ? secret : '', authorization: shown }
    answer(response, () => authorization(asked, deps.guard, deps.callers))
    return true
  }
}

/** With a body that is as long as it says. */
function isIntrospection({ method, url, headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return (
    method === 'POST' &&
    url === '/introspect' &&
    length !== undefined &&
    Number(length) <= MAX_BODY_BYTES &&
    headers['transfer-encoding'] === undefined
  )
}

function isAuthz({ url = '' }: IncomingMessage): boolean {
  if (url !== '/authz' && !url.startsWith('/authz/') && !url.startsWith('/authz?')) return false
  const path = pathOf(url)
  return path === '/authz' || path.startsWith('/authz/')
}

function introspect(
  request: IncomingMessage,
  response: ServerResponse,
  deps: IntrospectDeps,
): void {
  const { authorization: shown = '', accept = '' } = request.headers
  const caller = deps.callers.byAuthorization(shown)
  if (caller === undefined) {
    send(response, unknownCaller())
    return
  }
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (part: string) => {
    body += part
  })
  request.on('end', () => {
    answer(response, () => introspection({ caller, accept, body }, deps))
  })
}

function answer(response: ServerResponse, make: () => Answer | Promise<Answer>): void {
  const onBug = () => send(response, errorAnswer('server_error', 500))
  try {
    const made = make()
    if (made instanceof Promise) void made.then((each) => send(response, each)).catch(onBug)
    else send(response, made)
  } catch {
    onBug()
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.headersSent) return
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
