/**
 * The path as sent, with dots: Envoy puts the request's path behind `/authz`. Resolved,
 * `/authz/../healthz` would be `/healthz`, whose answer lets a request without a token through.
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
