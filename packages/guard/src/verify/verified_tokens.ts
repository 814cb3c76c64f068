/**
 * Cache of verified signatures, by SHA-256 of the whole token; all else is checked each time. Only
 * recorded, admitted tokens enter: junk and forgeries push nothing out.
 * Trust: valid for one state of the trusted keys; any other clears it.
 */
import { hash } from 'node:crypto'
import type { TrustedKey, TrustedKeys } from './keys.ts'

export class VerifiedTokens {
  readonly #most: number
  #keys: TrustedKeys | undefined
  /** By hash of the token, least recently found first. */
  readonly #signers = new Map<string, TrustedKey>()

  /** @param most tokens that are remembered; 0 for none */
  constructor(most: number) {
    this.#most = most
  }

  get count(): number {
    return this.#signers.size
  }

  /** Cache key of a token; undefined if the cache is off. */
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
