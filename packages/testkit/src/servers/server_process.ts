/* oxlint-disable no-await-in-loop -- waits until something is there */
/** A server of the system that a test starts, kills and starts again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { accepts } from './ports.ts'

const PATIENCE_MS = 60_000
/** What this process has started and not stopped: it must not outlive the tests. */
const running = new Set<ServerProcess>()
process.on('exit', () => {
  for (const server of running) server.killNow()
})

export interface ServerSpec {
  readonly command: string
  readonly args: readonly string[]
  /** On 127.0.0.1: it accepts connections when it is ready, or soon is. */
  readonly port: number
  /** Whether it answers, where accepting a connection does not say so. */
  readonly answers?: () => boolean | Promise<boolean>
  readonly user: { readonly uid?: number; readonly gid?: number }
  /** Asks it to end in good order. */
  readonly stopSignal: NodeJS.Signals
}

export class ServerProcess {
  readonly #spec: ServerSpec
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #printed = ''

  constructor(spec: ServerSpec) {
    this.#spec = spec
  }

  /** Resolves when it accepts connections. A port or a lock that its killed self still holds is waited for. */
  async start(): Promise<void> {
    for (const untilMs = performance.now() + PATIENCE_MS; ; ) {
      this.#spawn()
      while (this.#isRunning()) {
        if (await this.#isReady()) return
        if (performance.now() > untilMs) break
        await sleep(20)
      }
      if (performance.now() > untilMs)
        throw new Error(`${this.#spec.command} does not start: ${this.#printed.slice(-2000)}`)
      await sleep(200)
    }
  }

  async #isReady(): Promise<boolean> {
    const { port, answers = () => true } = this.#spec
    return (await accepts(port)) && (await answers())
  }

  #spawn(): void {
    const { command, args, user } = this.#spec
    const child = spawn(command, args, { ...user, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => {
        this.#printed = `${this.#printed}${part}`.slice(-20_000)
      })
    letGo(child)
    this.#ended = new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve())
    })
    this.#child = child
    running.add(this)
  }

  #isRunning(): boolean {
    const child = this.#child
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null
  }

  /** Without warning, with all its processes, as a power cut does. */
  async kill(): Promise<void> {
    this.killNow()
    await this.#ended
    running.delete(this)
  }

  killNow(): void {
    const pid = this.#child?.pid
    if (pid === undefined || !this.#isRunning()) return
    for (const each of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(each, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#isRunning()) this.#child?.kill(this.#spec.stopSignal)
    const patience = setTimeout(() => this.killNow(), 10_000)
    await this.#ended
    clearTimeout(patience)
    running.delete(this)
  }
}

/** A test that failed must be able to end: the server goes with it. */
function letGo(child: ChildProcess): void {
  child.unref()
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref()
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    return text.trim().split(/\s+/).filter(Boolean).map(Number)
  } catch {
    return []
  }
}
