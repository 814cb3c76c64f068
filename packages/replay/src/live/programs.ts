/* oxlint-disable no-await-in-loop -- a loop here waits until something is there */
/** Programs that the live replay starts, and always stops. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { MintmarkError } from '@mintmark/core'

const PATIENCE_MS = 60_000
const STOP_MS = 10_000
const MOST_LETTERS = 1 << 20

export interface Program {
  readonly printed: () => string
  readonly out: () => string
  /** Resolves with the first group of the pattern once it is printed. */
  readonly prints: (pattern: RegExp) => Promise<string>
  /** Resolves when it has ended: with its exit code, or null for a signal. */
  readonly ended: Promise<number | null>
  readonly hasEnded: () => boolean
  readonly stop: () => Promise<void>
}

/** Starts programs, and stops those that still run: the last first. */
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
    const program = startProgram(command, args, env)
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

function startProgram(
  command: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Program {
  const [program, ...words] = [...endedWithUs(), command, ...args]
  const child = spawn(program ?? command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to the whole group of a terminal: these programs are stopped one by one instead.
    detached: true,
    ...(env && { env }),
  })
  let [text, out] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part
    text = (text + part).slice(-MOST_LETTERS)
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-MOST_LETTERS)
  })
  let hasEnded = false
  const ended = new Promise<number | null>((resolve) => {
    const end = (code: number | null) => {
      hasEnded = true
      resolve(code)
    }
    child.on('close', end)
    child.on('error', () => end(null))
  })
  const prints = async (pattern: RegExp): Promise<string> => {
    const untilMs = performance.now() + PATIENCE_MS
    for (;;) {
      const found = pattern.exec(text)
      if (found !== null) return found[1] ?? ''
      if (hasEnded || performance.now() > untilMs) throw failed(command, text)
      await sleep(20)
    }
  }
  return {
    printed: () => text,
    out: () => out,
    prints,
    ended,
    hasEnded: () => hasEnded,
    stop: () => stop(child, ended),
  }
}

/**
 * What goes before a command so that the kernel ends it when this process ends, though it be killed: a program of
 * util-linux. Nothing where that is missing; then only what ends in good order takes its programs with it.
 */
function endedWithUs(): readonly string[] {
  const { error, stdout } = spawnSync('setpriv', ['--help'], { encoding: 'utf8' })
  const isThere = error === undefined && stdout.includes('--pdeathsig')
  return isThere ? ['setpriv', '--pdeathsig', 'TERM'] : []
}

async function stop(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(timer)
}

/** Its own log says why it ended; this error says that it failed. */
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
