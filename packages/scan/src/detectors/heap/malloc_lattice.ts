/**
 * Expanded keys of ML-KEM and ML-DSA that are alone in a chunk of glibc's malloc, as OpenSSL 3.5 keeps those of ML-DSA: the
 * chunk's size tells the parameter set, and the parts of the key show each other.
 *
 * Source: FIPS 203 and 204; crypto/ml_dsa/ml_dsa_key.h of OpenSSL; malloc/malloc.c of glibc.
 *
 * @module
 */

import { LATTICE_SCHEMES, type PqScheme, provePq } from '@mintmark/keys/der_keys/post_quantum'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

/** Of the head of a chunk, of which the size is the last word. */
const WORD = 8
const ALIGNMENT = 16
/** The chunk before it is in use; an arena of a thread. */
const IN_USE = 1
const ARENA = 4
/** Of a key's begin: noise ends here. */
const BEGIN_BYTES = 64

function detector(scheme: PqScheme): Detector {
  return (bytes, at) => {
    const from = at + WORD
    const to = from + scheme.secretLength
    if (to > bytes.length || !isRandomLookingAt(bytes, from, BEGIN_BYTES)) return undefined
    const proof = provePq(scheme, undefined, bytes.subarray(from, to))
    return proof?.certainty === 'proven' ? hit(proof, 'expanded-key', from, to) : undefined
  }
}

function chunkOf(scheme: PqScheme): Anchor {
  const size = Math.ceil((scheme.secretLength + WORD) / ALIGNMENT) * ALIGNMENT
  return {
    name: `chunk-${scheme.name.toLowerCase()}`,
    pattern: Uint8Array.from([(size & 0xff) | IN_USE, size >> 8, 0, 0, 0, 0, 0, 0]),
    mask: Uint8Array.from([0xff & ~ARENA, 255, 255, 255, 255, 255, 255, 255]),
    detect: detector(scheme),
    before: 0,
    behind: WORD + scheme.secretLength,
  }
}

export const LATTICE_ANCHORS: readonly Anchor[] = LATTICE_SCHEMES.map((scheme) => chunkOf(scheme))
