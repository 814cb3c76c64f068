/** The mail front end over HTTP. Trust: it listens on loopback alone. */
import { type Listening, listen } from '@mintmark/ledger/http'
import { createRemoteJWKSet, customFetch, errors } from 'jose'
import { messageOf, World } from '../world/world.ts'
import { jwkSet, keysIn, RELOAD_MS, usedKeys, verifierOf } from './verifier.ts'

interface FrontEndOptions {
  readonly port: number
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
  /** Binds each key to its issuer and class, and drops retired keys. */
  readonly isFixed: boolean
  readonly seed: number
}

const LOOPBACK = '127.0.0.1'
/** Access tokens of RFC 9068, which the test issuer makes. */
const TYP = 'at+jwt'
const SHOWN = 10
const SMALLEST_WORLD = 0.001

/** @throws {MintmarkError} `INPUT_INVALID` where the port cannot be taken */
export async function startFrontEnd(options: FrontEndOptions): Promise<Listening> {
  const { port, issuer, audience, jwksUri, isFixed, seed } = options
  const checksNow = () => ({
    isClassChecked: isFixed,
    ...(isFixed && { rotation: { atMs: Date.now() } }),
  })
  const keys = createRemoteJWKSet(new URL(jwksUri), {
    cacheMaxAge: RELOAD_MS,
    [customFetch]: async (url, init) => {
      const response = await fetch(url, init)
      if (response.status !== 200) return response
      return Response.json(jwkSet(usedKeys(keysIn(await response.json()), issuer, checksNow())))
    },
  })
  const verify = verifierOf(keys, { issuer, audience, typ: TYP })
  const mailbox = mailboxOf(seed)
  const routes = {
    fetch: async ({ headers }: Request) =>
      answerOf(await statusOf(headers.get('authorization') ?? '', verify), mailbox),
  }
  const { url, stop } = await listen(routes, { host: LOOPBACK, port })
  return { url: `${url}/`, stop }
}

async function statusOf(
  authorization: string,
  verify: (token: string) => Promise<void>,
): Promise<200 | 401 | 503> {
  const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? []
  if (token === undefined) return 401
  try {
    await verify(token)
    return 200
  } catch (error) {
    return error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) ? 401 : 503
  }
}

function answerOf(status: number, mailbox: object): Response {
  const body = status === 200 ? mailbox : { error: status === 401 ? 'invalid_token' : 'no_keys' }
  const headers = {
    'content-type': 'application/json',
    ...(status === 401 && { 'www-authenticate': 'Bearer error="invalid_token"' }),
  }
  return new Response(`${JSON.stringify(body)}\n`, { status, headers })
}

function mailboxOf(seed: number): object {
  const world = new World(seed, SMALLEST_WORLD)
  const [state] = world.organisations
  if (state === undefined) return {}
  const messages = Array.from({ length: SHOWN }, (_, index) => {
    const { messageId, subject } = messageOf(state, 0, index)
    return { messageId, subject }
  })
  return { mailbox: world.person(state, 0).upn, messages }
}
