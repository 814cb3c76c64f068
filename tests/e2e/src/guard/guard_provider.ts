/** oidc-provider, as it comes, with its access tokens behind a signing gate. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { parseObject, text } from '@mintmark/core'
import { EntryRecorder, SigningGate } from '@mintmark/guard'
import { type RecordedTokens, recordedTokens } from '@mintmark/guard/oidc-provider'
import type { ForgerKey } from '@mintmark/testkit'
import { readAgain } from '@mintmark/testkit'
import { type Configuration, ExternalSigningKey, Provider } from 'oidc-provider'

export const USER = 'ada@example.org'
const CLIENT = { id: 'mail-reader', secret: 'the-secret-of-the-mail-reader' }

export interface RunningProvider {
  readonly issuer: string
  /** Its real key, which the forger gets. */
  readonly key: ForgerKey
  /** Public half, as a JWK. */
  readonly jwk: Readonly<Record<string, unknown>>
  /** Asks its token endpoint for an access token. */
  readonly token: (audience: string) => Promise<string>
  /** Gives the signing gate the ledger's URL and key. */
  readonly useLedger: (url: string, key: string) => void
  readonly stop: () => Promise<void>
}

/** Listens first, since its issuer is its address; signs nothing before it has a ledger. */
export async function startProvider(): Promise<RunningProvider> {
  const server = createServer()
  const issuer = `http://127.0.0.1:${await portOf(server)}`
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  let recorder: EntryRecorder | undefined
  const gate = new SigningGate({
    record: (entry) => recorder?.record(entry) ?? Promise.reject(new Error('no ledger yet')),
    kid: 'provider-1',
    alg: 'ES256',
    privateKey,
  })
  const provider = new Provider(
    issuer,
    configuration(recordedTokens(ExternalSigningKey, { gate, publicKey })),
  )
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: gate.kid, alg: gate.alg }
  return {
    issuer,
    key: { kid: gate.kid, privateKey },
    jwk,
    token: (audience) => askToken(issuer, audience),
    useLedger: (url, key) => {
      recorder = new EntryRecorder({ url, key })
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

function configuration(recorded: RecordedTokens<ExternalSigningKey>): Configuration {
  const idTokenKey = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })).privateKey
  return {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: {
      keys: [
        recorded.key,
        { ...idTokenKey.export({ format: 'jwk' }), kid: 'id-tokens', alg: 'RS256', use: 'sig' },
      ],
    },
    cookies: { keys: ['only-for-tests'] },
    // Also the mailbox that this client reads.
    extraTokenClaims: () => ({ ...recorded.extraTokenClaims(), email: USER }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      externalSigningSupport: recorded.externalSigningSupport,
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, audience) => ({
          scope: 'imap',
          audience,
          accessTokenTTL: 600,
          ...recorded.accessTokens,
        }),
      },
    },
  }
}

async function askToken(issuer: string, audience: string): Promise<string> {
  const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: audience,
      scope: 'imap',
    }),
  })
  const answer = await response.text()
  const token = text(parseObject(answer) ?? {}, 'access_token')
  if (token === undefined) throw new Error(`the provider issues nothing: ${response.status}`)
  return token
}
