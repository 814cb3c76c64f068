/**
 * Before it listens, a guard answers some hundred requests of its own, so that its code is compiled when the first real
 * request comes. Without, the requests of a tenth of a second would wait some 80 ms.
 *
 * The requests go to another guard, over loopback, with tokens of a temporary key: nothing is counted, recorded or logged.
 *
 * @module
 */
import {
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { Callers } from '../verify/callers.ts'
import { Guard, type GuardOptions } from '../verify/guard.ts'
import { TrustedKeys } from '../verify/keys.ts'
import { toLowS } from '../verify/signatures.ts'
import { fastPath } from './fast_path.ts'

const REQUESTS = 800
/** Fewer tokens than requests: signing costs more. */
const TOKENS = 100
const CONNECTIONS = 4
const PATIENCE_MS = 2000
const ISSUER = 'urn:mintmark:warm-up'
const LIFETIME_MS = 600_000

/**
 * Resolves when the requests are answered, or time is over. Never rejects.
 *
 * @returns how many answers called the token active: all of them, except on a very busy machine
 */
export async function warmUp(): Promise<number> {
  const secret = randomBytes(24).toString('base64url')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const answer = fastPath({
    guard: guardOf(publicKey),
    callers: callersWith(secret),
    statements: undefined,
  })
  const server = createServer((request, response) => void answer(request, response))
  try {
    const requests = Array.from({ length: TOKENS }, () => requestFor(tokenOf(privateKey), secret))
    const port = await listening(server)
    const active = await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port, requests)))
    return active.reduce((sum, each) => sum + each, 0)
  } catch {
    // The first real requests take longer, then.
    return 0
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const audience = {
  audience: ISSUER,
  classes: new Set(['own']),
  mode: 'enforce',
  graceMs: 0,
  whenStale: 'recorded',
  maxHeadAgeMs: LIFETIME_MS,
  usernameClaim: 'sub',
} as const

/** Treats all tokens of the key as recorded. */
function guardOf(key: KeyObject): Guard {
  const [fromMs, never] = [0, Number.POSITIVE_INFINITY]
  const trusted = { issuer: ISSUER, kid: 'own', alg: 'ES256', key, fromMs, untilMs: never } as const
  const keys = new TrustedKeys([{ ...trusted, revokedMs: never }])
  const policy = { issuer: ISSUER, issuerClass: 'own', types: new Set(['at+jwt']) }
  const limits = { maxLifetimeMs: LIFETIME_MS, takesHighS: false }
  return new Guard({
    follower,
    keys: () => keys,
    issuers: new Map([[ISSUER, { ...policy, ...limits }]]),
    canaries: new Set(),
    waitMs: 1,
    onAlarm: () => undefined,
    now: Date.now,
  })
}

const follower: GuardOptions['follower'] = {
  ageMs: 0,
  trouble: undefined,
  isStreamed: false,
  liveTokens: 0,
  find: () => 'live',
  remembers: () => false,
  ask: () => Promise.resolve('recorded'),
  refresh: () => Promise.resolve(),
  headOf: () => undefined,
}

function callersWith(secret: string): Callers {
  const caller = { name: 'own', secretHash: hash('sha256', secret, 'buffer') }
  const may = { mayRevoke: false, maySubscribe: false, pushTo: [] }
  return new Callers([{ ...caller, perSecond: 2 * REQUESTS, audiences: [audience], ...may }])
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function tokenOf(key: KeyObject): string {
  const iat = Math.floor(Date.now() / 1000)
  const exp = iat + LIFETIME_MS / 1000
  const claims = { iss: ISSUER, jti: randomUUID(), sub: randomUUID(), aud: ISSUER, iat, exp }
  const input = `${part({ typ: 'at+jwt', alg: 'ES256', kid: 'own' })}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${Buffer.from(toLowS(signature, 'ES256')).toString('base64url')}`
}

function requestFor(token: string, secret: string): string {
  const body = `token=${token}`
  const basic = Buffer.from(`own:${secret}`).toString('base64')
  const type = 'Content-Type: application/x-www-form-urlencoded'
  const headers = `Host: guard\r\nAuthorization: Basic ${basic}\r\n${type}`
  return `POST /introspect HTTP/1.1\r\n${headers}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/** One request after the other on a connection. An answer comes in one piece; if not, the next request is early. */
async function ask(port: number, requests: readonly string[]): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', signal: AbortSignal.timeout(PATIENCE_MS) })
  let [asked, active] = [0, 0]
  const next = () => {
    if (asked === REQUESTS / CONNECTIONS) socket.end()
    else socket.write(requests[asked++ % requests.length] ?? '')
  }
  socket.on('connect', next)
  socket.setEncoding('latin1').on('data', (answer: string) => {
    if (answer.includes('"active":true')) active++
    next()
  })
  await once(socket, 'close')
  return active
}
