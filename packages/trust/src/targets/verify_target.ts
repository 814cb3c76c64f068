/** A verify function of the same process as a target. @module */
import { setTimeout } from 'node:timers/promises'
import { type Answer, PATIENCE_MS, type Target } from './target.ts'

/** Refuses by throwing, rejecting, or returning false; anything else accepts. */
export type Verify = (token: string) => unknown

export function verifyTarget(verify: Verify, name = 'verify function'): Target {
  return { name, takes: 'jwt', ask: (token) => ask(verify, token) }
}

async function ask(verify: Verify, token: string): Promise<Answer> {
  const stop = new AbortController()
  const silent = setTimeout(PATIENCE_MS, SILENT, { signal: stop.signal }).catch(() => SILENT)
  try {
    const answered = Promise.resolve(verify(token)).then(
      (value): Answer =>
        value === false
          ? { said: 'refused', seen: 'returned false' }
          : { said: 'accepted', seen: 'returned' },
    )
    return await Promise.race([answered, silent])
  } catch (error) {
    // Messages of errors may repeat a token.
    return { said: 'refused', seen: `threw ${error instanceof Error ? error.name : 'a value'}` }
  } finally {
    stop.abort()
  }
}

const SILENT: Answer = { said: 'unclear', seen: 'no answer' }
