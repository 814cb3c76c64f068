/**
 * An issuer's documents. Untrusted: only a `jwks_uri` is requested, on the metadata's origin or one
 * that the user named.
 */
import { createHash } from 'node:crypto'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { type DetailedPeerCertificate, rootCertificates, TLSSocket } from 'node:tls'
import { MintmarkError } from '@mintmark/core'
import { bounded } from '@mintmark/ledger/log'
import { isLoopback } from '../targets/targets.ts'
import { MOST_BYTES } from './bounds.ts'
import { readDocument } from './document.ts'
import type { KeyDocument } from './key_document.ts'
import type { Seen } from './seen.ts'

export interface FetchOptions {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
  readonly origins: ReadonlySet<string>
  readonly known?: ((url: string) => Promise<Known | undefined>) | undefined
  readonly wasRead?: ((url: string) => boolean) | undefined
  readonly timeoutMs?: number | undefined
  readonly ca?: string | undefined
}

export interface Known {
  readonly etag: string
  readonly sha256: string
  readonly body: Uint8Array
}

export async function* seenAtUrl(given: string, options: FetchOptions): AsyncGenerator<Seen> {
  const url = checkedUrl(given)
  const wasRead = (location: URL) => options.wasRead?.(location.href) === true
  const locations = [url, ...wellKnown(url)].toSorted(
    (a, b) => Number(wasRead(b)) - Number(wasRead(a)),
  )
  let first: Fetched | undefined
  for (const location of locations) {
    // oxlint-disable-next-line no-await-in-loop -- the next only where this one is none
    const fetched = await observe(location, options)
    first ??= fetched
    if (fetched.document !== undefined) first = fetched
    // A server that does not answer gets no more requests.
    if (fetched.document !== undefined || fetched.seen.status === undefined) break
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
    yield { ...(await observe(url, options)).seen, issuer }
    return
  }
  const why = `not asked: its jwks_uri is on another origin${url === undefined ? '' : `, ${url.origin}`}; --origin allows it`
  const at = { atMs: options.now(), clock: 'fetched' } as const
  yield { ...at, document: named, outcome: 'unavailable', why, issuer }
}

interface Fetched {
  readonly url: URL
  readonly seen: Seen
  readonly document?: KeyDocument
}

async function observe(url: URL, options: FetchOptions): Promise<Fetched> {
  const known = await options.known?.(url.href)
  const { body, why, retryAfterMs, ...got } = await getDocument(url, options, known?.etag)
  const at = { document: url.href, atMs: options.now(), clock: 'fetched', ...got } as const
  const unchanged = got.status === 304 ? known : undefined
  const bytes = body ?? unchanged?.body
  const none = (found: object, reason: string): Fetched => {
    return { url, seen: { ...at, ...found, outcome: 'unavailable', why: reason } }
  }
  if (bytes === undefined) return none({ retryAfterMs }, why ?? `answered with ${got.status}`)
  const same = unchanged && { unchanged: unchanged.sha256 }
  const read = readDocument(bytes)
  if ('problem' in read) return none({ ...same }, read.problem)
  return { url, seen: { ...at, ...same, outcome: 'read', body }, document: read.document }
}

function wellKnown(url: URL): URL[] {
  const path = url.pathname.replace(/\/$/, '')
  return [
    `${path}/.well-known/openid-configuration`,
    `/.well-known/oauth-authorization-server${path}`,
  ].map((location) => new URL(location, url.origin))
}

export function checkedUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url !== undefined && url.username + url.password !== '')
    throw invalidSource(
      'a source with a name or password in its address, which the record would keep',
    )
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname)))
    return url
  throw invalidSource(
    'a source is an https:// URL (http:// on this machine alone), a file or a folder',
  )
}

const invalidSource = (why: string) => new MintmarkError('INPUT_INVALID', why, { option: 'source' })

type Answered = Pick<Seen, 'status' | 'headers' | 'chain' | 'body' | 'retryAfterMs' | 'why'> & {
  readonly location?: string
}

const RECORDED_HEADERS = 'age cache-control content-type date etag expires last-modified'.split(' ')
const TIMEOUT_MS = 10_000
const MOST_REDIRECTS = 3
const LONGEST_HEADER = 200
const LONGEST_WAIT_MS = 86_400_000

/** Redirected on its own origin alone. Never throws: a failure is an answer. */
async function getDocument(url: URL, options: FetchOptions, etag?: string): Promise<Answered> {
  let at = url
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    // oxlint-disable-next-line no-await-in-loop -- each is named by the one before
    const { location, ...answer } = await ask(at, options, etag)
    if (location === undefined) return answer
    const next = URL.canParse(location, at.href) ? new URL(location, at) : undefined
    if (next === undefined || next.origin !== url.origin)
      return { why: 'redirected to another origin: not followed' }
    at = next
  }
  return { why: `redirected more than ${MOST_REDIRECTS} times` }
}

function ask(
  url: URL,
  { timeoutMs = TIMEOUT_MS, ca }: FetchOptions,
  etag: string | undefined,
): Promise<Answered> {
  return new Promise((resolve) => {
    const headers = {
      accept: 'application/json, application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1',
      'user-agent': 'mintmark',
      ...(etag !== undefined && { 'if-none-match': etag }),
    }
    const send: typeof requestTls = url.protocol === 'https:' ? requestTls : requestPlain
    const signal = AbortSignal.timeout(timeoutMs)
    // `ca` replaces Node's own certificates.
    const trusted = ca !== undefined && { ca: [...rootCertificates, ca] }
    const request = send(url, { headers, signal, agent: false, ...trusted }, (response) => {
      void answerOf(response).then(resolve, () => resolve({ why: whyOf(signal) }))
    })
    request.once('error', (error) => resolve({ why: whyOf(signal, error) }))
    request.end()
  })
}

async function answerOf(response: IncomingMessage): Promise<Answered> {
  const { statusCode: status = 0, headers, socket } = response
  const chain = socket instanceof TLSSocket ? chainOf(socket.getPeerCertificate(true)) : []
  const recorded = RECORDED_HEADERS.flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value.slice(0, LONGEST_HEADER)] as const] : []
  })
  const got = {
    status,
    headers: Object.fromEntries(recorded),
    ...(chain.length > 0 && { chain }),
    retryAfterMs: waitOf(headers['retry-after']),
  }
  if (status !== 200) {
    response.destroy()
    const { location } = headers
    return status >= 301 && status <= 308 && location !== undefined ? { ...got, location } : got
  }
  const isAnnouncedLarger = Number(headers['content-length']) > MOST_BYTES
  const body = isAnnouncedLarger ? undefined : await bounded(response, MOST_BYTES)
  if (isAnnouncedLarger) response.destroy()
  if (body !== undefined) return { ...got, body }
  return { why: `answered with more than ${MOST_BYTES} bytes: refused, not read` }
}

function chainOf(first: DetailedPeerCertificate): string[] {
  const chain: string[] = []
  let at: Partial<DetailedPeerCertificate> | undefined = first
  while (at?.raw !== undefined && chain.length < 10) {
    const hash = createHash('sha256').update(at.raw).digest('hex')
    if (chain.includes(hash)) break
    chain.push(hash)
    at = at.issuerCertificate
  }
  return chain
}

function waitOf(header: string | undefined): number | undefined {
  const seconds = /^\d{1,9}$/.test(header ?? '') ? Number(header) : undefined
  return seconds === undefined ? undefined : Math.min(seconds * 1000, LONGEST_WAIT_MS)
}

function whyOf(signal: AbortSignal, error?: Error & { code?: string }): string {
  if (signal.aborted) return 'no answer in time'
  return `no answer (${error?.code ?? 'connection lost'})`
}
