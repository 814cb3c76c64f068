/**
 * EC keys in SEC1 form, alone, or in a PKCS#8 whose head may be gone.
 *
 * @module
 */

import { LONGEST_SCALAR, sec1At } from '@mintmark/keys/der_keys/sec1'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, derHit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'
import { curveBefore, enclosingKey } from './enclosing.ts'

const detectSec1: Detector = (bytes, at) => {
  // Most places fail by the length of the scalar.
  const length = bytes[at + 4] ?? 0
  if (length === 0 || length > LONGEST_SCALAR) return undefined
  return derHit(enclosingKey(bytes, at) ?? sec1At(bytes, at, curveBefore(bytes, at)))
}

export const SEC1_ANCHORS: readonly Anchor[] = [
  anchor('sec1', '02 01 01 04', { before: 1024, behind: 1024 }, detectSec1),
]
