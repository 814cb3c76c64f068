/** ML-KEM, ML-DSA and SLH-DSA keys as bytes: a seed, an expanded key, or both. */
import {
  ML_DSA,
  ML_DSA_SEED,
  type MlDsaParameters,
  mlDsaFromSeed,
  mlDsaPublicKey,
} from '../arithmetic/ml_dsa.ts'
import {
  ML_KEM,
  ML_KEM_SEED,
  type MlKemParameters,
  mlKemFromSeed,
  mlKemPublicKey,
} from '../arithmetic/ml_kem.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import { sha3, shake256 } from '../arithmetic/shake.ts'
import { isSlhDsaKey, SLH_DSA, type SlhDsaParameters, slhDsaCost } from '../arithmetic/slh_dsa.ts'
import { type Key, REFUSED, unverified } from '../material/key.ts'
import type { OpaqueMaterial } from '../material/key_material.ts'
import { isRandomLooking } from '../material/random_looking.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { plainSpki } from '../public_half/spki.ts'

export interface LatticeScheme {
  readonly kind: 'ml-kem' | 'ml-dsa'
  readonly name: string
  readonly set: number
  readonly oid: string
  readonly seedLength: number
  readonly secretLength: number
  readonly publicLength: number
  readonly fromSeed: (seed: Uint8Array) => { secret: Uint8Array; publicKey: Uint8Array }
  /** The part of the public half that a seed gives at once: rejects noise in microseconds. */
  readonly rhoOfSeed: (seed: Uint8Array) => Uint8Array
  readonly rhoOf: (publicKey: Uint8Array) => Uint8Array
  readonly publicKeyOf: (secret: Uint8Array) => Uint8Array | undefined
  readonly verification: string
}

export type PqScheme = LatticeScheme | SlhDsaParameters

/** To expand a seed, or to take an expanded key apart. */
const LATTICE_COST = 5_000_000

const mlKem = (parameters: MlKemParameters): LatticeScheme => ({
  ...parameters,
  kind: 'ml-kem',
  seedLength: ML_KEM_SEED,
  fromSeed: (seed) => mlKemFromSeed(parameters, seed),
  rhoOfSeed: (seed) => sha3(512, seed.subarray(0, 32), Uint8Array.of(parameters.k)).subarray(0, 32),
  rhoOf: (publicKey) => publicKey.subarray(-32),
  publicKeyOf: (secret) => mlKemPublicKey(parameters, secret),
  verification: 'opens what is sealed for its public half, H(ek) fits',
})

const mlDsa = (parameters: MlDsaParameters): LatticeScheme => ({
  ...parameters,
  kind: 'ml-dsa',
  seedLength: ML_DSA_SEED,
  fromSeed: (seed) => mlDsaFromSeed(parameters, seed),
  rhoOfSeed: (seed) =>
    shake256(128, seed, Uint8Array.of(parameters.k, parameters.l)).subarray(0, 32),
  rhoOf: (publicKey) => publicKey.subarray(0, 32),
  publicKeyOf: (secret) => mlDsaPublicKey(parameters, secret),
  verification: 't₀ and H(pk) follow from s₁ and s₂',
})

export const LATTICE_SCHEMES: readonly LatticeScheme[] = [
  ...ML_KEM.map(mlKem),
  ...ML_DSA.map(mlDsa),
]

export const PQ_SCHEMES: readonly PqScheme[] = [...LATTICE_SCHEMES, ...SLH_DSA]

const BY_OID = new Map(PQ_SCHEMES.map((scheme) => [scheme.oid, scheme]))

export function pqSchemeOfOid(oid: string): PqScheme | undefined {
  return BY_OID.get(oid)
}

/**
 * Verifies seed, expanded key or both; of a seed alone only the structure. Noise fails in
 * microseconds.
 */
export function verifyPq(
  scheme: PqScheme,
  seed: Uint8Array | undefined,
  expanded: Uint8Array | undefined,
  budget: WorkBudget,
): Key | undefined {
  if (seed?.length !== scheme.seedLength && expanded?.length !== scheme.secretLength)
    return undefined
  if (![seed, expanded].every((part) => part === undefined || isRandomLooking(part, budget)))
    return undefined
  const found =
    scheme.kind === 'slh-dsa'
      ? verifiedTree(scheme, expanded, budget)
      : budget.within(LATTICE_COST, () => verifiedLattice(scheme, seed, expanded))
  return found ?? unverified(scheme.kind, scheme.set, `${scheme.name}, ${REFUSED}`)
}

function verifiedLattice(
  scheme: LatticeScheme,
  seed: Uint8Array | undefined,
  expanded: Uint8Array | undefined,
): Key {
  const pair = seed && scheme.fromSeed(seed)
  const isSame = pair && expanded && Buffer.compare(pair.secret, expanded) === 0
  pair?.secret.fill(0)
  if (seed !== undefined && pair !== undefined && isSame !== false) {
    const verification = isSame ? 'the seed expands to the key beside it' : 'key decodes'
    return verified(scheme, seed, pair.publicKey, verification)
  }
  // Beside a seed one of the two is damaged; not an expanded key that holds together.
  const publicKey = expanded && scheme.publicKeyOf(expanded)
  return expanded && publicKey
    ? verified(scheme, expanded, publicKey, scheme.verification)
    : damaged(scheme)
}

const damaged = ({ kind, set, name }: PqScheme): Key =>
  unverified(kind, set, `laid out as a key of ${name}, its parts do not fit`)

function verified(
  { kind, set, name, oid }: PqScheme,
  secret: Uint8Array,
  publicKey: Uint8Array,
  verification: string,
): Key {
  const material: OpaqueMaterial = {
    type: kind,
    secret: new Uint8Array(secret),
    publicKey: new Uint8Array(plainSpki(oid, publicKey)),
  }
  return {
    certainty: 'verified',
    verification: `${name}: ${verification}`,
    bits: set,
    kind,
    material,
  }
}

function verifiedTree(
  scheme: SlhDsaParameters,
  secret: Uint8Array | undefined,
  budget: WorkBudget,
): Key | undefined {
  if (secret === undefined) return undefined
  const numbers = [BigInt(`0x${scheme.oid}`), fromBigEndian(secret, budget)]
  const isKey = budget.withinOnce(slhDsaCost(scheme), 'hash-tree', numbers, () =>
    isSlhDsaKey(scheme, secret),
  )
  if (isKey === undefined) return undefined
  if (!isKey) return damaged(scheme)
  const publicKey = secret.subarray(2 * scheme.n)
  return verified(scheme, secret, publicKey, 'the secret seed gives the root')
}
