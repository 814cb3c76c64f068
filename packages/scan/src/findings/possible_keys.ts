/** Keys that an unverified key may be, decided by known public halves. */
import { verifyMaterial } from '@mintmark/keys/der_keys/verify'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import type { Match } from '../anchors/match.ts'
import { copied, hasSecret } from './key_copy.ts'

/** An unverified key as each of the keys that it may be; none of other matches. */
export function possibleKeys(found: Match): readonly Match[] {
  const { possible = [], ...key } = found.key
  if (key.certainty !== 'unverified') return []
  const all = key.material === undefined ? possible : [key.material, ...possible]
  return all
    .filter(hasSecret)
    .map((each) => Object.assign({}, found, { key: { ...key, material: copied(each) } }))
}

/** The unverified key as a verified key, where its public half is known. */
export function verifiedByKnown(
  possible: Match,
  isKnown: (spkiSha256: string) => boolean,
  budget: WorkBudget,
): Match | undefined {
  const { material } = possible.key
  const id = material && keyIdOf(material).spkiSha256
  if (material === undefined || id === undefined || !isKnown(id)) return undefined
  const key = verifyMaterial(material, budget)
  if (key?.certainty !== 'verified' || key.material === undefined) return undefined
  return { ...possible, key: { ...key, verification: `${key.verification}, which is known` } }
}
