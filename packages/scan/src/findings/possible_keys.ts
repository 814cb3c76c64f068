/** Keys that a candidate may be, decided by known public halves. */
import { verifyMaterial } from '@mintmark/keys/der_keys/verify'
import type { KeyMaterial, RsaMaterial } from '@mintmark/keys/material/key_material'
import { WorkBudget } from '@mintmark/keys/material/work_budget'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import type { Match } from '../anchors/match.ts'
import { fromFactor } from '../known/values/rebuild.ts'
import { copied, hasSecret } from './key_copy.ts'

/** Instead of a modulus: only a prime of the key is known, and it divides the modulus. */
export const NO_MODULUS = 0n

/** A candidate as each of the keys that it may be; none of other matches. */
export function possibleKeys(found: Match): readonly Match[] {
  const { possible = [], ...key } = found.key
  if (key.certainty !== 'candidate') return []
  const all = key.material === undefined ? possible : [key.material, ...possible]
  return all
    .filter(hasSecret)
    .map((each) => Object.assign({}, found, { key: { ...key, material: copied(each) } }))
}

/** Divisions of known moduli by primes of an unknown key: half a second. */
const MOST_DIVISIONS = 200_000

export class PublicHalves {
  readonly #isKnown: (spkiSha256: string) => boolean
  readonly #moduli: readonly RsaMaterial[]
  /** Without a limit: it keeps what was verified, as a dump can have thousands of copies. */
  readonly #budget: WorkBudget
  readonly #ofPrime = new Map<bigint, RsaMaterial | undefined>()
  #divisions = 0

  constructor(
    keys: readonly PublicKey[],
    isKnown: (spkiSha256: string) => boolean,
    budget: WorkBudget = new WorkBudget(),
  ) {
    this.#budget = budget
    this.#isKnown = isKnown
    this.#moduli = keys.flatMap(({ material }) => (material.type === 'rsa' ? [material] : []))
  }

  shown(possible: Match): Match | undefined {
    const material = possible.key.material && this.#whole(possible.key.material)
    if (material === undefined) return undefined
    const { spkiSha256 } = keyIdOf(material)
    if (spkiSha256 === undefined || !this.#isKnown(spkiSha256)) return undefined
    const key = verifyMaterial(material, this.#budget)
    if (key?.certainty !== 'proven' || key.material === undefined) return undefined
    return { ...possible, key: { ...key, proof: `${key.proof}, which is known` } }
  }

  #whole(material: KeyMaterial): KeyMaterial | undefined {
    if (material.type !== 'rsa' || material.n !== NO_MODULUS) return material
    const { p } = material
    if (p === undefined) return undefined
    if (!this.#ofPrime.has(p)) this.#ofPrime.set(p, this.#withPrime(p))
    return this.#ofPrime.get(p)
  }

  #withPrime(p: bigint): RsaMaterial | undefined {
    if (this.#divisions + this.#moduli.length > MOST_DIVISIONS) return undefined
    this.#divisions += this.#moduli.length
    const key = this.#moduli.find(({ n }) => n % p === 0n)
    return key && fromFactor(key, p)
  }
}
