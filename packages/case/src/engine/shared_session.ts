/** One engine for several processes. Trust: its socket gives what the case's files give. */
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { relative } from 'node:path'
import { createInterface } from 'node:readline'
import { isObject, type Json, MintmarkError } from '@mintmark/core'
import { SCRATCH } from './scratch.ts'
import type { Params, Session } from './session.ts'

type Call<Op extends keyof Session & ('command' | 'rows' | 'stream' | 'ask' | 'insert')> =
  Op extends string ? { readonly op: Op; readonly args: Parameters<Session[Op]> } : never
/** `stay`: this reader stays for long, and opens the case anew when it has to: nobody waits for it. */
type Request = Call<'command' | 'rows' | 'stream' | 'ask' | 'insert'> | { readonly op: 'stay' }

type Answer =
  | { readonly rows: readonly Json[] }
  | { readonly end: true }
  | { readonly error: Pick<MintmarkError, 'code' | 'message' | 'facts'> }

const MOST_WAIT_MS = 30_000
/** The kernel takes no longer address of a socket. */
const MOST_PATH_BYTES = 100

function addressOf(path: string): string | undefined {
  return [path, relative(process.cwd(), path)].find(
    (each) => Buffer.byteLength(each) <= MOST_PATH_BYTES,
  )
}

/** Answers other processes until the returned function is called, which waits {@link MOST_WAIT_MS} at most for them. */
export async function shareSession(session: Session, path: string): Promise<() => Promise<void>> {
  const address = addressOf(path)
  if (address === undefined) return () => Promise.resolve()
  rmSync(path, { force: true })
  const readers = new Set<Reader>()
  const server = createServer((socket) => {
    const reader = new Reader(socket)
    readers.add(reader)
    socket.once('close', () => readers.delete(reader))
    void serve(session, reader)
  })
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(address, () => resolve(true))
  })
  if (!isListening) return () => Promise.resolve()
  chmodSync(path, 0o600)
  return () =>
    new Promise((resolve) => {
      const late = setTimeout(() => {
        for (const { socket } of readers) socket.destroy()
      }, MOST_WAIT_MS)
      for (const reader of readers) reader.end()
      server.close(() => {
        clearTimeout(late)
        resolve()
      })
    })
}

class Reader {
  readonly socket: Socket
  #stays: boolean = false
  #isBusy: boolean = false
  #isEnding: boolean = false

  constructor(socket: Socket) {
    this.socket = socket
  }

  async answer(session: Session, request: Request): Promise<void> {
    this.#stays ||= request.op === 'stay'
    this.#isBusy = true
    await respond(session, this.socket, request)
    this.#isBusy = false
    if (this.#isEnding) this.end()
  }

  end(): void {
    this.#isEnding = true
    if (this.#stays && !this.#isBusy) this.socket.destroy()
  }
}

async function serve(session: Session, reader: Reader): Promise<void> {
  const { socket } = reader
  try {
    for await (const line of createInterface({ input: socket })) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same program wrote it
      await reader.answer(session, JSON.parse(line, revived) as Request)
    }
  } catch {
    socket.destroy()
  }
}

async function respond(session: Session, socket: Socket, request: Request): Promise<void> {
  try {
    for await (const rows of answersTo(session, request)) await send(socket, { rows })
    await send(socket, { end: true })
  } catch (cause) {
    await send(socket, { error: errorOf(cause) })
  }
}

/** Two processes that derive from the evidence at once would fill a table twice. @throws {MintmarkError} `CASE_BUSY` */
function requireOwnTable(statement: string): void {
  if (OF_OWN_TABLE.test(statement)) return
  const message = `this would change the case, which process ${process.pid} has open: run it again when that has ended`
  throw new MintmarkError('CASE_BUSY', message, { pid: process.pid })
}

const OF_OWN_TABLE = new RegExp(
  String.raw`^\s*(?:(?:CREATE|DROP|TRUNCATE) TABLE (?:IF EXISTS )?|INSERT INTO )?${SCRATCH}\w+(?:\s|$)`,
)

async function* answersTo(session: Session, request: Request): AsyncIterable<readonly Json[]> {
  switch (request.op) {
    case 'stay':
      break
    case 'command':
      requireOwnTable(request.args[0])
      await session.command(...request.args)
      break
    case 'rows':
      yield await session.rows(...request.args)
      break
    case 'stream':
      yield* session.stream(...request.args)
      break
    case 'ask':
      yield* session.ask(...request.args)
      break
    case 'insert':
      // What people say is only ever added, and each row is whole.
      if (request.args[0] !== 'mark') requireOwnTable(request.args[0])
      await session.insert(...request.args)
  }
}

function send(socket: Socket, answer: Answer): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || socket.write(`${JSON.stringify(answer)}\n`)) resolve()
    else socket.once('drain', resolve).once('close', resolve)
  })
}

function errorOf(cause: unknown): Pick<MintmarkError, 'code' | 'message' | 'facts'> {
  if (cause instanceof MintmarkError)
    return { code: cause.code, message: cause.message, facts: cause.facts }
  return { code: 'ENGINE_QUERY', message: String(cause), facts: {} }
}

const BASE64 = '$base64'
const revived = (_key: string, value: unknown): unknown =>
  isObject(value) && BASE64 in value ? Buffer.from(String(value[BASE64]), 'base64') : value

export async function sharedSession(path: string, stays: boolean): Promise<Session | undefined> {
  const address = addressOf(path)
  if (address === undefined) return undefined
  const socket = connect(address)
  const isConnected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  if (!isConnected) return undefined
  socket.on('error', () => socket.destroy())
  const session = new SharedSession(socket)
  try {
    // A process that is about to end takes connections, and answers nothing.
    await session.rows('SELECT 1')
    if (stays) await session.stay()
    return session
  } catch {
    await session.close()
    return undefined
  }
}

export const isSessionOver = (cause: unknown): boolean =>
  cause instanceof MintmarkError && cause.facts['session'] === 'over'

class SharedSession implements Session {
  readonly kind = 'embedded'
  readonly #socket: Socket
  readonly #lines: AsyncIterator<string>
  #last: Promise<unknown> = Promise.resolve()

  constructor(socket: Socket) {
    this.#socket = socket
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  }

  async command(sql: string, params: Params = {}): Promise<void> {
    await this.#all({ op: 'command', args: [sql, params] })
  }

  rows(sql: string, params: Params = {}): Promise<Json[]> {
    return this.#all({ op: 'rows', args: [sql, params] })
  }

  stream(sql: string, params: Params = {}): AsyncIterable<readonly Json[]> {
    return this.#asked({ op: 'stream', args: [sql, params] })
  }

  ask(sql: string): AsyncIterable<readonly Json[]> {
    return this.#asked({ op: 'ask', args: [sql] })
  }

  async insert(...[table, columns, format, bytes]: Parameters<Session['insert']>): Promise<void> {
    const whole = bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat([...bytes])
    const inJson = Object.assign(whole, { toJSON: () => ({ [BASE64]: whole.toString('base64') }) })
    await this.#all({ op: 'insert', args: [table, columns, format, inJson] })
  }

  async stay(): Promise<void> {
    await this.#all({ op: 'stay' })
  }

  localTable(name: string): string {
    return name
  }

  everywhere(sql: string, params: Params = {}): Promise<void> {
    return this.command(sql, params)
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {})
    this.#socket.destroy()
  }

  async #all(request: Request): Promise<Json[]> {
    const rows: Json[] = []
    for await (const some of this.#asked(request)) for (const row of some) rows.push(row)
    return rows
  }

  async *#asked(request: Request): AsyncGenerator<readonly Json[], void, void> {
    const previous = this.#last
    const done = Promise.withResolvers<void>()
    this.#last = done.promise
    await previous
    let isOver = false
    try {
      this.#socket.write(`${JSON.stringify(request)}\n`)
      for (;;) {
        const answer = await this.#next()
        isOver = !('rows' in answer)
        if ('error' in answer)
          throw new MintmarkError(answer.error.code, answer.error.message, answer.error.facts)
        if ('end' in answer) return
        yield answer.rows
      }
    } finally {
      // The rest of an answer that nobody reads comes before the next answer.
      while (!isOver) isOver = !('rows' in (await this.#next()))
      done.resolve()
    }
  }

  async #next(): Promise<Answer> {
    const line = await this.#lines.next().catch(() => undefined)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same program wrote it
    if (line !== undefined && line.done !== true) return JSON.parse(line.value) as Answer
    const message = 'the process that had the case open has ended: run this again'
    return { error: { code: 'CASE_BUSY', message, facts: { session: 'over' } } }
  }
}
