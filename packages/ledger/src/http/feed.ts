/**
 * Readers that wait at `GET /feed` for a publication: few at a time, so that entries never wait.
 * The answer is no evidence: a verifier trusts what hashes to a signed head.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ReopeningLedger } from '../home/reopening_ledger.ts'

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
  /** Counts restart with each run: an earlier run's count must not make a verifier wait. */
  readonly #run = randomBytes(8).toString('hex')
  readonly #waiting = new Map<Socket, Waiting>()
  #next: NodeJS.Timeout | undefined

  constructor(
    ledger: Pick<ReopeningLedger, 'publications' | 'publishedAfter'>,
    signal: AbortSignal,
  ) {
    this.#ledger = ledger
    this.#signal = signal
    void this.#watch()
  }

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

/** Asking again at once costs a reader a connection; it can poll the files instead. */
function refuse(response: ServerResponse): void {
  response.writeHead(503, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Retry-After': '1',
    Connection: 'close',
  })
  response.end('too many readers wait\n')
}
