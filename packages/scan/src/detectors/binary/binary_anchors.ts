/**
 * Anchors of binary forms. Forms that hold a whole key come first, what is left of one last: a reader that looks at
 * a bounded number of places in few bytes takes them in this order.
 *
 * @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import { CAPI_ANCHORS } from './capi.ts'
import { CNG_ANCHORS } from './cng.ts'
import { DPAPI_ANCHORS } from './dpapi.ts'
import { ENCRYPTED_ANCHORS } from './encrypted.ts'
import { KEYSTORE_ANCHORS } from './keystore.ts'
import { LIBGCRYPT_ANCHORS } from './libgcrypt.ts'
import { OPENPGP_ANCHORS } from './openpgp_binary.ts'
import { OPENSSH_ANCHORS } from './openssh.ts'
import { PKCS1_ANCHORS } from './pkcs1.ts'
import { PKCS1_TAIL_ANCHORS } from './pkcs1_tail.ts'
import { PKCS8_ANCHORS } from './pkcs8.ts'
import { PKCS12_ANCHORS } from './pkcs12.ts'
import { POST_QUANTUM_ANCHORS } from './post_quantum.ts'
import { SEC1_ANCHORS } from './sec1.ts'
import { SEC1_TAIL_ANCHORS } from './sec1_tail.ts'

export const BINARY_ANCHORS: readonly Anchor[] = [
  ...PKCS8_ANCHORS,
  ...PKCS1_ANCHORS,
  ...SEC1_ANCHORS,
  ...OPENSSH_ANCHORS,
  ...CAPI_ANCHORS,
  ...CNG_ANCHORS,
  ...POST_QUANTUM_ANCHORS,
  ...OPENPGP_ANCHORS,
  ...LIBGCRYPT_ANCHORS,
  ...ENCRYPTED_ANCHORS,
  ...PKCS12_ANCHORS,
  ...KEYSTORE_ANCHORS,
  ...DPAPI_ANCHORS,
  ...PKCS1_TAIL_ANCHORS,
  ...SEC1_TAIL_ANCHORS,
]
