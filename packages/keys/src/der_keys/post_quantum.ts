/** ML-KEM, ML-DSA and SLH-DSA keys as bytes: a seed, an expanded key, or both. @module */
import {
  ML_DSA,
  ML_DSA_SEED,
  type MlDsaParameters,
  mlDsaFromSeed,
  mlDsaPublicKey,
  mlDsaPublicLength,
  mlDsaRho,
  mlDsaSecretLength,
} from '../arithmetic/ml_dsa.ts'
import {
  ML_KEM,
  ML_KEM_SEED,
  type MlKemParameters,
  mlKemFromSeed,
  mlKemPublicKey,
  mlKemPublicLength,
  mlKemRho,
  mlKemSecretLength,
} from '../arithmetic/ml_kem.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import {
  isSlhDsaKey,
  SLH_DSA,
  type SlhDsaParameters,
  slhDsaCost,
  slhDsaSecretLength,
} from '../arithmetic/slh_dsa.ts'
import type { OpaqueMaterial } from '../material/key_material.ts'
import { isRandomLooking } from '../material/random_looking.ts'
import { REFUSED, unverified, type Verification } from '../material/verification.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { plainSpki } from '../public_half/spki.ts'

type Kind = 'ml-kem' | 'ml-dsa' | 'slh-dsa'

/** One parameter set, whatever the algorithm. */
export interface PqScheme {
  readonly kind: Kind
  readonly name: string
  readonly set: number
  readonly oid: string
  /** 0 where there is no seed apart. */
  readonly seedLength: number
  readonly secretLength: number
  /** Of the public half. */
  readonly publicLength: number
  /** Undefined where the budget is used up. */
  readonly verify: (
    seed: Uint8Array | undefined,
    expanded: Uint8Array | undefined,
    budget: WorkBudget,
  ) => Verification | undefined
}

/** ML-KEM and ML-DSA. */
export interface LatticeScheme extends PqScheme {
  readonly fromSeed: (seed: Uint8Array) => { secret: Uint8Array; publicKey: Uint8Array }
  /** What of the public half the seed gives at once, without anything else: it rejects noise within microseconds. */
  readonly rhoOfSeed: (seed: Uint8Array) => Uint8Array
  /** The same of a public half. */
  readonly rhoOf: (publicKey: Uint8Array) => Uint8Array
}

type Lattice = Omit<LatticeScheme, 'verify'> & {
  /** The public half of an expanded key that holds together. */
  readonly publicKeyOf: (secret: Uint8Array) => Uint8Array | undefined
  /** What shows that. */
  readonly proof: string
}

/** To expand a seed, or to take an expanded key apart. */
const LATTICE_COST = 5_000_000

function lattice(scheme: Lattice): LatticeScheme {
  const verify: PqScheme['verify'] = (seed, expanded, budget) =>
    budget.within(LATTICE_COST, () =>
      seed === undefined
        ? verifiedExpanded(scheme, expanded)
        : verifiedSeed(scheme, seed, expanded),
    )
  return { ...scheme, verify }
}

function mlKem(parameters: MlKemParameters): LatticeScheme {
  return lattice({
    ...parameters,
    kind: 'ml-kem',
    seedLength: ML_KEM_SEED,
    secretLength: mlKemSecretLength(parameters),
    publicLength: mlKemPublicLength(parameters),
    fromSeed: (seed) => mlKemFromSeed(parameters, seed),
    rhoOfSeed: (seed) => mlKemRho(parameters, seed.subarray(0, 32)),
    rhoOf: (publicKey) => publicKey.subarray(-32),
    publicKeyOf: (secret) => mlKemPublicKey(parameters, secret),
    proof: 'opens what is sealed for its public half, H(ek) fits',
  })
}

function mlDsa(parameters: MlDsaParameters): LatticeScheme {
  return lattice({
    ...parameters,
    kind: 'ml-dsa',
    seedLength: ML_DSA_SEED,
    secretLength: mlDsaSecretLength(parameters),
    publicLength: mlDsaPublicLength(parameters),
    fromSeed: (seed) => mlDsaFromSeed(parameters, seed),
    rhoOfSeed: (seed) => mlDsaRho(parameters, seed),
    rhoOf: (publicKey) => publicKey.subarray(0, 32),
    publicKeyOf: (secret) => mlDsaPublicKey(parameters, secret),
    proof: 't₀ and H(pk) follow from s₁ and s₂',
  })
}

function slhDsa(parameters: SlhDsaParameters): PqScheme {
  return {
    ...parameters,
    kind: 'slh-dsa',
    seedLength: 0,
    secretLength: slhDsaSecretLength(parameters),
    publicLength: slhDsaSecretLength(parameters) / 2,
    verify: (_, secret, budget) => verifiedTree(parameters, secret, budget),
  }
}

export const LATTICE_SCHEMES: readonly LatticeScheme[] = [
  ...ML_KEM.map(mlKem),
  ...ML_DSA.map(mlDsa),
]

export const PQ_SCHEMES: readonly PqScheme[] = [...LATTICE_SCHEMES, ...SLH_DSA.map(slhDsa)]

const BY_OID = new Map(PQ_SCHEMES.map((scheme) => [scheme.oid, scheme]))

/** @param oid content of the object identifier, hex */
export function pqSchemeOfOid(oid: string): PqScheme | undefined {
  return BY_OID.get(oid)
}

/**
 * Verifies what was found of a key: its seed, its expanded form, or both.
 *
 * A seed alone is verified by its structure only: every seed gives a key. Noise in place of an expanded key fails within
 * microseconds; the rest asks `work_budget.ts`.
 *
 * @returns undefined where neither is there, or what is there is no random-looking secret
 */
export function verifyPq(
  scheme: PqScheme,
  seed: Uint8Array | undefined,
  expanded: Uint8Array | undefined,
  budget: WorkBudget,
): Verification | undefined {
  if (seed?.length !== scheme.seedLength && expanded?.length !== scheme.secretLength)
    return undefined
  if (![seed, expanded].every((part) => part === undefined || isRandomLooking(part, budget)))
    return undefined
  return (
    scheme.verify(seed, expanded, budget) ??
    unverified(scheme.kind, scheme.set, `${scheme.name}, ${REFUSED}`)
  )
}

function verifiedSeed(
  scheme: Lattice,
  seed: Uint8Array,
  expanded: Uint8Array | undefined,
): Verification {
  const pair = scheme.fromSeed(seed)
  const isSame = expanded !== undefined && Buffer.compare(pair.secret, expanded) === 0
  pair.secret.fill(0)
  if (expanded !== undefined && !isSame) {
    // One of the two is damaged: where the expanded key holds together, it is that one.
    return verifiedExpanded(scheme, expanded)
  }
  const proof = isSame ? 'the seed expands to the key beside it' : 'key decodes'
  return verified(scheme, seed, pair.publicKey, proof)
}

function verifiedExpanded(scheme: Lattice, expanded: Uint8Array | undefined): Verification {
  const publicKey = expanded && scheme.publicKeyOf(expanded)
  if (expanded === undefined || publicKey === undefined) return damaged(scheme)
  return verified(scheme, expanded, publicKey, scheme.proof)
}

type Named = Pick<PqScheme, 'kind' | 'set' | 'name' | 'oid'>

function damaged({ kind, set, name }: Named): Verification {
  return unverified(kind, set, `laid out as a key of ${name}, its parts do not fit`)
}

function verified(
  { kind, set, name, oid }: Named,
  secret: Uint8Array,
  publicKey: Uint8Array,
  proof: string,
): Verification {
  const material: OpaqueMaterial = {
    type: kind,
    secret: new Uint8Array(secret),
    publicKey: new Uint8Array(plainSpki(oid, publicKey)),
  }
  return { certainty: 'proven', proof: `${name}: ${proof}`, bits: set, kind, material }
}

function verifiedTree(
  parameters: SlhDsaParameters,
  secret: Uint8Array | undefined,
  budget: WorkBudget,
): Verification | undefined {
  if (secret === undefined) return undefined
  const scheme = { ...parameters, kind: 'slh-dsa' } as const
  const numbers = [BigInt(`0x${parameters.oid}`), fromBigEndian(secret, budget)]
  const isKey = budget.withinOnce(slhDsaCost(parameters), 'hash-tree', numbers, () =>
    isSlhDsaKey(parameters, secret),
  )
  if (isKey === undefined) return undefined
  if (!isKey) return damaged(scheme)
  const publicKey = secret.subarray(2 * parameters.n)
  return verified(scheme, secret, publicKey, 'the secret seed gives the root')
}
