/**
 * Addresses to which a caller may have events pushed: the guard contacts none that its configuration does not name.
 *
 * @module
 */
import type { Caller } from '../verify/callers.ts'

/** The address with its dots resolved; undefined where the caller may not use it. */
export function pushAddress(url: string, { pushTo }: Pick<Caller, 'pushTo'>): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { href, username, password, protocol, pathname } = new URL(url)
  // A receiver may read `%2f..` in a path as a way out of it.
  const isPlain =
    username === '' && password === '' && /^https?:$/.test(protocol) && !pathname.includes('%')
  return isPlain && pushTo.some((begin) => isBelow(href, begin)) ? href : undefined
}

/** Whether an address is the one named, or below it: `https://a.example` is not a prefix of `https://a.example.org`. */
function isBelow(href: string, begin: string): boolean {
  if (!URL.canParse(begin)) return false
  const named = new URL(begin).href
  return href === named || href.startsWith(named.endsWith('/') ? named : `${named}/`)
}
