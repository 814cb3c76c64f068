/**
 * ML-KEM, ML-DSA and SLH-DSA keys whose PKCS#8 has lost its head, and as CNG writes them.
 *
 * Source: RFC 9881 and RFC 9935 (the three spellings inside PKCS#8); Microsoft, bcrypt.h (BCRYPT_PQDSA_KEY_BLOB,
 * BCRYPT_MLKEM_KEY_BLOB).
 *
 * @module
 */

import { elementOf, TAG } from '@mintmark/keys/der/der'
import { pkcs8At, readPqKey } from '@mintmark/keys/der_keys/pkcs8'
import {
  PQ_SCHEMES,
  type PqScheme,
  pqSchemeOfOid,
  provePq,
} from '@mintmark/keys/der_keys/post_quantum'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, derHit, hit, patternOf } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'
import { fieldsAt, isWithin, wordsAt } from './little_endian.ts'

/** From the version to the last four bytes of the identifier: version, SEQUENCE, tag and length, five bytes. */
const TO_VERSION = 12
/** What the anchor leaves out of an identifier. */
const OID_HEAD = '6086480165'

/** The tail of an identifier at `at`, five bytes, and an OCTET STRING right behind it. */
const detectHeadless: Detector = (bytes, at) => {
  const tail = Buffer.from(bytes.subarray(at, at + 4)).toString('hex')
  const scheme = pqSchemeOfOid(`${OID_HEAD}${tail}`)
  const key = scheme && elementOf(bytes, at + 4, bytes.length, TAG.octets)
  if (scheme === undefined || key === undefined) return undefined
  const whole = pkcs8At(bytes, at - TO_VERSION)
  if (whole !== undefined) return derHit(whole)
  const proof = readPqKey(bytes, key, scheme)
  return proof && hit(proof, 'pkcs8-der', at, key.to)
}

const CNG_HEADER = 12

/** Magic, bytes of the name, bytes of the key, then the name of the set in UTF-16 and the key. */
function detectCng(kind: PqScheme['kind'], isSeed: boolean): Detector {
  return (bytes, at) => {
    const [nameLength = 0, keyLength = 0] = wordsAt(bytes, at + 4, 2) ?? []
    if (!isWithin(nameLength, 4, 64) || nameLength % 2 !== 0) return undefined
    const blob = fieldsAt(bytes, at + CNG_HEADER, [nameLength, keyLength])
    const [name, key] = blob?.fields ?? []
    const scheme = name && schemeNamed(kind, name)
    if (blob === undefined || scheme === undefined) return undefined
    const proof = isSeed ? provePq(scheme, key, undefined) : provePq(scheme, undefined, key)
    return proof && hit(proof, kind === 'ml-kem' ? 'cng-ml-kem' : 'cng-ml-dsa', at, blob.to)
  }
}

function schemeNamed(kind: PqScheme['kind'], name: Uint8Array): PqScheme | undefined {
  const set = Buffer.from(name).toString('utf16le').replaceAll('\0', '')
  return PQ_SCHEMES.find((each) => each.kind === kind && String(each.set) === set)
}

const SIGHT = { before: 32, behind: 16_384 }

export const POST_QUANTUM_ANCHORS: readonly Anchor[] = [
  anchor('ml-kem-headless', '03 04 04 ?? 04', SIGHT, detectHeadless),
  anchor('ml-dsa-headless', '03 04 03 ?? 04', SIGHT, detectHeadless),
  anchor('cng-ml-dsa', patternOf('DSSK'), SIGHT, detectCng('ml-dsa', false)),
  anchor('cng-ml-dsa-seed', patternOf('DSSS'), SIGHT, detectCng('ml-dsa', true)),
  anchor('cng-ml-kem', patternOf('MLKR'), SIGHT, detectCng('ml-kem', false)),
  anchor('cng-ml-kem-seed', patternOf('MLKS'), SIGHT, detectCng('ml-kem', true)),
]
