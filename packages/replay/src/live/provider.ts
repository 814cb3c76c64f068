/** The identity provider of the live replay, from outside: its key, its address, its token endpoint. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MintmarkError, parseObject, text } from '@mintmark/core'
import type { Mailbox } from './people.ts'
import { freePort, type Programs } from './programs.ts'

export const AUDIENCE = 'urn:example:imap'
export const KEY_ID = 'provider-1'
export const LIFETIME_SECONDS = 600

export interface ProviderSettings {
  readonly issuer: string
  readonly privateKey: string
  readonly clients: readonly {
    readonly clientId: string
    readonly secret: string
    readonly user: string
  }[]
  readonly ledgerUrl: string
  readonly frontEndKey: string
  readonly openings: string
}

export interface KnownProvider {
  readonly issuer: string
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
  readonly secrets: ReadonlyMap<string, string>
}

/** Read from its PEM: Node 20 may wait for ever where a key that was just made becomes a JWK (`readAgain` of testkit). */
function newKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return createPrivateKey(privateKey)
}

/** A provider that is not running yet: the ledger has to know its address first. */
export async function newProvider(mailboxes: readonly Mailbox[]): Promise<KnownProvider> {
  const privateKey = newKey()
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' })
  return {
    issuer: `http://127.0.0.1:${await freePort()}`,
    privateKey,
    jwk: { ...jwk, kid: KEY_ID, alg: 'ES256' },
    secrets: new Map(mailboxes.map(({ clientId }) => [clientId, randomBytes(24).toString('hex')])),
  }
}

export async function startProvider(
  programs: Programs,
  work: string,
  mailboxes: readonly Mailbox[],
  { issuer, privateKey, secrets }: KnownProvider,
  recording: Pick<ProviderSettings, 'ledgerUrl' | 'frontEndKey' | 'openings'>,
): Promise<void> {
  const settings: ProviderSettings = {
    issuer,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    clients: mailboxes.map(({ clientId, user }) => {
      return { clientId, secret: secrets.get(clientId) ?? '', user }
    }),
    ...recording,
  }
  const file = join(work, 'provider.json')
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
  const script = fileURLToPath(new URL('./provider_process.ts', import.meta.url))
  await programs.start(process.execPath, [script, file]).prints(/provider at (\S+)/)
}

export async function askToken(
  { issuer, secrets }: KnownProvider,
  { clientId }: Mailbox,
): Promise<string> {
  const basic = Buffer.from(`${clientId}:${secrets.get(clientId) ?? ''}`).toString('base64')
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: AUDIENCE,
      scope: 'imap',
    }),
  })
  const token = text(parseObject(await response.text()) ?? {}, 'access_token')
  if (token !== undefined) return token
  const message = `the provider issues nothing: status ${response.status}`
  throw new MintmarkError('PROGRAM_FAILED', message, { program: 'oidc-provider' })
}
