/**
 * The test issuer. Trust: its control is on another port, as a verifier may accept keys from any
 * address of its origin.
 */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import path from 'node:path'
import { type Json, MintmarkError, parseObject, safeText, text } from '@mintmark/core'
import type { Connection } from '@mintmark/ledger/http'
import { bounded } from '@mintmark/ledger/log'
import * as stored from './issuer_state.ts'

export interface IssuerOptions extends stored.StateOptions {
  readonly folder: string
  readonly host: string
  readonly port: number
  readonly publicUrl?: string | undefined
}

export interface RunningIssuer extends stored.Running {
  readonly audience: string
  readonly stop: () => Promise<void>
}

const MOST_COMMAND_BYTES = 4096
const LOOPBACK = { host: '127.0.0.1', port: 0 }

/** @throws {MintmarkError} as `openState`; `INPUT_INVALID` where the port cannot be taken, or one runs on the folder */
export async function startIssuer(options: IssuerOptions): Promise<RunningIssuer> {
  const { host, port, publicUrl } = options
  const folder = path.resolve(options.folder)
  await assertNoneRuns(folder)
  const issuer = new Issuer(folder, await stored.openState(folder, options))
  const { listen } = await import('@mintmark/ledger/http')
  const routes = { fetch: issuer.answerPublic.bind(issuer) }
  const open: { readonly url: string; readonly stop: () => Promise<void> }[] = []
  const stop = async () => void (await Promise.all(open.map((each) => each.stop())))
  try {
    const server = await listen(routes, { host, port }, ({ socket }) => issuer.isCutOff(socket))
    open.push(server)
    const control = await listen({ fetch: issuer.answerControl.bind(issuer) }, LOOPBACK)
    open.push(control)
    const running = { url: publicUrl ?? server.url, controlUrl: control.url }
    issuer.url = running.url
    await stored.writeRunning(folder, running)
    return { ...running, audience: issuer.audience, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}

async function assertNoneRuns(folder: string): Promise<void> {
  const found = await stored.commandIssuer(folder, { do: 'status' }).catch(() => undefined)
  if (found === undefined) return
  const message = `an issuer runs on ${safeText(folder)} already, at ${safeText(String(found['issuer']))}`
  throw new MintmarkError('INPUT_INVALID', message, { option: 'state' })
}

class Issuer {
  url = ''
  readonly #folder: string
  #state: stored.IssuerState
  #endpoint: 'reachable' | 'unreachable' = 'reachable'
  /** Requests for the attacker's keys: their senders followed an address in a token. */
  #followed = 0
  #fetchedMs: number | undefined

  constructor(folder: string, state: stored.IssuerState) {
    this.#folder = folder
    this.#state = state
  }

  get audience(): string {
    return this.#state.audience
  }

  isCutOff(socket: IncomingMessage['socket']): boolean {
    const isCut = this.#endpoint === 'unreachable'
    if (isCut) socket.destroy()
    return isCut
  }

  answerPublic({ url }: Request, from?: Connection): Response {
    const { pathname } = new URL(url)
    if (pathname === '/keys') {
      this.#fetchedMs = performance.now()
      return answer(200, stored.keySet(this.#state.keys, this.url))
    }
    if (pathname === '/saml/metadata') return this.#metadata()
    const below = pathname.replace(/\/\.well-known\/openid-configuration$/, '')
    if (below === pathname || !stored.ISSUER_PATHS.includes(below))
      return answer(404, { error: 'not_found' })
    const isLocal = isLoopback(from?.incoming.socket.remoteAddress ?? '')
    return answer(200, this.#discovery(below, isLocal))
  }

  /** Source: SAML 2.0 Metadata, section 2.4.3. */
  #metadata(): Response {
    const descriptors = this.#state.keys
      .filter(({ role }) => role === 'saml' || role === 'saml-expired')
      .map(
        (key) =>
          `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${stored.certificateFor(key).toString('base64')}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
      )
    const headers = { 'content-type': 'application/samlmetadata+xml' }
    return new Response(
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${this.url}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${descriptors.join('')}<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${this.url}/saml/login"/></IDPSSODescriptor></EntityDescriptor>`,
      { headers },
    )
  }

  #discovery(below: string, isLocal: boolean): Json {
    return {
      issuer: `${this.url}${below}`,
      jwks_uri: `${this.url}/keys`,
      authorization_endpoint: `${this.url}${below}/authorize`,
      token_endpoint: `${this.url}${below}/token`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [stored.issuerAlgorithm(this.#state.keys)],
      // For a probe on the same machine, which may read the folder only as its owner.
      ...(isLocal && { mintmark_state: this.#folder }),
    }
  }

  async answerControl(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/stranger/keys') {
      this.#followed++
      return answer(200, stored.strangerKeySet(this.#state.keys, this.url))
    }
    if (request.method !== 'POST' || pathname !== '/control' || !this.#isAllowed(request))
      return answer(401, { error: 'unauthorised' })
    try {
      const body = await bounded(request.body, MOST_COMMAND_BYTES)
      if (body === undefined) return answer(413, { error: 'the command is too long' })
      return answer(200, await this.#execute(parseObject(body.toString('utf8')) ?? {}))
    } catch (error) {
      const isExpected = error instanceof MintmarkError
      return answer(isExpected ? 400 : 500, { error: isExpected ? error.message : 'failed' })
    }
  }

  #isAllowed({ headers }: Request): boolean {
    const given = Buffer.from(headers.get('authorization') ?? '')
    const wanted = Buffer.from(`Bearer ${this.#state.secret}`)
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }

  async #execute(command: Json): Promise<Json> {
    const does = text(command, 'do')
    if (does === 'rotate') await this.#save(stored.rotated(this.#state.keys))
    else if (does === 'unlist' || does === 'list')
      await this.#save(this.#listed(text(command, 'kid') ?? '', does === 'list'))
    else if (does === 'reach' || does === 'block')
      this.#endpoint = does === 'reach' ? 'reachable' : 'unreachable'
    else if (does !== 'status')
      throw new MintmarkError('INPUT_INVALID', 'the issuer knows no such command')
    return {
      issuer: this.url,
      audience: this.audience,
      endpoint: this.#endpoint,
      followed: this.#followed,
      keysAge: this.#fetchedMs === undefined ? null : (performance.now() - this.#fetchedMs) / 1000,
      keys: this.#state.keys.map(({ role, kid, isListed }) => ({ role, kid, listed: isListed })),
    }
  }

  #listed(named: string, isListed: boolean): stored.StoredKey[] {
    const { keys } = this.#state
    const isNamed = ({ kid, role }: stored.StoredKey) =>
      (kid === named || role === named) && stored.isPublished(role)
    if (!keys.some(isNamed))
      throw new MintmarkError('INPUT_INVALID', 'the issuer has no such key', { option: 'kid' })
    const changed = (key: stored.StoredKey) => ({ ...key, isListed })
    return keys.map((key) => (isNamed(key) ? changed(key) : key))
  }

  async #save(keys: readonly stored.StoredKey[]): Promise<void> {
    this.#state = { ...this.#state, keys }
    await stored.writeState(this.#folder, this.#state)
  }
}

const answer = (status: number, value: Json) =>
  Response.json(value, { status, headers: { 'cache-control': 'no-store' } })

const isLoopback = (address: string) => address === '::1' || address.endsWith('127.0.0.1')
