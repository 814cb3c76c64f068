/** Verifiers behind a server: what targets ask. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Server as AnyServer } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Verify } from '../src/harness/harness.ts'

export interface Door {
  readonly url: string
  /** Every token that it was shown, in order. */
  readonly shown: string[]
  readonly close: () => Promise<void>
}

export async function isAccepted(verify: Verify, token: string): Promise<boolean> {
  try {
    return (await verify(token)) !== false
  } catch {
    return false
  }
}

/** 200 or 401 for a bearer; at `/introspect` the answer of RFC 7662 to a form. */
export async function openDoor(verify: Verify): Promise<Door> {
  const shown: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const isForm = request.url === '/introspect'
      const token = isForm ? await formToken(request) : bearerOf(request)
      shown.push(token)
      const active = await isAccepted(verify, token)
      response.writeHead(active || isForm ? 200 : 401, { location: 'http://127.0.0.1:9/' })
      response.end(isForm ? JSON.stringify({ active }) : 'mail')
    })()
  })
  return { url: `http://127.0.0.1:${await portOf(server)}`, shown, close: () => closed(server) }
}

const bearerOf = ({ headers }: IncomingMessage) =>
  (headers.authorization ?? '').replace(/^Bearer /, '')

const formToken = async (request: IncomingMessage) =>
  new URLSearchParams(await text(request)).get('token') ?? ''

export async function portOf(server: AnyServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
