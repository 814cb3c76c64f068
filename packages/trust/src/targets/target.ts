/** What a probe asks: a door that takes tokens and says yes or no. @module */
/** What a target said of one token. `unclear`: it failed, or answered what neither yes nor no is known to look like. */
export interface Answer {
  readonly said: 'accepted' | 'refused' | 'unclear'
  /** What was seen, for people: a status, a reply code. No token, and nothing of a body. */
  readonly seen: string
}

export interface Target {
  /** What it is called in reports; without credentials. */
  readonly name: string
  readonly takes: 'jwt' | 'saml'
  readonly ask: (token: string) => Promise<Answer>
}

/** Longest that one request takes, milliseconds. */
export const PATIENCE_MS = 10_000
