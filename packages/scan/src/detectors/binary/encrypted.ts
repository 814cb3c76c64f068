/**
 * Private keys that a password guards, in DER: PKCS#8 with PBES2, PBES1 or the PKCS#12 schemes.
 *
 * Source: RFC 5958, section 3; RFC 8018; RFC 7292, appendix C.
 *
 * @module
 */

import {
  childrenOf,
  type Element,
  elementOf,
  lengthOf,
  sequenceAround,
  TAG,
} from '@mintmark/keys/der/der'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, lesser } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

const LEAST_CIPHERTEXT = 32
/** Last arcs of the schemes of PKCS#5; 12 and 14 are no schemes but their parts. */
const PKCS5_SCHEMES = new Set([1, 3, 4, 6, 10, 11, 13])

/** The identifier at `at` must be that of the algorithm of a SEQUENCE { SEQUENCE { identifier, … }, OCTET STRING }. */
const detectEncrypted: Detector = (bytes, at) => {
  if (bytes[at + 1] === 9 && !PKCS5_SCHEMES.has(bytes[at + 10] ?? 0)) return undefined
  const algorithm = sequenceAround(bytes, at, bytes.length)
  const parts = algorithm && childrenOf(bytes, algorithm)
  if (algorithm === undefined || parts?.length !== 2) return undefined
  const key = elementOf(bytes, algorithm.to, bytes.length, TAG.octets)
  if (key === undefined || lengthOf(key) < LEAST_CIPHERTEXT) return undefined
  const whole = wholeAround(bytes, algorithm, key)
  const from = whole?.at ?? algorithm.at
  const name = schemeOf(bytes, at)
  return lesser('encrypted-key', 'pkcs8-encrypted-der', from, key.to, `encrypted with ${name}`)
}

function wholeAround(bytes: Uint8Array, algorithm: Element, key: Element): Element | undefined {
  const whole = sequenceAround(bytes, algorithm.at, bytes.length)
  return whole?.to === key.to ? whole : undefined
}

/** By the two last arcs of the identifier. */
function schemeOf(bytes: Uint8Array, at: number): string {
  if (bytes[at + 1] === 10) return 'a scheme of PKCS#12'
  return bytes[at + 10] === 13 ? 'PBES2' : 'PBES1'
}

const SIGHT = { before: 16, behind: 32_768 }

export const ENCRYPTED_ANCHORS: readonly Anchor[] = [
  anchor('pbes2', '06 09 2a 86 48 86 f7 0d 01 05', SIGHT, detectEncrypted),
  anchor('pkcs12-pbe', '06 0a 2a 86 48 86 f7 0d 01 0c 01', SIGHT, detectEncrypted),
]
