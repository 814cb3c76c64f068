/**
 * A session for work that nobody waits for.
 *
 * @module
 */
import { type Session, sessionThrough } from './session.ts'

/**
 * Runs statements when `idle`, so that others wait for one at most; a stopped session runs only DROPs of its tables.
 */
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
