/** Verifies DSA and DH keys by their group, post-quantum keys by their parts. */
import { type GroupParts, verifyGroup } from '../arithmetic/group.ts'
import { bitLength, fromBigEndian, toShortestBytes } from '../arithmetic/modular.ts'
import type { Key } from '../material/key.ts'
import type { OpaqueMaterial } from '../material/key_material.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { groupKeyOfSpki, groupKeySpki } from '../public_half/group_spki.ts'
import { spkiParts } from '../public_half/spki.ts'
import { pqSchemeOfOid, verifyPq } from './post_quantum.ts'

/** Undefined for symmetric keys, too: any bytes are one. */
export function verifyOpaque(material: OpaqueMaterial, budget: WorkBudget): Key | undefined {
  const { secret, publicKey } = material
  if (publicKey === undefined) return undefined
  const group = groupKeyOfSpki(publicKey)
  return group === undefined
    ? verifiedPq(secret, publicKey, budget)
    : verifyGroupKey(group.kind, { ...group, x: fromBigEndian(secret) }, budget)
}

export function verifyGroupKey(
  kind: 'dsa' | 'dh',
  parts: GroupParts,
  budget: WorkBudget,
): Key | undefined {
  const found = verifyGroup(parts, budget)
  if (found === undefined) return undefined
  const { p, x } = parts
  const material: OpaqueMaterial = {
    type: kind,
    secret: new Uint8Array(toShortestBytes(x)),
    publicKey: new Uint8Array(groupKeySpki(kind, parts, found.y)),
  }
  return {
    certainty: 'verified',
    verification: found.verification,
    bits: bitLength(p),
    kind,
    material,
  }
}

/** Their lengths distinguish seed and expanded key. A public half beside shows a seed. */
function verifiedPq(
  secret: Uint8Array,
  publicKey: Uint8Array,
  budget: WorkBudget,
): Key | undefined {
  const scheme = pqSchemeOfOid(spkiParts(publicKey)?.oid ?? '')
  if (scheme === undefined) return undefined
  const isSeed = secret.length === scheme.seedLength
  const found = isSeed
    ? verifyPq(scheme, secret, undefined, budget)
    : verifyPq(scheme, undefined, secret, budget)
  const made = found?.material
  if (made === undefined || !('publicKey' in made) || !made.publicKey) return found
  if (Buffer.compare(made.publicKey, publicKey) !== 0) return undefined
  return found && isSeed ? { ...found, verification: 'the seed gives its public half' } : found
}
