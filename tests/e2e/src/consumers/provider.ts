/** A program that has `@mintmark/guard` and its siblings alone: oidc-provider signs what the ledger has recorded. */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { EntryRecorder, SigningGate } from '@mintmark/guard'
import { recordedTokens } from '@mintmark/guard/oidc-provider'
import {
  createFolderLedger,
  issuanceOf,
  makeFrontEnd,
  proveIssuance,
  signingInputOf,
} from '@mintmark/ledger'
import { openReader, serveLedger } from '@mintmark/ledger/http'
import { ExternalSigningKey, Provider } from 'oidc-provider'

const LOOPBACK = { host: '127.0.0.1', port: 0 }
const client = { client_id: 'mail-reader', client_secret: 'the-secret-of-the-mail-reader' }
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const idTokens = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

// A ledger, which has to know the issuer first.
const server = createServer()
await once(server.listen(LOOPBACK), 'listening')
const address = server.address()
const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
await createFolderLedger('ledger', {
  name: 'ledger.example.org',
  period: 'day',
  issuers: new Map([['main', issuer]]),
  maxLifetimeMs: 3_600_000,
  skewMs: 60_000,
  retentionDays: undefined,
})
await makeFrontEnd('ledger')
const ledger = await serveLedger('ledger', {
  ...LOOPBACK,
  now: Date.now,
  heads: undefined,
  policy: undefined,
  warn: console.error,
})

const frontEndKey = readFileSync('ledger/private/front-end.key', 'utf8').trim()
const recorder = new EntryRecorder({ url: ledger.url, key: frontEndKey })
const gate = new SigningGate({
  record: (entry) => recorder.record(entry),
  kid: 'key-1',
  alg: 'ES256',
  privateKey,
})
const recorded = recordedTokens(ExternalSigningKey, { gate, publicKey })
const provider = new Provider(issuer, {
  clients: [
    { ...client, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
  ],
  jwks: {
    keys: [recorded.key, { ...idTokens.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }],
  },
  cookies: { keys: [randomUUID()] },
  extraTokenClaims: recorded.extraTokenClaims,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    externalSigningSupport: recorded.externalSigningSupport,
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, audience) => ({
        scope: 'mail.read',
        audience,
        accessTokenTTL: 600,
        ...recorded.accessTokens,
      }),
    },
  },
})
const answer = provider.callback()
server.on('request', (request, response) => void answer(request, response))

async function issued(): Promise<{ readonly status: number; readonly token: string | undefined }> {
  const resource = 'https://mail.example.org'
  const grant = { grant_type: 'client_credentials', resource, scope: 'mail.read' }
  const body = new URLSearchParams({ ...client, ...grant })
  const response = await fetch(`${issuer}/token`, { method: 'POST', body })
  const [, token] = /"access_token":"([^"]+)"/.exec(await response.text()) ?? []
  return { status: response.status, token }
}

const { token = '' } = await issued()
await ledger.stop()
const proof = await proveIssuance(await openReader('ledger'), issuanceOf(signingInputOf(token)))
console.log(JSON.stringify({ index: proof?.index, withoutLedger: await issued() }))
server.close()
