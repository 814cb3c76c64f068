import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { MintmarkError } from '@mintmark/core'
import { Connections } from './connections.ts'

const REQUEST_TIMEOUT_MS = 15_000
const HEADERS_TIMEOUT_MS = 5000
const LIMITS = { most: 4096, perAddress: 256 }
/** Node's default checks time limits twice a minute only. */
const CHECK_MS = 1000
/** Proxies keep connections for a minute; closing one earlier would break their requests. */
const IDLE_TIMEOUT_MS = 75_000
const STOP_PATIENCE_MS = 5000

export interface Connection {
  readonly incoming: { readonly socket: { readonly remoteAddress?: string | undefined } }
}

/** Hono without its types, which need a browser's. */
export interface Routes {
  readonly fetch: (request: Request, connection?: Connection) => Response | Promise<Response>
}

interface ListenAddress {
  readonly host: string
  readonly port: number
  readonly maxHeaderBytes?: number | undefined
}

export interface Listening {
  readonly url: string
  /** Lets running requests end; resolves when all connections are closed. */
  readonly stop: () => Promise<void>
}

/** Returns false to leave a request to the routes. */
type FastPath = (request: IncomingMessage, response: ServerResponse) => boolean

/** @param address port 0: any free one. @throws {MintmarkError} `INPUT_INVALID` if it is taken */
export async function listen(
  { fetch }: Routes,
  { host, port, maxHeaderBytes }: ListenAddress,
  fastPath: FastPath = () => false,
): Promise<Listening> {
  const listener = getRequestListener(fetch)
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_MS,
      maxHeaderSize: maxHeaderBytes,
      joinDuplicateHeaders: true,
    },
    (request, response) => {
      if (!fastPath(request, response)) void listener(request, response)
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
