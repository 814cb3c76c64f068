/** Whole keys first, remainders last: readers with a limit take them in this order. */
import type { Anchor } from '../../anchors/anchor.ts'
import { DER_ANCHORS, ENCRYPTED_ANCHORS } from './der_anchors.ts'
import { DER_TAIL_ANCHORS } from './der_tails.ts'
import { KEYSTORE_ANCHORS } from './keystore.ts'
import { LIBGCRYPT_ANCHORS } from './libgcrypt.ts'
import { OPENPGP_ANCHORS } from './openpgp_binary.ts'
import { OPENSSH_ANCHORS } from './openssh.ts'
import { WINDOWS_ANCHORS } from './windows_blobs.ts'

export const BINARY_ANCHORS: readonly Anchor[] = [
  ...DER_ANCHORS,
  ...OPENSSH_ANCHORS,
  ...WINDOWS_ANCHORS,
  ...OPENPGP_ANCHORS,
  ...LIBGCRYPT_ANCHORS,
  ...ENCRYPTED_ANCHORS,
  ...KEYSTORE_ANCHORS,
  ...DER_TAIL_ANCHORS,
]
