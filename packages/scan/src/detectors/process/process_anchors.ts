/**
 * Anchors of structures that only the memory of a process has: most of them hold pointers, or what an allocator writes. They
 * are of 64-bit processes whose lowest byte comes first. @module
 */
import { LATTICE_SCHEMES, verifyPq } from '@mintmark/keys/der_keys/post_quantum'
import { isRandomLookingAt } from '@mintmark/keys/material/random_looking'
import { type Anchor, EIGHTHS } from '../../anchors/anchor.ts'
import { chunkHead, chunkSize } from '../heap/chunk_head.ts'
import { MALLOC_FACTOR_ANCHORS } from '../heap/malloc_factors.ts'
import { MALLOC_RSA_ANCHORS } from '../heap/malloc_rsa.ts'
import { POINTED_NUMBER_ANCHORS } from '../heap/pointed_numbers.ts'
import { CURVE_LAYOUTS } from './curve_layouts.ts'
import { inline } from './field.ts'
import { type Layout, layoutAnchor, verifiedHit } from './layout.ts'
import { OPENSSL_ML_KEM } from './ml_kem_layouts.ts'
import { NUMBER_LAYOUTS } from './number_layouts.ts'
import { OKP_LAYOUTS } from './okp_layouts.ts'

/** Of a key's begin: noise ends here. */
const BEGIN_BYTES = 64

/** Expanded keys of ML-KEM and ML-DSA alone in a chunk, as OpenSSL 3.5 keeps those of ML-DSA: their parts show each other. */
const LATTICE: readonly Layout[] = LATTICE_SCHEMES.map((scheme) => ({
  name: `chunk-${scheme.name.toLowerCase()}`,
  pattern: chunkHead(chunkSize(scheme.secretLength)),
  sight: { before: 0, behind: 8 + scheme.secretLength },
  rows: [
    {
      keyAt: (location) => {
        const key = inline(8, scheme.secretLength)(location)
        if (key === undefined || !isRandomLookingAt(key.bytes, 0, BEGIN_BYTES, location.budget))
          return undefined
        return verifiedHit(
          verifyPq(scheme, undefined, key.bytes, location.budget),
          'expanded-key',
          key,
        )
      },
    },
  ],
}))

/** What begins in the middle of a word says so; all others are at multiples of 8. */
export const PROCESS_ANCHORS: readonly Anchor[] = [
  ...[...CURVE_LAYOUTS, ...OKP_LAYOUTS, ...NUMBER_LAYOUTS, ...LATTICE, OPENSSL_ML_KEM].map(
    layoutAnchor,
  ),
  ...MALLOC_RSA_ANCHORS,
  ...MALLOC_FACTOR_ANCHORS,
  ...POINTED_NUMBER_ANCHORS,
].map((structure): Anchor => Object.assign({ alignment: EIGHTHS }, structure))
