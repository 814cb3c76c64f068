/**
 * Readers that wait at `GET /feed` until the ledger publishes something.
 * Entries must not wait for readers: a few are answered at a time, those first that have waited longest, on Node's own HTTP.
 * So with many readers each of them learns of fewer publications, and of the newest one at last.
 * The answer is no evidence: a verifier trusts what hashes to a signed head.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ReopeningLedger } from '../home/reopening_ledger.ts'

/** How long a reader waits where nothing is published. */
const PATIENCE_MS = 20_000
/** Readers that may wait: a quarter of the connections. */
const MOST_WAITING = 1024
/** At 40 µs each, readers take an eighth of a core at most. */
const AT_ONCE = 32
const PAUSE_MS = 10
const CARE_MS = 1000

interface Waiting {
  readonly response: ServerResponse
  readonly seen: number
  readonly untilMs: number
}

export class Feed {
  readonly #ledger: Pick<ReopeningLedger, 'publications' | 'publishedAfter'>
  readonly #signal: AbortSignal
  /** Counts begin again with each run: a count of an earlier run must not make a verifier wait. */
  readonly #run = randomBytes(8).toString('hex')
  /** Those that have waited longest come first. */
  readonly #waiting = new Map<Socket, Waiting>()
  #next: NodeJS.Timeout | undefined

  /** @param signal aborted when the server stops */
  constructor(
    ledger: Pick<ReopeningLedger, 'publications' | 'publishedAfter'>,
    signal: AbortSignal,
  ) {
    this.#ledger = ledger
    this.#signal = signal
    void this.#watch()
  }

  /** Answers a request now or later, or returns false where it is another one. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const [path, query] = (request.url ?? '').split('?')
    if (path !== '/feed' || request.method !== 'GET') return false
    const [run, seen = ''] = (new URLSearchParams(query).get('after') ?? '').split('.')
    const mayWait = run === this.#run && /^\d{1,15}$/.test(seen) && !this.#signal.aborted
    if (!mayWait) this.#tell(response)
    else if (this.#waiting.size >= MOST_WAITING || this.#waiting.has(request.socket))
      refuse(response)
    else this.#wait(request.socket, response, Number(seen))
    return true
  }

  #wait(socket: Socket, response: ServerResponse, seen: number): void {
    this.#waiting.set(socket, { response, seen, untilMs: performance.now() + PATIENCE_MS })
    response.once('close', () => {
      if (this.#waiting.get(socket)?.response === response) this.#waiting.delete(socket)
    })
    if (seen < this.#ledger.publications) this.#answerSoon(0)
  }

  #tell(response: ServerResponse): void {
    const body = JSON.stringify({ publication: `${this.#run}.${this.#ledger.publications}` })
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    response.end(body)
  }

  async #watch(): Promise<void> {
    const care = setInterval(() => this.#answerSoon(0), CARE_MS)
    care.unref()
    while (!this.#signal.aborted) {
      await this.#ledger.publishedAfter(this.#ledger.publications, this.#signal)
      this.#answerSoon(0)
    }
    clearInterval(care)
    clearTimeout(this.#next)
    this.#answerDue(Number.POSITIVE_INFINITY)
  }

  #answerSoon(ms: number): void {
    this.#next ??= setTimeout(() => {
      this.#next = undefined
      if (this.#answerDue(AT_ONCE) > 0) this.#answerSoon(PAUSE_MS)
    }, ms)
  }

  /** @returns how many were answered */
  #answerDue(most: number): number {
    const [nowMs, { publications }] = [performance.now(), this.#ledger]
    let answered = 0
    for (const [socket, { response, seen, untilMs }] of this.#waiting) {
      if (answered >= most) break
      if (seen >= publications && nowMs < untilMs && !this.#signal.aborted) continue
      this.#waiting.delete(socket)
      this.#tell(response)
      answered++
    }
    return answered
  }
}

/** A reader can look at the files from time to time instead. Asking again at once costs it a connection. */
function refuse(response: ServerResponse): void {
  response.writeHead(503, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Retry-After': '1',
    Connection: 'close',
  })
  response.end('too many readers wait\n')
}
