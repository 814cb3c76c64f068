/**
 * Asks a guard about tokens, from a process of its own: `node introspection_load.ts FILE`, where
 * FILE holds an {@link Assignment}. Writes an {@link Answered} to standard output. Requests are
 * made beforehand and written to plain sockets, so that the load takes as little of the processors
 * as it can: it shares them with what it measures. A request that comes at its time waits for a
 * free connection where there is none, and that counts.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { PerformanceObserver } from 'node:perf_hooks'
import type { Load } from './ledger_load.ts'

export interface Assignment {
  readonly url: string
  readonly asks: 'introspect' | 'authz'
  readonly caller: { readonly name: string; readonly secret: string }
  /** Asked about in round robin. */
  readonly tokens: readonly string[]
  readonly load: Load
  /** Before what is measured: a server's code is compiled as it is used. */
  readonly warmUpSeconds: number
  readonly seconds: number
  /** Kept alive; each carries one request at a time. */
  readonly connections: number
}

export interface Answered {
  readonly tookMs: number
  /** Of each request, from the time at which it was due to the end of its answer. */
  readonly waits: readonly number[]
  /** The same of those before. */
  readonly warmUpWaits: readonly number[]
  /** The longest pause of the load itself: it collected its memory, or its timer came late. */
  readonly longestGcMs: number
  readonly longestLateMs: number
}

function requests({ asks, caller: { name, secret }, tokens }: Assignment): Buffer[] {
  const host = 'Host: guard.example.org\r\n'
  if (asks === 'authz')
    return tokens.map((token) => {
      const headers = `Authorization: Bearer ${token}\r\nX-Mintmark-Caller: ${secret}\r\n`
      return Buffer.from(`GET /authz/inbox HTTP/1.1\r\n${host}${headers}\r\n`, 'latin1')
    })
  const basic = Buffer.from(`${name}:${secret}`).toString('base64')
  const type = 'Content-Type: application/x-www-form-urlencoded\r\n'
  return tokens.map((token) => {
    const body = `token=${token}`
    const headers = `Authorization: Basic ${basic}\r\n${type}Content-Length: ${body.length}\r\n`
    return Buffer.from(`POST /introspect HTTP/1.1\r\n${host}${headers}\r\n${body}`, 'latin1')
  })
}

/** One connection: a request at a time. */
class Connection {
  readonly #socket: Socket
  readonly #onAnswer: (from: Connection, dueMs: number) => void
  readonly #accepts: (answer: string) => boolean
  #dueMs = 0
  #answer = ''

  constructor(
    socket: Socket,
    accepts: (answer: string) => boolean,
    onAnswer: (from: Connection, dueMs: number) => void,
  ) {
    this.#socket = socket
    this.#accepts = accepts
    this.#onAnswer = onAnswer
    socket.setEncoding('latin1').on('data', (part: string) => this.#take(part))
  }

  ask(request: Buffer, dueMs: number): void {
    this.#dueMs = dueMs
    this.#answer = ''
    this.#socket.write(request)
  }

  end(): void {
    this.#socket.end()
  }

  #take(part: string): void {
    this.#answer += part
    if (!isWhole(this.#answer)) return
    if (!this.#accepts(this.#answer))
      throw new Error(`a genuine token is refused: ${this.#answer.slice(0, 15)}`)
    this.#onAnswer(this, this.#dueMs)
  }
}

/** Whether all of an answer is there: its length is declared. */
function isWhole(answer: string): boolean {
  const body = answer.indexOf('\r\n\r\n') + 4
  if (body < 4) return false
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(answer)?.[1]
  if (length === undefined) throw new Error('an answer without its length')
  return answer.length >= body + Number(length)
}

const isAllowed = (answer: string) => answer.startsWith('HTTP/1.1 200 ')
const isActive = (answer: string) => isAllowed(answer) && answer.includes('\r\n\r\n{"active":true')

/** Asks for so long, and resolves when all is answered. */
class Round {
  readonly waits: number[] = []
  readonly #requests: readonly Buffer[]
  readonly #free: Connection[] = []
  readonly #due: number[] = []
  #next = 0
  #asked = 0
  longestLateMs = 0

  /** @param prepared requests, asked in round robin */
  constructor(prepared: readonly Buffer[]) {
    this.#requests = prepared
  }

  async open({ url, asks, connections }: Assignment): Promise<void> {
    const { hostname, port } = new URL(url)
    const accepts = asks === 'authz' ? isAllowed : isActive
    const sockets = Array.from({ length: connections }, () =>
      connect({ host: hostname, port: Number(port), noDelay: true }),
    )
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    for (const socket of sockets)
      this.#free.push(new Connection(socket, accepts, (from, dueMs) => this.#answered(from, dueMs)))
  }

  close(): void {
    for (const connection of this.#free) connection.end()
  }

  /** @returns milliseconds that it took until all was answered */
  async run(load: Load, seconds: number): Promise<number> {
    this.waits.length = 0
    const start = performance.now()
    const end = start + seconds * 1000
    await ('callers' in load
      ? this.#byCallers(load.callers, end)
      : this.#byClock(load.perSecond, end))
    // oxlint-disable-next-line no-await-in-loop -- until the last answer is there
    while (this.waits.length < this.#asked) await new Promise((resolve) => setTimeout(resolve, 1))
    this.#asked = 0
    return performance.now() - start
  }

  #keepsGoing: boolean = false

  async #byCallers(callers: number, end: number): Promise<void> {
    this.#keepsGoing = true
    for (let i = 0; i < callers; i++) this.#ask(performance.now())
    await new Promise((resolve) => setTimeout(resolve, end - performance.now()))
    this.#keepsGoing = false
  }

  async #byClock(perSecond: number, end: number): Promise<void> {
    const start = performance.now()
    let sent = 0
    let lastMs = start
    while (performance.now() < end) {
      const now = performance.now()
      this.longestLateMs = Math.max(this.longestLateMs, now - lastMs)
      lastMs = now
      // What a late timer missed is made up for, and waits since it was due.
      for (; start + (sent * 1000) / perSecond <= now; sent++)
        this.#ask(start + (sent * 1000) / perSecond)
      // oxlint-disable-next-line no-await-in-loop -- time passes
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  #ask(dueMs: number): void {
    this.#asked++
    // Round robin: a server closes a connection on which nothing comes.
    const connection = this.#free.shift()
    if (connection === undefined) this.#due.push(dueMs)
    else connection.ask(this.#nextRequest(), dueMs)
  }

  #nextRequest(): Buffer {
    const request = this.#requests[this.#next++ % this.#requests.length]
    if (request === undefined) throw new Error('no tokens')
    return request
  }

  #answered(from: Connection, dueMs: number): void {
    this.waits.push(performance.now() - dueMs)
    const waiting = this.#due.shift()
    if (waiting !== undefined) from.ask(this.#nextRequest(), waiting)
    else if (this.#keepsGoing) {
      this.#asked++
      from.ask(this.#nextRequest(), performance.now())
    } else this.#free.push(from)
  }
}

async function answered(assignment: Assignment): Promise<Answered> {
  let longestGcMs = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestGcMs = Math.max(longestGcMs, duration)
  })
  observer.observe({ entryTypes: ['gc'] })
  const round = new Round(requests(assignment))
  await round.open(assignment)
  const { load, warmUpSeconds, seconds } = assignment
  await round.run(load, warmUpSeconds)
  const warmUpWaits = [...round.waits]
  longestGcMs = 0
  round.longestLateMs = 0
  const tookMs = await round.run(load, seconds)
  round.close()
  return {
    tookMs,
    waits: round.waits,
    warmUpWaits,
    longestGcMs,
    longestLateMs: round.longestLateMs,
  }
}

const file = process.argv[2]
if (file !== undefined) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench has written it
  const assignment = JSON.parse(readFileSync(file, 'utf8')) as Assignment
  process.stdout.write(JSON.stringify(await answered(assignment)))
}
