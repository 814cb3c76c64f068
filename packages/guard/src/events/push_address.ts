/**
 * Addresses to which a caller may have events brought: the guard goes nowhere that its configuration does not know.
 *
 * @module
 */
import type { Caller } from '../verify/callers.ts'

/** The address as it will be asked for, its dots resolved; undefined where the caller may not name it. */
export function pushAddress(url: string, { pushTo }: Pick<Caller, 'pushTo'>): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { href, username, password, protocol, pathname } = new URL(url)
  // A receiver may read `%2f..` in a path as a way out of it.
  const isPlain =
    username === '' && password === '' && /^https?:$/.test(protocol) && !pathname.includes('%')
  return isPlain && pushTo.some((begin) => isBelow(href, begin)) ? href : undefined
}

/** Whether an address is the one named, or stands below it: `https://a.example` is not the begin of `https://a.example.org`. */
function isBelow(href: string, begin: string): boolean {
  if (!URL.canParse(begin)) return false
  const named = new URL(begin).href
  return href === named || href.startsWith(named.endsWith('/') ? named : `${named}/`)
}
