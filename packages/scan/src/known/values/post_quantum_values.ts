/**
 * Parts of an ML-KEM or ML-DSA key that are apart in memory: halves of its seed, secret
 * polynomials. Source: FIPS 203, algorithm 13 (s: 12 bits a number); crypto/ml_kem of OpenSSL 3.5,
 * Go and BoringSSL (16-bit words); FIPS 204, algorithm 24 (K, s₁ and s₂ packed).
 */
import {
  ML_DSA,
  ML_DSA_SEED,
  mlDsaFromSeed,
  mlDsaSecretParts,
} from '@mintmark/keys/arithmetic/ml_dsa'
import {
  ML_KEM,
  ML_KEM_SEED,
  mlKemFromSeed,
  mlKemSecretVector,
} from '@mintmark/keys/arithmetic/ml_kem'
import { mlKemWords, mlKemWordsAround0 } from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import type { OpaqueMaterial } from '@mintmark/keys/material/key_material'
import { spkiParts } from '@mintmark/keys/public_half/spki'

export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Copies, which the caller wipes. 1 ms for ML-KEM, 10 ms for ML-DSA. */
export function postQuantumParts({
  type,
  secret,
  publicKey,
}: OpaqueMaterial): readonly NamedBytes[] {
  const oid = publicKey && spkiParts(publicKey)?.oid
  if (oid === undefined) return []
  if (type === 'ml-kem') return mlKemParts(oid, secret)
  return type === 'ml-dsa' ? mlDsaParts(oid, secret) : []
}

function mlKemParts(oid: string, secret: Uint8Array): readonly NamedBytes[] {
  const parameters = ML_KEM.find((each) => each.oid === oid)
  if (parameters === undefined) return []
  const isSeed = secret.length === ML_KEM_SEED
  const expanded = isSeed ? mlKemFromSeed(parameters, secret).secret : secret
  const s = mlKemSecretVector(parameters, expanded)
  const z = Uint8Array.from(expanded.subarray(-ML_KEM_SEED / 2))
  const parts = [
    { name: 'ml-kem-s', bytes: s },
    { name: 'ml-kem-s-words', bytes: mlKemWords(s) },
    { name: 'ml-kem-s-around-0', bytes: mlKemWordsAround0(s) },
    // Of a key that was found by s alone it is not known.
    ...(z.some((byte) => byte !== 0) ? [{ name: 'ml-kem-z', bytes: z }] : []),
  ]
  if (!isSeed) return parts
  expanded.fill(0)
  return [
    { name: 'ml-kem-d', bytes: Uint8Array.from(secret.subarray(0, ML_KEM_SEED / 2)) },
    ...parts,
  ]
}

function mlDsaParts(oid: string, secret: Uint8Array): readonly NamedBytes[] {
  const parameters = ML_DSA.find((each) => each.oid === oid)
  if (parameters === undefined) return []
  const isSeed = secret.length === ML_DSA_SEED
  const expanded = isSeed ? mlDsaFromSeed(parameters, secret).secret : secret
  const { k, s1s2 } = mlDsaSecretParts(parameters, expanded)
  if (isSeed) expanded.fill(0)
  return [
    { name: 'ml-dsa-k', bytes: k },
    { name: 'ml-dsa-s1-s2', bytes: s1s2 },
  ]
}
