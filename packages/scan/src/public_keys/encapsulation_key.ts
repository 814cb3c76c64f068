/**
 * Encapsulation keys of ML-KEM that are alone in a chunk of glibc's malloc, as FIPS 203 spells them: t in 12 bits a number and ρ,
 * without anything that says so. The size of the chunk leads to them, and that all numbers are below q shows it: of random
 * bytes one in 10^45 has that.
 *
 * Source: FIPS 203, algorithm 13; malloc/malloc.c of glibc.
 *
 * @module
 */

import { ML_KEM, type MlKemParameters, mlKemPublicLength } from '@mintmark/keys/arithmetic/ml_kem'
import { isPacked } from '@mintmark/keys/arithmetic/ml_kem_polynomials'
import { charge } from '@mintmark/keys/material/effort'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { PublicKey } from '@mintmark/keys/public_half/public_key'
import { plainSpki } from '@mintmark/keys/public_half/spki'
import { plainKey } from '@mintmark/keys/public_keys/certificate'
import { keyOfSpki } from '@mintmark/keys/public_keys/spki_key'
import { EIGHTHS } from '../anchors/anchor.ts'
import type { KeySource } from '../anchors/key_source.ts'

/** Of the head of a chunk, of which the size is the last word. */
const WORD = 8
const ALIGNMENT = 16
/** Beside the size: nothing, the chunk before it is in use, and that in an arena of a thread. */
const FLAGS = [0, 1, 5] as const
const RHO = 32

function keyBehind(
  bytes: Uint8Array,
  at: number,
  parameters: MlKemParameters,
): PublicKey | undefined {
  const from = at + WORD
  const to = from + mlKemPublicLength(parameters)
  if (to > bytes.length || !isPacked(bytes, from, to - RHO)) return undefined
  charge(2 * (to - from))
  const publicKey = bytes.slice(from, to)
  if (!isRandomLooking(publicKey) || !isRandomLooking(publicKey.subarray(-RHO))) return undefined
  return plainKey(keyOfSpki(plainSpki(parameters.oid, publicKey)))
}

export const ENCAPSULATION_KEYS: readonly KeySource[] = ML_KEM.flatMap((parameters) => {
  const size = Math.ceil((mlKemPublicLength(parameters) + WORD) / ALIGNMENT) * ALIGNMENT
  return FLAGS.map((flags): KeySource => {
    const pattern = Uint8Array.of(size | flags, size >> 8, 0, 0, 0, 0, 0, 0)
    return { pattern, alignment: EIGHTHS, keyAt: (bytes, at) => keyBehind(bytes, at, parameters) }
  })
})
