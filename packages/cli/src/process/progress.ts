import { safeText } from '@mintmark/core'
import type { SingleBar } from 'cli-progress'
import type { Io } from './io.ts'

const PATIENCE_MS = 1000
const BAR = 30
const KNOWN_SHARE = 0.02
const MOST_LEFT_MS = 99 * 3_600_000

interface Done {
  readonly step: string
  readonly done: number
  /** In the same unit; 0 while it is not known. */
  readonly total: number
  readonly elapsedMs: number
}

/** One line for a terminal: `reading [=====-----] 50 %  about 12 s left`. An estimate only where there is ground for it. */
export function progressLine({ step, done, total, elapsedMs }: Done, width: number): string {
  const part = done / total
  if (!(total > 0 && Number.isFinite(part))) return safeText(`${step} …`, width)
  const share = Math.min(1, Math.max(0, part))
  const filled = Math.round(share * BAR)
  const bar = `${'='.repeat(filled)}${'-'.repeat(BAR - filled)}`
  const leftMs = share < KNOWN_SHARE ? 0 : (elapsedMs * (1 - share)) / share
  const isKnown = leftMs >= PATIENCE_MS && leftMs < MOST_LEFT_MS
  const left = isKnown ? `  about ${durationText(leftMs)} left` : ''
  const room = width - `: [${bar}] 100 %  about 59 min left`.length
  return `${safeText(step, Math.max(1, room))} [${bar}] ${Math.floor(share * 100)} %${left}`
}

function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`
}

export class Progress {
  readonly #io: Io
  readonly #startedMs: number
  #step = ''
  #stepMs = 0
  #bar: SingleBar | undefined
  #made: Promise<void> | undefined

  constructor(io: Io) {
    this.#io = io
    this.#startedMs = io.now()
  }

  /** @param total what `done` is a part of, in the same unit; 0 while it is not known */
  show(step: string, done: number, total: number): void {
    const nowMs = this.#io.now()
    if (step !== this.#step) {
      this.#step = step
      this.#stepMs = nowMs
    }
    if (!this.#io.showsProgress || nowMs - this.#startedMs < PATIENCE_MS) return
    this.#made ??= this.#make()
    const bar = this.#bar
    if (bar === undefined) return
    const payload: Done = { step, done, total, elapsedMs: nowMs - this.#stepMs }
    if (!bar.isActive) bar.start(1, 0, payload)
    bar.update(0, payload)
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
      // The library's own estimates can be NaN, INF and 0s.
      format: (_options, _params, payload: Done) => progressLine(payload, process.stderr.columns),
      hideCursor: true,
      clearOnComplete: true,
      // Ctrl-C is the command's.
      gracefulExit: false,
      stream: process.stderr,
    })
  }
}
