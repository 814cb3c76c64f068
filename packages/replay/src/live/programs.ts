/* oxlint-disable no-await-in-loop -- a loop here waits until something is there */
/** Programs that the live replay starts, and always stops. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'

const PATIENCE_MS = 60_000
const STOP_MS = 10_000
const MOST_LETTERS = 1 << 20

export class Programs {
  readonly #running: Program[] = []
  #stopped: Promise<void> | undefined
  readonly #mintmark: readonly [string, ...string[]]

  constructor(mintmark: readonly [string, ...string[]]) {
    this.#mintmark = mintmark
  }

  mintmark(...args: readonly string[]): Program {
    const [command, ...first] = this.#mintmark
    return this.start(command, [...first, ...args])
  }

  start(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Program {
    if (this.#stopped !== undefined) throw failed(command, 'everything is being stopped')
    const program = new Program(command, args, env)
    this.#running.push(program)
    return program
  }

  /** Resolves when all have ended, whoever asks first. None can be started from then on. */
  stopAll(): Promise<void> {
    this.#stopped ??= this.#stopEach()
    return this.#stopped
  }

  async #stopEach(): Promise<void> {
    for (const program of this.#running.toReversed()) await program.stop()
  }
}

export class Program {
  printed: string = ''
  out: string = ''
  hasEnded: boolean = false
  readonly ended: Promise<number | null>
  readonly #command: string
  readonly #child: ChildProcess

  constructor(command: string, args: readonly string[], env?: Readonly<Record<string, string>>) {
    const [program, ...words] = [...endedWithUs(), command, ...args]
    const child = spawn(program ?? command, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C goes to the whole group of a terminal: these programs are stopped one by one instead.
      detached: true,
      ...(env && { env }),
    })
    this.#command = command
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      this.out += part
      this.#print(part)
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => this.#print(part))
    this.ended = new Promise<number | null>((resolve) => {
      child.on('close', resolve)
      child.on('error', () => resolve(null))
    }).finally(() => {
      this.hasEnded = true
    })
  }

  #print(part: string): void {
    this.printed = (this.printed + part).slice(-MOST_LETTERS)
  }

  async prints(pattern: RegExp): Promise<string> {
    const untilMs = performance.now() + PATIENCE_MS
    for (;;) {
      const found = pattern.exec(this.printed)
      if (found !== null) return found[1] ?? ''
      if (this.hasEnded || performance.now() > untilMs) throw failed(this.#command, this.printed)
      await sleep(20)
    }
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS)
    await this.ended
    clearTimeout(timer)
  }
}

/** The kernel ends the program with this process, though it be killed; needs util-linux. */
function endedWithUs(): readonly string[] {
  const { error, stdout } = spawnSync('setpriv', ['--help'], { encoding: 'utf8' })
  const isThere = error === undefined && stdout.includes('--pdeathsig')
  return isThere ? ['setpriv', '--pdeathsig', 'TERM'] : []
}

export function failed(command: string, printed: string): MintmarkError {
  const said = printed.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  const message = `${command} failed, so the live replay cannot go on: ${said}`
  return new MintmarkError('PROGRAM_FAILED', message, { program: command })
}

/** A port that was free a moment ago: Dovecot cannot be asked which one it took. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
