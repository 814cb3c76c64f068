/** One request for a document: bounded in bytes and time, redirected on its own origin alone. @module */
import { createHash } from 'node:crypto'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { type DetailedPeerCertificate, rootCertificates, TLSSocket } from 'node:tls'
import { bounded } from '@mintmark/ledger/log'
import { MOST_BYTES } from './limits.ts'

export interface Got {
  readonly status: number
  /** Those of {@link RECORDED_HEADERS} that came. */
  readonly headers: Readonly<Record<string, string>>
  /** Undefined where the status is not 200. */
  readonly body: Uint8Array | undefined
  /** SHA-256 of the certificates of the connection, the server's first. */
  readonly chain: readonly string[]
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined
}

/** Or why there is no answer. */
export type Answered = Got | { readonly why: string }

export interface GetOptions {
  readonly etag?: string | undefined
  readonly timeoutMs?: number | undefined
  /** Certificates in PEM that are trusted beside the usual ones. */
  readonly ca?: string | undefined
}

const RECORDED_HEADERS = [
  'age',
  'cache-control',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
]
const TIMEOUT_MS = 10_000
const MOST_REDIRECTS = 3
const LONGEST_HEADER = 200
/** RFC 9110 has no bound; the longest wait here is a day. */
const LONGEST_WAIT_MS = 86_400_000

/** Never throws: a failure is an answer. */
export async function getDocument(url: URL, options: GetOptions = {}): Promise<Answered> {
  let at = url
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    // oxlint-disable-next-line no-await-in-loop -- each is named by the one before
    const answer = await ask(at, options)
    if ('why' in answer || answer.location === undefined) return answer
    const next = URL.canParse(answer.location, at.href) ? new URL(answer.location, at) : undefined
    if (next === undefined || next.origin !== url.origin)
      return { why: 'redirected to another origin: not followed' }
    at = next
  }
  return { why: `redirected more than ${MOST_REDIRECTS} times` }
}

function ask(
  url: URL,
  options: GetOptions,
): Promise<(Got & { location?: string }) | { why: string }> {
  const { etag, timeoutMs = TIMEOUT_MS, ca } = options
  return new Promise((resolve) => {
    const headers = {
      accept: 'application/json, application/samlmetadata+xml, application/xml;q=0.9, */*;q=0.1',
      'user-agent': 'mintmark',
      ...(etag !== undefined && { 'if-none-match': etag }),
    }
    const send: typeof requestTls = url.protocol === 'https:' ? requestTls : requestPlain
    const signal = AbortSignal.timeout(timeoutMs)
    const request = send(
      url,
      { headers, signal, agent: false, ...(ca !== undefined && { ca: withUsual(ca) }) },
      (response) => {
        void answerOf(response).then(resolve, () => resolve({ why: whyOf(signal) }))
      },
    )
    request.once('error', (error) => resolve({ why: whyOf(signal, error) }))
    request.end()
  })
}

/** `ca` replaces Node's own. */
const withUsual = (ca: string) => [...rootCertificates, ca]

async function answerOf(response: IncomingMessage) {
  const { statusCode: status = 0, headers, socket } = response
  const chain = socket instanceof TLSSocket ? chainOf(socket.getPeerCertificate(true)) : []
  const recorded = RECORDED_HEADERS.flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value.slice(0, LONGEST_HEADER)] as const] : []
  })
  const got = {
    status,
    headers: Object.fromEntries(recorded),
    chain,
    retryAfterMs: waitOf(headers['retry-after']),
    body: undefined,
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
  // The root is issued by itself.
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
