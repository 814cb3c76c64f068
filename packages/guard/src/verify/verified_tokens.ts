/**
 * Tokens whose signature was found good a moment ago, so that the same token costs no second one.
 *
 * Nothing else is remembered of a token: its times, its audience, its key and its place in the ledger are looked at anew each
 * time it is shown. What is kept is the SHA-256 of the whole token, never the token. Only tokens that were let in because
 * they are recorded come in here, so whoever shows junk, or forges with a stolen key, pushes nothing out.
 *
 * Trust: a key ring is one state of all keys. With any other ring, everything is forgotten.
 *
 * @module
 */
import type { KeyRing, TrustedKey } from './keys.ts'
import { sha256Letters } from './sha256.ts'

export class VerifiedTokens {
  readonly #most: number
  #ring: KeyRing | undefined
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

  /** What a token is known by here; undefined where nothing is remembered. */
  nameOf(token: string): string | undefined {
    return this.#most > 0 ? sha256Letters(token) : undefined
  }

  /** The key that signed the token, as was found before under the same ring. */
  signerOf(name: string, ring: KeyRing): TrustedKey | undefined {
    if (ring !== this.#ring) return undefined
    const young = this.#young.get(name)
    if (young !== undefined) return young
    const old = this.#old.get(name)
    if (old !== undefined) this.#put(name, old)
    return old
  }

  add(name: string, signer: TrustedKey, ring: KeyRing): void {
    if (ring !== this.#ring) this.forget()
    this.#ring = ring
    this.#put(name, signer)
  }

  forget(): void {
    this.#ring = undefined
    this.#young.clear()
    this.#old.clear()
  }

  /** Half of the room is for the young: when it is full, the old ones go, and the young are the old. */
  #put(name: string, signer: TrustedKey): void {
    if (this.#young.size >= this.#most / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(name, signer)
  }
}
