/**
 * Finds the key of a signature whose header misnames it, as a forger's may. Anybody can send junk:
 * keys of the named id are always tried, others for a share of the time alone.
 */
import { isAlgorithm, kindOf, type TrustedKey, type TrustedKeys } from './keys.ts'
import { isSigned } from './signatures.ts'
import type { StrictJws } from './strict_jws.ts'

const MOST_KEYS = 64
/** Of the time, and how much of it may be saved up. */
const SHARE = 0.1
const MOST_MS = 100

/** By the header's algorithm if the key can do it, or else by the key's own. */
function hasSigned(jws: StrictJws, key: TrustedKey): boolean {
  const { alg } = jws
  const isAble = isAlgorithm(alg) && kindOf(alg) === kindOf(key.alg)
  return (isAble && isSigned(jws, { ...key, alg })) || (alg !== key.alg && isSigned(jws, key))
}

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
    const isSigner = (key: TrustedKey) => key !== tried && hasSigned(jws, key)
    return keys.named(jws.kid).find(isSigner) ?? this.#within(jws, keys, isSigner)
  }

  #within(
    { alg, issuer }: StrictJws,
    keys: TrustedKeys,
    isSigner: (key: TrustedKey) => boolean,
  ): TrustedKey | undefined {
    const beganMs = this.#now()
    const savedMs = Math.min(MOST_MS, this.#leftMs + SHARE * (beganMs - this.#atMs))
    this.#atMs = beganMs
    const likely = savedMs > 0 ? keys.likely(alg, issuer) : undefined
    const isOver = () => savedMs <= this.#now() - beganMs
    let tried = 0
    const found = likely?.find((key) => tried++ < MOST_KEYS && !isOver() && isSigner(key))
    this.#leftMs = savedMs - (this.#now() - beganMs)
    const isWhole = likely !== undefined && likely.length <= MOST_KEYS && this.#leftMs > 0
    if (found === undefined && !isWhole) this.#skipped++
    return found
  }
}
