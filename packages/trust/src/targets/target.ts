/** A target of a probe: accepts or refuses tokens. @module */
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
