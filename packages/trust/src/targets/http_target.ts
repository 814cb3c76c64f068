/**
 * Targets over HTTP: a protected address, an introspection endpoint, an assertion consumer service; and whether a target is
 * the operator's own: on this machine, or confirmed by a file on it for this run.
 *
 * Redirects are answers and are not followed. Source: RFC 6750, section 2.1; RFC 7662, section 2; SAML 2.0 Bindings,
 * section 3.5.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { MintmarkError, parseObject, safeText } from '@mintmark/core'
import { bounded } from '@mintmark/ledger/log'
import { type Answer, PATIENCE_MS, type Target } from './target.ts'

export interface HttpOptions {
  readonly url: URL
  /** Default GET; introspection and SAML are always POST. */
  readonly method?: string | undefined
  /** Statuses of an accepted token; undefined: 200 to 299. */
  readonly expect?: ReadonlySet<number> | undefined
  /** Statuses of a refused token beyond 200 to 428 and 430 to 499. */
  readonly refuse?: ReadonlySet<number> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Longest answer of an introspection endpoint. */
const MOST_BYTES = 1 << 16

/** A token in the header Authorization: also services behind `auth_request` of nginx. */
export function bearerTarget(options: HttpOptions): Target {
  const { url, method = 'GET', headers } = options
  return {
    name: nameOf(url),
    takes: 'jwt',
    ask: (token) =>
      asked(
        url,
        { method, headers: { ...headers, authorization: `Bearer ${token}` } },
        (response) => Promise.resolve(byStatus(response.status, options)),
      ),
  }
}

export function introspectionTarget({ url, headers }: HttpOptions): Target {
  return {
    name: nameOf(url),
    takes: 'jwt',
    ask: (token) => asked(url, formRequest({ token }, headers), byActive),
  }
}

/** @param options `expect`: statuses of an accepted response; 2xx, 302 or 303 if undefined */
export function samlTarget({ url, headers, refuse, expect = SIGNED_IN }: HttpOptions): Target {
  return {
    name: nameOf(url),
    takes: 'saml',
    ask: (xml) => {
      const fields = { SAMLResponse: Buffer.from(xml).toString('base64') }
      return asked(url, formRequest(fields, headers), ({ status }) =>
        Promise.resolve(byStatus(status, { expect, refuse })),
      )
    },
  }
}

const SIGNED_IN: ReadonlySet<number> = new Set([200, 201, 204, 302, 303])

function formRequest(
  fields: Readonly<Record<string, string>>,
  headers: HttpOptions['headers'],
): RequestInit {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return {
    method: 'POST',
    headers: { accept: 'application/json', ...headers, ...type },
    body: new URLSearchParams(fields).toString(),
  }
}

async function asked(
  url: URL,
  request: RequestInit,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(url, { ...request, redirect: 'manual', signal })
    const answer = await read(response)
    if (!response.bodyUsed) await response.body?.cancel()
    return answer
  } catch (error) {
    return { said: 'unclear', seen: `no answer (${reasonOf(error)})` }
  }
}

/** Errors of fetch repeat headers: only a code or a name is taken from one. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return 'failed'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
}

function byStatus(
  status: number,
  { expect, refuse }: Pick<HttpOptions, 'expect' | 'refuse'>,
): Answer {
  const seen = `HTTP ${status}`
  const isExpected = expect === undefined ? status >= 200 && status < 300 : expect.has(status)
  if (refuse?.has(status) === true) return { said: 'refused', seen }
  if (isExpected) return { said: 'accepted', seen }
  // A rate limit or a server error says nothing about the token.
  const isRefusal = status >= 200 && status < 500 && status !== 429
  return { said: isRefusal ? 'refused' : 'unclear', seen }
}

async function byActive(response: Response): Promise<Answer> {
  const seen = `HTTP ${response.status}`
  if (response.status !== 200) return { said: 'unclear', seen }
  const active = parseObject(await boundedText(response))?.['active']
  if (typeof active !== 'boolean') return { said: 'unclear', seen: `${seen} without active` }
  return { said: active ? 'accepted' : 'refused', seen: `active: ${active}` }
}

export async function boundedText({ body }: Response): Promise<string> {
  return (await bounded(body, MOST_BYTES))?.toString('utf8') ?? ''
}

const nameOf = ({ origin, pathname }: URL) => `${origin}${pathname}`

export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

const CHALLENGE_PATH = '/.well-known/mintmark-probe'
const HEADER = 'mintmark-probe'
/** Shorter ones could be guessed, and published on another page. */
const RUN = /^[\w-]{16,64}$/

/**
 * @param run names this run; undefined before the operator has confirmed it
 * @throws {MintmarkError} `INPUT_INVALID` where nothing confirms it, with what to place
 */
export async function confirmOwn(target: URL, run: string | undefined): Promise<void> {
  if (isLoopback(target.hostname)) return
  if (run === undefined) throw unconfirmed(target, randomBytes(12).toString('hex'))
  if (!RUN.test(run))
    throw new MintmarkError('INPUT_INVALID', '--run takes 16 to 64 letters, digits and hyphens', {
      option: 'run',
    })
  if (!(await isConfirmed(challengeOf(target), run))) throw unconfirmed(target, run)
}

/** A mail server confirms by the web server of its name. */
function challengeOf({ protocol, host, hostname }: URL): URL {
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return new URL(
    isWeb ? `${protocol}//${host}${CHALLENGE_PATH}` : `https://${hostname}${CHALLENGE_PATH}`,
  )
}

async function isConfirmed(address: URL, run: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const response = await fetch(address, { redirect: 'manual', signal })
    if (response.headers.get(HEADER) === run) return true
    return response.status === 200 && (await boundedText(response)).trim() === run
  } catch {
    return false
  }
}

function unconfirmed(target: URL, run: string): MintmarkError {
  const message =
    `${safeText(target.hostname)} is not confirmed as yours. Place a file with the text ${run} ` +
    `at ${challengeOf(target).href}, or answer there with the header Mintmark-Probe: ${run}. ` +
    `Then run again with --run ${run}`
  return new MintmarkError('INPUT_INVALID', message, { option: 'target' })
}
