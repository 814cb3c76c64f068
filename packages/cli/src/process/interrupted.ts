/** Ctrl-C: what a long command says of what is stored, and how it ends. */
import type { Io } from './io.ts'

/** What shells give for an end by SIGINT. */
const INTERRUPTED = 130
const AFTER_PROGRESS = '\r\u001b[K\u001b[?25h'

export interface Interrupted {
  readonly state: string
  readonly next: string
}

export async function interruptible<T>(
  io: Io,
  said: Interrupted,
  work: () => Promise<T>,
  cleanUp: () => void = () => {},
): Promise<T> {
  const end = () => {
    cleanUp()
    endInterrupted(io, said)
  }
  process.once('SIGINT', end)
  try {
    return await work()
  } finally {
    process.off('SIGINT', end)
  }
}

export function endInterrupted({ err, showsProgress }: Io, { state, next }: Interrupted): never {
  err(`${showsProgress ? AFTER_PROGRESS : ''}mintmark: interrupted. ${state}\nTo go on: ${next}\n`)
  // As an exit does, so that unfinished files go. A real one would crash amid a query of the engine.
  process.emit('exit', INTERRUPTED)
  process.removeAllListeners('SIGINT')
  process.kill(process.pid, 'SIGINT')
  throw new Error('the signal ends the process before this')
}
