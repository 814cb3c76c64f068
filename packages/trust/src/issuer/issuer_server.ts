/**
 * The test issuer over HTTP: discovery and the merged key set for everybody, the control for holders of its secret.
 *
 * The attacker's key server and the control are on another port, on loopback: a verifier may accept keys from any address of
 * the issuer's own origin.
 *
 * Source: OpenID Connect Discovery 1.0, section 3; RFC 7517 for the key set.
 *
 * @module
 */
import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import path from 'node:path'
import { type Json, MintmarkError, parseObject, safeText, text } from '@mintmark/core'
import { commandIssuer } from './issuer_control.ts'
import {
  certificateFor,
  ISSUER_PATHS,
  isPublished,
  issuerAlgorithm,
  keySet,
  rotated,
  type StoredKey,
  strangerKeySet,
} from './issuer_keys.ts'
import {
  type IssuerState,
  openState,
  type Running,
  type StateOptions,
  writeRunning,
  writeState,
} from './issuer_state.ts'

export interface IssuerOptions extends StateOptions {
  readonly folder: string
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  /** The issuer's address for verifiers, where it is another than the one it listens on. */
  readonly publicUrl?: string | undefined
}

export interface RunningIssuer extends Running {
  readonly audience: string
  readonly stop: () => Promise<void>
}

const LOOPBACK = '127.0.0.1'
/** A command is a line. */
const MOST_COMMAND_BYTES = 4096

/** @throws {MintmarkError} as `openState`; `INPUT_INVALID` where the port cannot be taken, or one runs on the folder */
export async function startIssuer(options: IssuerOptions): Promise<RunningIssuer> {
  const { host, port, publicUrl } = options
  const folder = path.resolve(options.folder)
  await assertNoneRuns(folder)
  const issuer = new Issuer(folder, await openState(folder, options))
  const server = createServer((request, response) => issuer.answerPublic(request, response))
  const control = createServer((request, response) => void issuer.answerControl(request, response))
  const bound = await listening(server, host, port)
  try {
    const controlUrl = `http://${LOOPBACK}:${await listening(control, LOOPBACK, 0)}`
    const name = host.includes(':') ? `[${host}]` : host
    const running = { url: publicUrl ?? `http://${name}:${bound}`, controlUrl }
    issuer.url = running.url
    await writeRunning(folder, running)
    const stop = async () => void (await Promise.all([closed(server), closed(control)]))
    return { ...running, audience: issuer.audience, stop }
  } catch (cause) {
    await Promise.all([closed(server), closed(control)])
    throw cause
  }
}

/** A second issuer would write over the keys of the first. */
async function assertNoneRuns(folder: string): Promise<void> {
  const found = await commandIssuer(folder, { do: 'status' }).catch(() => undefined)
  if (found === undefined) return
  const message = `an issuer runs on ${safeText(folder)} already, at ${safeText(String(found['issuer']))}`
  throw new MintmarkError('INPUT_INVALID', message, { option: 'state' })
}

class Issuer {
  /** Set before the first request is answered. */
  url = ''
  readonly #folder: string
  #state: IssuerState
  #endpoint: 'reachable' | 'unreachable' = 'reachable'
  /** Requests for the attacker's keys: their senders followed an address in a token. */
  #followed = 0
  /** When the key set was last fetched, by `performance.now()`. */
  #fetchedMs: number | undefined

  constructor(folder: string, state: IssuerState) {
    this.#folder = folder
    this.#state = state
  }

  get audience(): string {
    return this.#state.audience
  }

  answerPublic(request: IncomingMessage, response: ServerResponse): void {
    if (this.#endpoint === 'unreachable') {
      request.socket.destroy()
      return
    }
    const at = (request.url ?? '').split('?')[0]
    const isLocal = isLoopback(request.socket.remoteAddress ?? '')
    const found = ISSUER_PATHS.find((each) => at === `${each}/.well-known/openid-configuration`)
    if (at === '/keys') this.#keys(response)
    else if (at === '/saml/metadata') this.#metadata(response)
    else if (found !== undefined) send(response, 200, this.#discovery(found, isLocal))
    else send(response, 404, { error: 'not_found' })
  }

  #keys(response: ServerResponse): void {
    this.#fetchedMs = performance.now()
    send(response, 200, keySet(this.#state.keys, this.url))
  }

  /** Source: SAML 2.0 Metadata, section 2.4.3. */
  #metadata(response: ServerResponse): void {
    const descriptors = this.#state.keys
      .filter(({ role }) => role === 'saml' || role === 'saml-expired')
      .map(
        (key) =>
          `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificateFor(key).toString('base64')}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
      )
    response.writeHead(200, { 'content-type': 'application/samlmetadata+xml' })
    response.end(
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${this.url}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${descriptors.join('')}<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${this.url}/saml/login"/></IDPSSODescriptor></EntityDescriptor>`,
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
      id_token_signing_alg_values_supported: [issuerAlgorithm(this.#state.keys)],
      // For a probe on the same machine, which may read the folder only as its owner.
      ...(isLocal && { mintmark_state: this.#folder }),
    }
  }

  async answerControl(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/stranger/keys') {
      this.#followed++
      send(response, 200, strangerKeySet(this.#state.keys, this.url))
      return
    }
    if (request.method !== 'POST' || request.url !== '/control' || !this.#isAllowed(request)) {
      send(response, 401, { error: 'unauthorised' })
      return
    }
    try {
      send(response, 200, await this.#execute(parseObject(await bodyOf(request)) ?? {}))
    } catch (error) {
      const isOurs = error instanceof MintmarkError
      send(response, isOurs ? 400 : 500, { error: isOurs ? error.message : 'failed' })
    }
  }

  #isAllowed(request: IncomingMessage): boolean {
    const [given, wanted] = [
      request.headers.authorization ?? '',
      `Bearer ${this.#state.secret}`,
    ].map((each) => Buffer.from(each))
    if (given === undefined || wanted === undefined) return false
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }

  async #execute(command: Json): Promise<Json> {
    const does = text(command, 'do')
    if (does === 'rotate') await this.#save(rotated(this.#state.keys))
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
      // Seconds since somebody fetched the key set.
      keysAge: this.#fetchedMs === undefined ? null : (performance.now() - this.#fetchedMs) / 1000,
      keys: this.#state.keys.map(({ role, kid, isListed }) => ({ role, kid, listed: isListed })),
    }
  }

  /** @param named the id of a key, or the role of some */
  #listed(named: string, isListed: boolean): StoredKey[] {
    const { keys } = this.#state
    const isNamed = ({ kid, role }: StoredKey) =>
      (kid === named || role === named) && isPublished(role)
    if (!keys.some(isNamed))
      throw new MintmarkError('INPUT_INVALID', 'the issuer has no such key', { option: 'kid' })
    const changed = (key: StoredKey) => ({ ...key, isListed })
    return keys.map((key) => (isNamed(key) ? changed(key) : key))
  }

  async #save(keys: readonly StoredKey[]): Promise<void> {
    this.#state = { ...this.#state, keys }
    await writeState(this.#folder, this.#state)
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > MOST_COMMAND_BYTES)
      throw new MintmarkError('INPUT_INVALID', 'the command is too long')
  }
  return body
}

function send(response: ServerResponse, status: number, value: Json): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

/** @returns the port */
function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `cannot listen on ${host} port ${port}: ${cause.code ?? ''}`
      reject(new MintmarkError('INPUT_INVALID', message, { option: 'port' }, { cause }))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

const isLoopback = (address: string) => address === '::1' || address.endsWith(LOOPBACK)
