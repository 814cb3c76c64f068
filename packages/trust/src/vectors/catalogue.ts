/** All vectors, in the order in which they are asked. @module */
import type { Vector } from '../forge/vector.ts'
import { ADVISORY_VECTORS } from './advisory.ts'
import { CLAIM_VECTORS } from './claims.ts'
import { KEY_VECTORS } from './keys.ts'
import { SAML_VECTORS } from './saml.ts'
import { STRUCTURE_VECTORS } from './structure.ts'

export const VECTORS: readonly Vector[] = [
  ...KEY_VECTORS,
  ...CLAIM_VECTORS,
  ...STRUCTURE_VECTORS,
  ...ADVISORY_VECTORS,
  ...SAML_VECTORS,
]
