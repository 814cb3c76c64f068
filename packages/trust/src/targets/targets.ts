/** Targets of a probe, and whether one is the operator's own. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { MintmarkError, parseObject, safeText } from '@mintmark/core'
import { bounded } from '@mintmark/ledger/log'

export interface Answer {
  readonly said: 'accepted' | 'refused' | 'unclear'
  /** For people: a status, a reply code. No token, and nothing of a body. */
  readonly seen: string
}

export interface Target {
  readonly name: string
  readonly takes: 'jwt' | 'saml'
  readonly ask: (token: string) => Promise<Answer>
}

export const PATIENCE_MS = 10_000

/** Refuses by throwing, rejecting, or returning false; anything else accepts. */
export type Verify = (token: string) => unknown

export function verifyTarget(verify: Verify, name = 'verify function'): Target {
  return { name, takes: 'jwt', ask: (token) => ask(verify, token) }
}

async function ask(verify: Verify, token: string): Promise<Answer> {
  const stop = new AbortController()
  const silent = setTimeout(PATIENCE_MS, SILENT, { signal: stop.signal }).catch(() => SILENT)
  try {
    const answered = Promise.resolve(verify(token)).then(
      (value): Answer =>
        value === false
          ? { said: 'refused', seen: 'returned false' }
          : { said: 'accepted', seen: 'returned' },
    )
    return await Promise.race([answered, silent])
  } catch (error) {
    // Messages of errors may repeat a token.
    return { said: 'refused', seen: `threw ${error instanceof Error ? error.name : 'a value'}` }
  } finally {
    stop.abort()
  }
}

const SILENT: Answer = { said: 'unclear', seen: 'no answer' }

export interface HttpOptions {
  readonly url: URL
  /** Default GET; introspection and SAML are always POST. */
  readonly method?: string | undefined
  readonly expect?: ReadonlySet<number> | undefined
  /** Statuses of a refused token beyond 200 to 428 and 430 to 499; of introspection beyond none. */
  readonly refuse?: ReadonlySet<number> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Longest answer of an introspection endpoint, and all that a mail server says. */
const MOST_BYTES = 1 << 16

export function bearerTarget(options: HttpOptions): Target {
  const { url, method = 'GET', headers } = options
  return httpTarget(
    url,
    (token) => ({ method, headers: { ...headers, authorization: `Bearer ${token}` } }),
    ({ status }) => byStatus(status, options),
  )
}

export const introspectionTarget = ({ url, headers, refuse }: HttpOptions): Target =>
  httpTarget(
    url,
    (token) => formRequest({ token }, headers),
    (response) => byActive(response, refuse),
  )

/** @param options `expect`: statuses of an accepted response; 2xx, 302 or 303 if undefined */
export function samlTarget({ url, headers, refuse, expect = SIGNED_IN }: HttpOptions): Target {
  const request = (xml: string) =>
    formRequest({ SAMLResponse: Buffer.from(xml).toString('base64') }, headers)
  const read = ({ status }: Response) => byStatus(status, { expect, refuse })
  return { ...httpTarget(url, request, read), takes: 'saml' }
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

function httpTarget(
  url: URL,
  requestOf: (token: string) => RequestInit,
  read: (response: Response) => Answer | Promise<Answer>,
): Target {
  const asked = async (token: string): Promise<Answer> => {
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      const response = await fetch(url, { ...requestOf(token), redirect: 'manual', signal })
      const answer = await read(response)
      if (!response.bodyUsed) await response.body?.cancel()
      return answer
    } catch (error) {
      return { said: 'unclear', seen: `no answer (${reasonOf(error)})` }
    }
  }
  return { name: nameOf(url), takes: 'jwt', ask: asked }
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

async function byActive(response: Response, refuse: HttpOptions['refuse']): Promise<Answer> {
  const seen = `HTTP ${response.status}`
  if (refuse?.has(response.status) === true) return { said: 'refused', seen }
  if (response.status !== 200) return { said: 'unclear', seen }
  const active = parseObject(await boundedText(response))?.['active']
  if (typeof active !== 'boolean') return { said: 'unclear', seen: `${seen} without active` }
  return { said: active ? 'accepted' : 'refused', seen: `active: ${active}` }
}

export const boundedText = async ({ body }: Response): Promise<string> =>
  (await bounded(body, MOST_BYTES))?.toString('utf8') ?? ''

const nameOf = ({ origin, pathname }: URL) => `${origin}${pathname}`

export const isLoopback = (hostname: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)

const CHALLENGE_PATH = '/.well-known/mintmark-probe'
const HEADER = 'mintmark-probe'
/** Shorter ones could be guessed, and published on another page. */
const RUN = /^[\w-]{16,64}$/

/**
 * `run` undefined: not yet confirmed.
 * @throws {MintmarkError} `INPUT_INVALID` with what to place
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

function challengeOf({ protocol, host, hostname }: URL): URL {
  const isWeb = protocol === 'http:' || protocol === 'https:'
  return new URL(CHALLENGE_PATH, isWeb ? `${protocol}//${host}` : `https://${hostname}`)
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

export interface ImapOptions {
  readonly url: URL
  readonly mechanism: 'oauthbearer' | 'xoauth2'
  readonly user: string
}

export function imapTarget(options: ImapOptions): Target {
  const { protocol, host } = options.url
  return { name: `${protocol}//${host}`, takes: 'jwt', ask: (token) => login(options, token) }
}

function portOf({ protocol, port }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'imaps:' ? 993 : 143
}

function initialResponse({ url, mechanism, user }: ImapOptions, token: string): string {
  const bearer = `auth=Bearer ${token}\u0001\u0001`
  const text =
    mechanism === 'xoauth2'
      ? `user=${user}\u0001${bearer}`
      : `n,a=${user},\u0001host=${url.hostname}\u0001port=${portOf(url)}\u0001${bearer}`
  return Buffer.from(text).toString('base64')
}

async function login(options: ImapOptions, token: string): Promise<Answer> {
  const { url, mechanism } = options
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const address = { host, port: portOf(url) }
  const socket =
    url.protocol === 'imaps:' ? connectTls({ ...address, servername: host }) : connect(address)
  addAbortSignal(AbortSignal.timeout(PATIENCE_MS), socket)
  try {
    for await (const line of linesOf(socket)) {
      if (line.startsWith('* BYE')) return { said: 'unclear', seen: 'BYE' }
      if (/^\* (?:OK|PREAUTH)/.test(line) && socket.bytesWritten === 0)
        socket.write(
          `a1 AUTHENTICATE ${mechanism.toUpperCase()} ${initialResponse(options, token)}\r\n`,
        )
      // The reason of a failure; RFC 7628 wants it confirmed with a single %x01.
      else if (line.startsWith('+')) socket.write('AQ==\r\n')
      else if (line.startsWith('a1 ')) return answerOf(line)
    }
    return { said: 'unclear', seen: 'the connection ended' }
  } catch (error) {
    return { said: 'unclear', seen: `no answer (${reasonOf(error)})` }
  } finally {
    socket.destroy()
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let [begun, size] = ['', 0]
  for await (const chunk of socket) {
    const text = String(chunk)
    size += text.length
    if (size > MOST_BYTES) throw new RangeError('the server says too much')
    const lines = `${begun}${text}`.split('\n')
    begun = lines.pop() ?? ''
    yield* lines
  }
}

/** BAD is a syntax that the server does not take: for a forged token as good as NO, for the genuine one a failed control. */
function answerOf(line: string): Answer {
  const [, word = ''] = /^a1 (OK|NO|BAD)\b/.exec(line) ?? []
  const seen = `IMAP ${word}`
  if (word === 'OK') return { said: 'accepted', seen }
  return { said: word === '' ? 'unclear' : 'refused', seen }
}
