/**
 * PKCS#8, version 1 and 2, not encrypted.
 *
 * @module
 */

import { pkcs8At } from '@mintmark/keys/der_keys/pkcs8'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, derHit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const detectPkcs8: Detector = (bytes, at) => derHit(pkcs8At(bytes, at))

const SIGHT = { before: 8, behind: 32_768 }

export const PKCS8_ANCHORS: readonly Anchor[] = [
  anchor('pkcs8', '02 01 00 30', SIGHT, detectPkcs8),
  anchor('pkcs8-v2', '02 01 01 30', SIGHT, detectPkcs8),
]
