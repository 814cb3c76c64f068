/**
 * Cache of tokens whose signature was verified a moment ago.
 *
 * Nothing else of a token is cached: its times, audience, key and ledger entry are checked each time. The cache holds the
 * SHA-256 of the whole token, never the token. Only recorded and admitted tokens enter, so junk and forgeries push nothing
 * out.
 *
 * Trust: the cache is valid for one state of the trusted keys, and is cleared with any other.
 *
 * @module
 */
import type { TrustedKey, TrustedKeys } from './keys.ts'
import { sha256Letters } from './sha256.ts'

export class VerifiedTokens {
  readonly #most: number
  #keys: TrustedKeys | undefined
  /** By hash of the token; what was added or found lately, and what was before that. */
  #young = new Map<string, TrustedKey>()
  #old = new Map<string, TrustedKey>()

  /** @param most tokens that are remembered; 0 for none */
  constructor(most: number) {
    this.#most = most
  }

  get count(): number {
    return this.#young.size + this.#old.size
  }

  /** The cache key of a token; undefined where the cache is off. */
  nameOf(token: string): string | undefined {
    return this.#most > 0 ? sha256Letters(token) : undefined
  }

  /** The key that signed the token, as was verified under the same trusted keys. */
  signerOf(name: string, keys: TrustedKeys): TrustedKey | undefined {
    if (keys !== this.#keys) return undefined
    const young = this.#young.get(name)
    if (young !== undefined) return young
    const old = this.#old.get(name)
    if (old !== undefined) this.#put(name, old)
    return old
  }

  add(name: string, signer: TrustedKey, keys: TrustedKeys): void {
    if (keys !== this.#keys) this.forget()
    this.#keys = keys
    this.#put(name, signer)
  }

  forget(): void {
    this.#keys = undefined
    this.#young.clear()
    this.#old.clear()
  }

  /** Half of the space is for the young: when it is full, the old ones go, and the young become old. */
  #put(name: string, signer: TrustedKey): void {
    if (this.#young.size >= this.#most / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(name, signer)
  }
}
