/**
 * Session authentication. The printed token works once, for a cookie that no script or other site
 * can use. The Host must be the address that is served (DNS rebinding); other origins are refused.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32

export type Refusal = 'host' | 'origin' | 'token'

export class SessionAuth {
  /** Undefined once it was used. */
  #token: string | undefined = newSecret()
  readonly #session = newSecret()
  #origin: URL | undefined

  /** @param origin what is listened on, such as `http://127.0.0.1:1234` */
  bind(origin: string): void {
    this.#origin = new URL(origin)
  }

  entryAddress(): string {
    return `${this.#bound().origin}/enter?token=${this.#token ?? ''}`
  }

  exchange(token: string): string | undefined {
    if (this.#token === undefined || !isSame(token, this.#token)) return undefined
    this.#token = undefined
    return `${this.#cookieName()}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** Whether the request comes from where it should; says nothing of who sends it. */
  refusesOrigin(request: Request): Refusal | undefined {
    if (!this.#hosts().includes(request.headers.get('host') ?? '')) return 'host'
    const origin = request.headers.get('origin')
    if (origin !== null && !this.#hosts().some((host) => origin === `http://${host}`))
      return 'origin'
    const site = request.headers.get('sec-fetch-site')
    const isForeign = site === 'cross-site' || site === 'same-site'
    return isForeign && !isEntry(request) ? 'origin' : undefined
  }

  refusesSession(request: Request): Refusal | undefined {
    const wanted = this.#cookieName()
    const held = (request.headers.get('cookie') ?? '')
      .split(';')
      .map((pair) => pair.trim().split('='))
      .find(([name]) => name === wanted)?.[1]
    return held !== undefined && isSame(held, this.#session) ? undefined : 'token'
  }

  /** A request that changes something must say that it comes from the page itself. */
  refusesAction(request: Request): Refusal | undefined {
    const isOwn = request.headers.get('origin') !== null
    const isJson = request.headers.get('content-type') === 'application/json'
    return isOwn && isJson ? undefined : 'origin'
  }

  /** Cookies know no ports: two cases that are served at a time must not share one. */
  #cookieName(): string {
    return `mintmark-${this.#bound().port}`
  }

  #hosts(): readonly string[] {
    const { host, port } = this.#bound()
    return [host, `localhost:${port}`]
  }

  #bound(): URL {
    if (this.#origin === undefined) throw new TypeError('bind() was not called yet')
    return this.#origin
  }
}

/** Somebody who follows the printed address from wherever it was shown: the token in it says that he may. */
function isEntry(request: Request): boolean {
  const isWindow = request.headers.get('sec-fetch-dest') === 'document'
  return isWindow && request.method === 'GET' && new URL(request.url).pathname === '/enter'
}

const newSecret = () => randomBytes(TOKEN_BYTES).toString('base64url')

function isSame(given: string, held: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(held)]
  return a.length === b.length && timingSafeEqual(a, b)
}
