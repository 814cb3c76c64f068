/** A target of a probe: accepts or refuses tokens. One of them is a verify function of the same process. @module */
import { setTimeout } from 'node:timers/promises'

/** A target's answer to one token. `unclear`: it failed, or the answer is not known to mean yes or no. */
export interface Answer {
  readonly said: 'accepted' | 'refused' | 'unclear'
  /** For people: a status, a reply code. No token, and nothing of a body. */
  readonly seen: string
}

export interface Target {
  /** For reports; without credentials. */
  readonly name: string
  readonly takes: 'jwt' | 'saml'
  readonly ask: (token: string) => Promise<Answer>
}

/** Longest that one request takes, milliseconds. */
export const PATIENCE_MS = 10_000

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
