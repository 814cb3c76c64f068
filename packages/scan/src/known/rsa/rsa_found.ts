/** Rebuilds a key from a number of a window. @module */
import { isPrimeFactor } from '@mintmark/keys/arithmetic/modulus_like'
import type { RsaMaterial } from '@mintmark/keys/material/key_material'
import { ofEach } from '@mintmark/keys/material/memo'
import type { FoundValue } from '../values/found_value.ts'
import { fromWhole, isExponentAbove } from '../values/rebuild.ts'

/** Where a number is and how it is spelled. */
export type Spelled = Pick<FoundValue, 'at' | 'length' | 'spelling'>

/** Whether what was taken for a modulus is a factor of one: d mod (p − 1) would be a damaged exponent of it. */
const isFactor = ofEach(({ n }: RsaMaterial) => isPrimeFactor(n))

/** Estimates in nanoseconds of {@link wholeFound}: of most numbers, and of one whose upper half is that of an exponent. */
export const WHOLE_COST = 3000
export const DAMAGED_COST = 80_000

/** A private exponent, φ(n) or λ(n) of `key`, or none. */
export function wholeFound(place: Spelled, key: RsaMaterial, value: bigint): FoundValue[] {
  const whole = fromWhole(key, value)
  if (whole !== undefined) {
    const proof = `${whole.name === 'd' ? 'e·d − 1' : 'φ(n)'} gives p·q = n`
    return [{ ...place, name: whole.name, proof, material: whole.material }]
  }
  if (!isExponentAbove(key, value) || isFactor(key)) return []
  const proof = 'its upper half is that of d, the rest is damaged'
  return [{ ...place, name: 'd', proof, material: key, note: 'fragment' }]
}
