/**
 * A server that listens, and stops in good order.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { MintmarkError } from '@mintmark/core'
import { Connections } from './connections.ts'

const REQUEST_TIMEOUT_MS = 15_000
const HEADERS_TIMEOUT_MS = 5000
const LIMITS = { most: 4096, perAddress: 256 }
/** How often is looked whether a request has taken longer than it may: by default that is done twice a minute. */
const CHECK_MS = 1000
/** Proxies keep connections for a minute; one that is closed under a request would be an error of theirs. */
const IDLE_TIMEOUT_MS = 75_000
/** How long requests that are under way may still take. */
const STOP_PATIENCE_MS = 5000

/** What Hono's applications are. Its types need those of a browser, which not every program has. */
export interface Routes {
  readonly fetch: (request: Request) => Response | Promise<Response>
}

export interface Listening {
  readonly url: string
  /** Takes no more connections, lets requests end, and resolves when all are closed. */
  readonly stop: () => Promise<void>
}

/** Answers a request before the routes see it, or says that it is not one for it. */
type Lane = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * @param address port 0 for any that is free
 * @throws {MintmarkError} `INPUT_INVALID` where the address cannot be taken
 */
export async function listen(
  { fetch }: Routes,
  { host, port }: { readonly host: string; readonly port: number },
  lane: Lane = () => false,
): Promise<Listening> {
  const listener = getRequestListener(fetch)
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_MS,
      joinDuplicateHeaders: true,
    },
    (request, response) => {
      if (!lane(request, response)) void listener(request, response)
    },
  )
  new Connections(LIMITS).watch(server)
  await listening(server, host, port)
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  const name = host.includes(':') ? `[${host}]` : host
  return { url: `http://${name}:${bound}`, stop: () => stopped(server) }
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `cannot listen on ${host} port ${port}: ${cause.code ?? ''}`
      reject(new MintmarkError('INPUT_INVALID', message, { option: 'port' }, { cause }))
    })
    server.listen(port, host, resolve)
  })
}

function stopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), STOP_PATIENCE_MS)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}
