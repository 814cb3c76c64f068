/**
 * PKCS#1 of two and of more primes, and the DSA form that begins alike.
 *
 * @module
 */

import { pkcs1At } from '@mintmark/keys/der_keys/pkcs1'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, derHit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'
import { enclosingKey } from './enclosing.ts'

const detectPkcs1: Detector = (bytes, at) => {
  const key = pkcs1At(bytes, at)
  return key && derHit(enclosingKey(bytes, at) ?? key)
}

const SIGHT = { before: 1024, behind: 32_768 }

export const PKCS1_ANCHORS: readonly Anchor[] = [
  anchor('pkcs1', '02 01 00 02', SIGHT, detectPkcs1),
  anchor('pkcs1-multi-prime', '02 01 01 02', SIGHT, detectPkcs1),
]
