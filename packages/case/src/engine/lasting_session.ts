/**
 * A session that outlives the process whose engine it uses, and then gets another. Its scratch tables are lost with
 * that process, so a statement that was running fails with an error for which {@link isMoved} is true.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import { type Session, sessionThrough } from './session.ts'
import { isSessionOver } from './shared_session.ts'

/** Whether a question failed because the session was lost, and can be put again from its beginning. */
export function isMoved(cause: unknown): boolean {
  return cause instanceof MintmarkError && cause.facts['session'] === 'moved'
}

/** @param another closes the session that was lost, and opens the case again */
export function lastingSession(first: Session, another: () => Promise<Session>): Session {
  let inner = first
  /** While another is being had. */
  let moving: Promise<void> | undefined
  const move = async () => {
    inner = await another()
  }
  /** What is to be thrown for a statement that failed; throws what keeps the case from being opened. */
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
