/**
 * Finds the key of a signature where the header does not name it: a forger may leave out the key id, take another one, or
 * another algorithm of an RSA key.
 *
 * Bounded, because anybody can send junk: keys of the named id are always tried, others for a share of the time alone.
 *
 * @module
 */
import { isAlgorithm, type TrustedKey, type TrustedKeys } from './keys.ts'
import { isSigned } from './signatures.ts'
import type { StrictJws } from './strict_jws.ts'

const MOST_KEYS = 64
/** Of the time, and how much of it may be saved up. */
const SHARE = 0.1
const MOST_MS = 100

export class KeySearch {
  readonly #now: () => number
  #leftMs = MOST_MS
  #atMs: number
  #skipped = 0

  /** @param now milliseconds on any clock that is not set back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#atMs = now()
  }

  /** Tokens for which not all keys were tried. */
  get skipped(): number {
    return this.#skipped
  }

  /** @param tried a key that did not verify as it is */
  signerOf(
    jws: StrictJws,
    keys: TrustedKeys,
    tried: TrustedKey | undefined,
  ): TrustedKey | undefined {
    const { alg } = jws
    if (!isAlgorithm(alg)) return undefined
    const able = keys.able(alg, jws).filter((key) => key !== tried)
    const named = able.filter(({ kid }) => kid === jws.kid)
    const isSigner = (key: TrustedKey) => isSigned(jws, { ...key, alg })
    return named.find(isSigner) ?? this.#within(able.slice(named.length), isSigner)
  }

  #within(
    keys: readonly TrustedKey[],
    isSigner: (key: TrustedKey) => boolean,
  ): TrustedKey | undefined {
    const beganMs = this.#now()
    this.#leftMs = Math.min(MOST_MS, this.#leftMs + SHARE * (beganMs - this.#atMs))
    this.#atMs = beganMs
    let at = 0
    let found: TrustedKey | undefined
    let leftMs = this.#leftMs
    for (; at < Math.min(keys.length, MOST_KEYS) && found === undefined && leftMs > 0; at++) {
      found = keys.slice(at, at + 1).find(isSigner)
      leftMs = this.#leftMs - (this.#now() - beganMs)
    }
    this.#leftMs = leftMs
    if (found === undefined && at < keys.length) this.#skipped++
    return found
  }
}
