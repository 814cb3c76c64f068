/** Sessions that put each statement to another one: one outlives the process with the engine, one waits until idle. */

import { MintmarkError } from '@mintmark/core'
import { type Session, sessionThrough } from './session.ts'
import { isSessionOver } from './shared_session.ts'

export const isMoved = (cause: unknown): boolean =>
  cause instanceof MintmarkError && cause.facts['session'] === 'moved'

export function lastingSession(first: Session, another: () => Promise<Session>): Session {
  let inner = first
  let moving: Promise<void> | undefined
  const move = async () => {
    inner = await another()
  }
  const moved = async (failed: Session, cause: unknown): Promise<unknown> => {
    if (!isSessionOver(cause)) return cause
    if (inner === failed) {
      moving ??= move().finally(() => {
        moving = undefined
      })
      await moving
    }
    const message = 'the process that had the case open has ended; it is open again: ask again'
    return new MintmarkError('CASE_BUSY', message, { session: 'moved' }, { cause })
  }
  return sessionThrough({
    inner: () => inner,
    one: async (_, work) => {
      const session = inner
      try {
        return await work(session)
      } catch (cause) {
        throw await moved(session, cause)
      }
    },
    async *many(work) {
      const session = inner
      try {
        yield* work(session)
      } catch (cause) {
        throw await moved(session, cause)
      }
    },
  })
}

/** Runs statements when `idle`: others wait for one at most; a stopped session runs only DROPs of its tables. */
export function background(
  session: Session,
  idle: () => Promise<void>,
  signal: AbortSignal,
): Session {
  return sessionThrough({
    inner: () => session,
    many: (work) => work(session),
    one: async (sql, work) => {
      if (!sql.startsWith('DROP ')) {
        await idle()
        signal.throwIfAborted()
      }
      return await work(session)
    },
  })
}
