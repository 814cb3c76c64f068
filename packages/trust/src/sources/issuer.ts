/**
 * Documents of an issuer, by its URL: metadata and the key set that it names, a key set, or metadata of SAML.
 *
 * Addresses in a document are untrusted. Only the `jwks_uri` of metadata is requested, and only on the origin of the
 * metadata or on one that the user named.
 *
 * Source: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { isLoopback } from '../targets/http_target.ts'
import { type KeyDocument, readDocument } from './document.ts'
import { type Answered, getDocument } from './http_get.ts'
import type { Seen } from './seen.ts'

export interface FetchOptions {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
  /** Origins beside a source's own that a `jwks_uri` may be on. */
  readonly origins: ReadonlySet<string>
  /** The last look at a URL, for conditional requests. */
  readonly known?: ((url: string) => Promise<Known | undefined>) | undefined
  /** Whether a document was read at a URL before. */
  readonly wasRead?: ((url: string) => boolean) | undefined
  readonly timeoutMs?: number | undefined
  /** Certificates in PEM that are trusted beside the usual ones. */
  readonly ca?: string | undefined
}

export interface Known {
  readonly etag: string
  readonly sha256: string
  /** The bytes of then. */
  readonly body: Uint8Array
}

/** @throws {MintmarkError} `INPUT_INVALID` for what is no URL, or is HTTP to another machine */
export async function* seenAtUrl(given: string, options: FetchOptions): AsyncGenerator<Seen> {
  const url = checkedUrl(given)
  const wasRead = (location: URL) => options.wasRead?.(location.href) === true
  // A URL that had a document before is requested first.
  const places = [url, ...wellKnown(url)].toSorted(
    (a, b) => Number(wasRead(b)) - Number(wasRead(a)),
  )
  let first: Looked | undefined
  for (const location of places) {
    // oxlint-disable-next-line no-await-in-loop -- the next only where this one is none
    const looked = await look(location, options)
    first ??= looked
    if (looked.document !== undefined) first = looked
    // A server that does not answer gets no more requests.
    if (looked.document !== undefined || looked.seen.status === undefined) break
  }
  if (first === undefined) return
  yield first.seen
  if (first.document !== undefined) yield* keySetOf(first.document, first.url, options)
}

async function* keySetOf(
  { kind, issuer, endpoints }: KeyDocument,
  from: URL,
  options: FetchOptions,
): AsyncGenerator<Seen> {
  const named = endpoints['jwks_uri']
  if (kind !== 'metadata' || named === undefined) return
  const url = URL.canParse(named) ? new URL(named) : undefined
  if (url !== undefined && (url.origin === from.origin || options.origins.has(url.origin))) {
    yield { ...(await look(url, options)).seen, issuer }
    return
  }
  const why = `not asked: its jwks_uri is on another origin${url === undefined ? '' : `, ${url.origin}`}; --origin allows it`
  const at = { atMs: options.now(), clock: 'fetched' } as const
  yield { ...at, document: named, outcome: 'unavailable', why, issuer }
}

interface Looked {
  readonly url: URL
  readonly seen: Seen
  readonly document: KeyDocument | undefined
}

async function look(url: URL, options: FetchOptions): Promise<Looked> {
  const known = await options.known?.(url.href)
  const { timeoutMs, ca } = options
  const answer = await getDocument(url, { etag: known?.etag, timeoutMs, ca })
  const seen = seenOfAnswer(url, answer, known, options.now())
  const body = seen.body ?? (seen.unchanged === undefined ? undefined : known?.body)
  const read = body && readDocument(body)
  if (read !== undefined && 'document' in read) return { url, seen, document: read.document }
  if (read === undefined) return { url, seen, document: undefined }
  const refused = { ...seen, body: undefined, outcome: 'unavailable', why: read.problem } as const
  return { url, seen: refused, document: undefined }
}

function seenOfAnswer(url: URL, answer: Answered, known: Known | undefined, atMs: number): Seen {
  const at = { document: url.href, atMs, clock: 'fetched' } as const
  if ('why' in answer) return { ...at, outcome: 'unavailable', why: answer.why }
  const { status, headers, chain, body, retryAfterMs } = answer
  const got = { ...at, status, headers, ...(chain.length > 0 && { chain }) }
  if (body !== undefined) return { ...got, outcome: 'read', body }
  if (status === 304 && known !== undefined)
    return { ...got, outcome: 'read', unchanged: known.sha256 }
  return { ...got, outcome: 'unavailable', why: `answered with ${status}`, retryAfterMs }
}

/** Where the metadata of an issuer may be. */
function wellKnown(url: URL): URL[] {
  const path = url.pathname.replace(/\/$/, '')
  return [
    `${path}/.well-known/openid-configuration`,
    `/.well-known/oauth-authorization-server${path}`,
  ].map((location) => new URL(location, url.origin))
}

/** @throws {MintmarkError} `INPUT_INVALID` */
export function checkedUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  const isLocal = url !== undefined && isLoopback(url.hostname)
  if (url !== undefined && url.username + url.password !== '')
    throw invalidSource(
      'a source with a name or password in its address, which the record would keep',
    )
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return url
  const why = 'a source is an https:// URL (http:// on this machine alone), a file or a folder'
  throw invalidSource(why)
}

const invalidSource = (why: string) => new MintmarkError('INPUT_INVALID', why, { option: 'source' })
