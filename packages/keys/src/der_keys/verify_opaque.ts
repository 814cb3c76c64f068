/** Verifies material that is given as bytes: DSA and DH by their group, post-quantum keys by their parts. @module */
import { type GroupParts, verifyGroup } from '../arithmetic/group.ts'
import { bitLength, fromBigEndian, toShortestBytes } from '../arithmetic/modular.ts'
import type { OpaqueMaterial } from '../material/key_material.ts'
import { unverified, type Verification } from '../material/verification.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { groupKeyOfSpki, groupKeySpki } from '../public_half/group_spki.ts'
import { spkiParts } from '../public_half/spki.ts'
import { pqSchemeOfOid, verifyPq } from './post_quantum.ts'

/** See {@link Verification}; symmetric keys are candidates, since any bytes are one. */
export function verifyOpaque(material: OpaqueMaterial, budget: WorkBudget): Verification {
  const { type: kind, secret } = material
  const group = kind === 'dsa' || kind === 'dh' ? groupOf(material) : undefined
  if (group !== undefined && (kind === 'dsa' || kind === 'dh')) {
    const verified = verifyGroupKey(kind, group, budget, material.computed)
    if (verified !== undefined) return verified
    return unverified(
      kind,
      bitLength(group.p),
      'g^x is not y, or not computed: too much looks like keys',
    )
  }
  const postQuantum = verifiedPq(material, budget)
  if (postQuantum !== undefined) return postQuantum
  const bits = secret.length * 8
  return { certainty: 'candidate', proof: 'nothing to compare with', bits, kind, material }
}

/** A DSA or DH key from its numbers, or undefined if they do not fit. */
export function verifyGroupKey(
  kind: 'dsa' | 'dh',
  parts: GroupParts,
  budget: WorkBudget,
  computed?: true,
): Verification | undefined {
  const found = verifyGroup(computed ? { ...parts, y: undefined } : parts, budget)
  if (found === undefined) return undefined
  const { p, x } = parts
  const isComputed = parts.y === undefined || computed === true
  const material: OpaqueMaterial = {
    type: kind,
    secret: new Uint8Array(toShortestBytes(x)),
    publicKey: new Uint8Array(groupKeySpki(kind, parts, found.y)),
    ...(isComputed ? { computed: true } : {}),
  }
  return { certainty: 'proven', proof: found.proof, bits: bitLength(p), kind, material }
}

function groupOf({ secret, publicKey }: OpaqueMaterial): GroupParts | undefined {
  const key = publicKey && groupKeyOfSpki(publicKey)
  return key && { p: key.p, g: key.g, q: key.q, y: key.y, x: fromBigEndian(secret) }
}

/** Seed and expanded key are distinguished by their lengths. */
function verifiedPq(
  { secret, publicKey, computed }: OpaqueMaterial,
  budget: WorkBudget,
): Verification | undefined {
  const oid = publicKey && spkiParts(publicKey)?.oid
  const scheme = oid === undefined ? undefined : pqSchemeOfOid(oid)
  if (scheme === undefined || publicKey === undefined) return undefined
  const isSeed = secret.length === scheme.seedLength
  const verification = verifyPq(
    scheme,
    isSeed ? secret : undefined,
    isSeed ? undefined : secret,
    budget,
  )
  return verification && checked(verification, publicKey, isSeed && computed !== true)
}

/** `proof`, if its public half is `publicKey`; where that was stored beside a seed, it is what shows the key. */
function checked(
  verification: Verification,
  publicKey: Uint8Array,
  isStored: boolean,
): Verification {
  const { material } = verification
  if (material === undefined || !('publicKey' in material) || !material.publicKey)
    return verification
  if (Buffer.compare(material.publicKey, publicKey) !== 0) {
    return unverified(verification.kind, verification.bits, 'the secret gives another public half')
  }
  return isStored ? { ...verification, proof: 'the seed gives its public half' } : verification
}
