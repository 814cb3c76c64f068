/** oidc-provider behind the signing gate. Takes its settings' path; prints `provider at URL`. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseObject } from '@mintmark/core'
import { EntryRecorder, SigningGate } from '@mintmark/guard'
import { type RecordedTokens, recordedTokens } from '@mintmark/guard/oidc-provider'
import { openingLine } from '@mintmark/ledger'
import { type Configuration, ExternalSigningKey, Provider } from 'oidc-provider'
import { KEY_ID, LIFETIME_SECONDS, type ProviderSettings } from './provider.ts'

/** Tokens are recorded before they are signed; and what opens each entry is stored. */
function recordedWith(settings: ProviderSettings): RecordedTokens<ExternalSigningKey> {
  const privateKey = createPrivateKey(settings.privateKey)
  const recorder = new EntryRecorder({ url: settings.ledgerUrl, key: settings.frontEndKey })
  const record = (entry: Parameters<EntryRecorder['record']>[0]) => recorder.record(entry)
  const gate = new SigningGate({ record, kid: KEY_ID, alg: 'ES256', privateKey })
  const signInput = async (input: string) => {
    const signed = await gate.signInput(input)
    const payload = Buffer.from(input.split('.')[1] ?? '', 'base64url').toString('utf8')
    appendFileSync(settings.openings, openingLine(parseObject(payload) ?? {}), { mode: 0o600 })
    return signed
  }
  const signer = { kid: gate.kid, alg: gate.alg, signInput }
  const publicKey = createPublicKey(privateKey)
  return recordedTokens(ExternalSigningKey, { gate: signer, publicKey })
}

function configurationOf(settings: ProviderSettings): Configuration {
  // Read from its PEM: Node 20 may wait for ever where a key that was just made becomes a JWK.
  const idTokenKey = createPrivateKey(
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
  )
  const recorded = recordedWith(settings)
  const users = new Map(settings.clients.map(({ clientId, user }) => [clientId, user]))
  return {
    clients: settings.clients.map(({ clientId, secret }) => ({
      client_id: clientId,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    jwks: {
      keys: [
        recorded.key,
        { ...idTokenKey.export({ format: 'jwk' }), kid: 'id-tokens', alg: 'RS256', use: 'sig' },
      ],
    },
    cookies: { keys: [randomBytes(24).toString('hex')] },
    extraTokenClaims: (_ctx, { clientId = '' }) => ({
      ...recorded.extraTokenClaims(),
      email: users.get(clientId),
    }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      externalSigningSupport: recorded.externalSigningSupport,
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, audience) => ({
          scope: 'imap',
          audience,
          accessTokenTTL: LIFETIME_SECONDS,
          ...recorded.accessTokens,
        }),
      },
    },
  }
}

/** Our own parent wrote it. */
// oxlint-disable-next-line no-unsafe-assignment -- see above
const settings: ProviderSettings = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const provider = new Provider(settings.issuer, configurationOf(settings))
const answer = provider.callback()
createServer((request, response) => void answer(request, response)).listen(
  Number(new URL(settings.issuer).port),
  '127.0.0.1',
  () => console.log(`provider at ${settings.issuer}`),
)
