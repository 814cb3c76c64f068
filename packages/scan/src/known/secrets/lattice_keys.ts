/**
 * Known public keys of ML-KEM and ML-DSA: what they look like in memory, and whether bytes are the seed of one of them. They are
 * searched for as keys of curves are. A seed gives ρ by one hash, so that a probe costs next to nothing.
 * Source: FIPS 203, algorithm 13; FIPS 204, algorithm 6. @module
 */
import { LATTICE_SCHEMES, type LatticeScheme } from '@mintmark/keys/der_keys/post_quantum'
import type { LatticeMaterial } from '@mintmark/keys/material/key_material'
import { spkiParts } from '@mintmark/keys/public_half/spki'
import type { FoundSecret, SecretGroup } from './secret_groups.ts'

/** Of a hash, and of the key pair of each seed that gives the ρ of a known key. */
const PROBE_COST = 5000
const SIGN_BYTES = 16

/** Keys of one parameter set each. */
export function groupsOfSeeds(keys: readonly LatticeMaterial[]): readonly SecretGroup[] {
  return LATTICE_SCHEMES.flatMap((scheme) => {
    const own = keys.flatMap((material) => {
      const parts = spkiParts(material.publicKey)
      return parts?.oid === scheme.oid ? [{ material, publicKey: parts.publicKey }] : []
    })
    return own.length === 0 ? [] : [groupOf(scheme, own)]
  })
}

interface Known {
  readonly material: LatticeMaterial
  readonly publicKey: Uint8Array
}

function groupOf(scheme: LatticeScheme, known: readonly Known[]): SecretGroup {
  const byRho = new Map(known.map((key) => [hexOf(scheme.rhoOf(key.publicKey)), key]))
  const secretIn = (bytes: Uint8Array): FoundSecret | undefined => {
    const key = byRho.get(hexOf(scheme.rhoOfSeed(bytes)))
    if (key === undefined) return undefined
    const pair = scheme.fromSeed(bytes)
    pair.secret.fill(0)
    if (Buffer.compare(pair.publicKey, key.publicKey) !== 0) return undefined
    const material: LatticeMaterial = { ...key.material, secret: Uint8Array.from(bytes) }
    const proof = `${scheme.name}: the seed gives the key`
    return { material, spelling: 'limbs-be', name: 'seed', proof }
  }
  return {
    length: scheme.seedLength,
    cost: PROBE_COST,
    signs: known.map(({ publicKey }) => scheme.rhoOf(publicKey).subarray(0, SIGN_BYTES)),
    limbs: 0,
    secretIn,
    limbsIn: secretIn,
    rareSecretIn: () => undefined,
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
