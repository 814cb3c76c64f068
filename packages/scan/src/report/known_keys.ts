/** The public keys of one scan: given ones first, then discovered ones. */
import { isPrimeFactor } from '@mintmark/keys/arithmetic/modulus_like'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { isRoot } from '@mintmark/keys/public_keys/public_roots'
import type { Finding } from '../findings/finding.ts'
import { OF_DISCOVERED_KEYS, SCALARS } from '../known/values/search_limits.ts'
import { type GivenKey, givenKeys } from './given_keys.ts'
import type { ScanLimit } from './scan_limits.ts'

/** Keys that are searched for: a file full of certificates has more. */
const MOST_KEYS = 10_000
/** Limit of bare numbers among them, which a file can contain without end. */
export const MOST_BARE = 256
/** Tested at once; of more, only one that something is found of (`rsa_found.ts`). */
const TESTED_BARE = 16

export class KnownKeys {
  readonly #given: readonly PublicKey[]
  readonly #ids: ReadonlySet<string>
  readonly #keys = new Map<string, PublicKey>()
  readonly #shown = new Set<string>()
  readonly #primes = new Set<string>()
  #bare = 0
  leftOut = 0

  constructor(given: readonly PublicKey[]) {
    this.#given = given
    this.#ids = new Set(given.flatMap(({ keyId }) => keyId.spkiSha256 ?? []))
    for (const key of given) this.add(key, false)
  }

  get given(): readonly PublicKey[] {
    return this.#of(true)
  }

  get discovered(): readonly PublicKey[] {
    return this.#of(false)
  }

  get all(): readonly PublicKey[] {
    return [...this.#keys.values()]
  }

  get publicRoots(): number {
    return this.discovered.filter(isRoot).length
  }

  #of(isGiven: boolean): readonly PublicKey[] {
    return [...this.#keys].flatMap(([id, key]) => (this.#ids.has(id) === isGiven ? [key] : []))
  }

  /** Takes a key, or the name of one that is there. `isOwn`: it was made of its private half. */
  add(key: PublicKey, isBare: boolean, isOwn = false): void {
    const id = key.keyId.spkiSha256
    if (id === undefined) return
    if (!isOwn) this.#shown.add(id)
    const existing = this.#keys.get(id)
    if (existing !== undefined) this.#keys.set(id, { ...key, ...existing })
    else if (this.#keys.size >= MOST_KEYS || (isBare && this.#bare >= MOST_BARE)) this.leftOut++
    else if (!isBare) this.#keys.set(id, key)
    else if (!this.#primes.has(id)) {
      this.#bare++
      // A factor of the key beside its exponent.
      const isTested = this.#bare <= TESTED_BARE && key.material.type === 'rsa'
      if (isTested && isPrimeFactor(key.material.n)) this.#primes.add(id)
      else this.#keys.set(id, key)
    }
  }

  has(spkiSha256: string): boolean {
    return this.#keys.has(spkiSha256)
  }

  readonly isShown = (spkiSha256: string): boolean => this.#shown.has(spkiSha256)

  named<T extends Finding>(finding: T): T {
    const { keyId } = finding
    const key = keyId?.spkiSha256 === undefined ? undefined : this.#keys.get(keyId.spkiSha256)
    if (keyId === undefined || key === undefined) return finding
    return { ...finding, keyId: { ...keyId, kid: key.kid, subject: key.subject } }
  }

  /** Drops cuts of {@link SCALARS} if all given keys but RSA ones are verified. */
  open(found: readonly Finding[], limits: readonly ScanLimit[]): readonly ScanLimit[] {
    const seen = new Set(found.filter(isVerified).map(({ keyId }) => keyId?.spkiSha256))
    const isLeft = this.#given.some(
      ({ material, keyId }) => material.type !== 'rsa' && !seen.has(keyId.spkiSha256),
    )
    if (isLeft) return limits
    return limits.filter(({ code, facts }) => code !== 'search-cut' || facts['anchor'] !== SCALARS)
  }

  /** One answer for each given key. `isDamaged`: the file is cut, or its container damaged. */
  answers(
    found: readonly Finding[],
    limits: readonly ScanLimit[],
    isDamaged: boolean,
  ): readonly GivenKey[] {
    return givenKeys(this.given, found, isDamaged || isStopped(limits))
  }
}

const isVerified = ({ certainty }: Finding): boolean => certainty === 'verified'

function isStopped(limits: readonly ScanLimit[]): boolean {
  return limits.some(
    ({ code, facts }) =>
      code !== 'search-cut' || !String(facts['anchor']).endsWith(OF_DISCOVERED_KEYS),
  )
}
