/**
 * The path of a request as it was sent.
 * Envoy puts the path of the request that it asks about behind `/authz`. A server that resolves dots would take
 * `/authz/../healthz` for `/healthz`, whose answer lets a request through that has no token at all: so nothing is resolved.
 */
import { isObject, text } from '@mintmark/core'

/** @param options on Node's server `env.incoming.url` is the target of the request line */
export function sentPath(request: Request, options?: { readonly env?: unknown }): string {
  return pathOf(targetOf(options?.env) ?? request.url)
}

export function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  return path === '' ? '/' : path
}

function targetOf(env: unknown): string | undefined {
  const incoming = isObject(env) ? env['incoming'] : undefined
  return isObject(incoming) ? text(incoming, 'url') : undefined
}
