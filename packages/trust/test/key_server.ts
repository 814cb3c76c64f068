/** A server of key documents on this machine that a test changes as time goes on. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { closed, portOf } from './doors.ts'

export interface Served {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export class KeyServer implements AsyncDisposable {
  /** By path. What is not there is answered with 404; a function answers by itself. */
  readonly pages: Map<string, Served | ((response: ServerResponse) => void)> = new Map()
  /** Requests that came: path, and `If-None-Match` behind a blank. */
  readonly asked: string[] = []
  readonly #server: Server
  #port = 0
  readonly #scheme: string

  private constructor(tls: { key: string; cert: string } | undefined) {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response)
    }
    this.#scheme = tls === undefined ? 'http' : 'https'
    this.#server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
  }

  static async start(tls?: { key: string; cert: string }): Promise<KeyServer> {
    const server = new KeyServer(tls)
    server.#port = await portOf(server.#server)
    return server
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const known = request.headers['if-none-match']
    this.asked.push(known === undefined ? (request.url ?? '') : `${request.url} ${known}`)
    const page = this.pages.get(request.url ?? '') ?? { status: 404 }
    if (typeof page === 'function') {
      page(response)
      return
    }
    const etag = page.headers?.['etag']
    if (etag !== undefined && etag === known) {
      response.writeHead(304, page.headers).end()
      return
    }
    response.writeHead(page.status ?? 200, page.headers)
    response.end(page.body ?? '')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closed(this.#server)
  }
}
