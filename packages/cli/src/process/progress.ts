import type { SingleBar } from 'cli-progress'
import type { Io } from './io.ts'

/** A step is shown once it has worked this long. */
const PATIENCE_MS = 1000

/**
 * Progress of one step, for people: nothing unless standard error is a terminal and the step takes more
 * than a second.
 */
export class Progress {
  readonly #io: Io
  readonly #startedMs: number
  #bar: SingleBar | undefined
  #made: Promise<void> | undefined

  constructor(io: Io) {
    this.#io = io
    this.#startedMs = io.now()
  }

  /** @param total what `done` is a part of, in the same unit; 0 while it is not known */
  show(step: string, done: number, total: number): void {
    if (!this.#io.showsProgress || this.#io.now() - this.#startedMs < PATIENCE_MS) return
    this.#made ??= this.#make()
    const bar = this.#bar
    if (bar === undefined) return
    if (!bar.isActive) bar.start(Math.max(total, 1), done, { step })
    bar.setTotal(Math.max(total, 1))
    bar.update(done, { step })
  }

  end(): void {
    this.#made = undefined
    this.#bar?.stop()
    this.#bar = undefined
  }

  /** Most commands are over before they would show anything: none waits for the library. */
  async #make(): Promise<void> {
    const { SingleBar: Bar } = await import('cli-progress')
    // It may have ended by now.
    if (this.#made === undefined) return
    this.#bar = new Bar({
      format: '{step} [{bar}] {percentage} %  {eta_formatted} left',
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
    })
  }
}
