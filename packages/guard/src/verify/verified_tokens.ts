/**
 * Cache of tokens whose signature was verified a moment ago.
 * Nothing else of a token is cached: its times, audience, key and ledger entry are checked each time. The cache holds the
 * SHA-256 of the whole token, never the token. Only recorded and admitted tokens enter, so junk and forgeries push nothing
 * out.
 * Trust: the cache is valid for one state of the trusted keys, and is cleared with any other.
 */
import { hash } from 'node:crypto'
import type { TrustedKey, TrustedKeys } from './keys.ts'

export class VerifiedTokens {
  readonly #most: number
  #keys: TrustedKeys | undefined
  /** By hash of the token, those that were not found for the longest time first. */
  readonly #signers = new Map<string, TrustedKey>()

  /** @param most tokens that are remembered; 0 for none */
  constructor(most: number) {
    this.#most = most
  }

  get count(): number {
    return this.#signers.size
  }

  /** The cache key of a token; undefined where the cache is off. */
  nameOf(token: string): string | undefined {
    return this.#most > 0 ? hash('sha256', token, 'binary') : undefined
  }

  /** The key that signed the token, as was verified under the same trusted keys. */
  signerOf(name: string, keys: TrustedKeys): TrustedKey | undefined {
    const signer = keys === this.#keys ? this.#signers.get(name) : undefined
    if (signer !== undefined) {
      this.#signers.delete(name)
      this.#signers.set(name, signer)
    }
    return signer
  }

  add(name: string, signer: TrustedKey, keys: TrustedKeys): void {
    if (keys !== this.#keys) this.#signers.clear()
    this.#keys = keys
    for (const oldest of this.#signers.keys()) {
      if (this.#signers.size < this.#most) break
      this.#signers.delete(oldest)
    }
    this.#signers.set(name, signer)
  }
}
