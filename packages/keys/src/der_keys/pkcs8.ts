import { type OkpParameters, okpOfOid } from '../arithmetic/okp.ts'
import { childrenOf, contentOf, type Element, elementOf, lengthOf, TAG } from '../der/der.ts'
import { Row } from '../der/row.ts'
import { type Key, unverified } from '../material/key.ts'
import { isRandomLooking } from '../material/random_looking.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { GROUP_KINDS, groupOf, MOST_NUMBER } from '../public_half/group_spki.ts'
import { type Algorithm, algorithmOf, EC_OIDS, RSA_OIDS } from '../public_half/spki.ts'
import { CUT, type DerKey, isFilled, numberOf, placed, wholeOf } from './der_key.ts'
import { pkcs1At } from './pkcs1.ts'
import { type PqScheme, pqSchemeOfOid, verifyPq } from './post_quantum.ts'
import { curveOfParameters, sec1At } from './sec1.ts'
import { verifyOkp, withPossible } from './verify.ts'
import { verifyGroupKey } from './verify_opaque.ts'

export interface Pkcs8 extends Algorithm {
  readonly key: Element
  /** The public half of version 2, where it is there: a view, without the count of unused bits. */
  readonly publicKey: Uint8Array | undefined
  readonly to: number
}

const PKCS8 = new Row('02=0|1 30 04')
/** Attributes and the public half, as far as the structure reaches. */
const TAIL = new Row('a0? 81?')
const LONGEST_ALGORITHM = 4096
const PUBLIC = 0x81

export function pkcs8At(
  bytes: Uint8Array,
  version: number,
  budget: WorkBudget,
): DerKey | undefined {
  const pkcs8 = readPkcs8(bytes, version)
  const verification = pkcs8 && verified(bytes, version, pkcs8, budget)
  return pkcs8 && verification && placed(bytes, 'pkcs8-der', version, pkcs8.to, verification)
}

export function readPkcs8(bytes: Uint8Array, version: number): Pkcs8 | undefined {
  const [, element, key] = PKCS8.at(bytes, version)
  if (element === undefined || key === undefined || lengthOf(element) > LONGEST_ALGORITHM)
    return undefined
  const algorithm = algorithmOf(bytes, element)
  const end = wholeOf(bytes, version, key.to)?.to ?? bytes.length
  const [attributes, bits] = TAIL.at(bytes, key.to, end)
  const publicKey = bits && contentOf(bytes, bits).subarray(1)
  return algorithm && { ...algorithm, key, publicKey, to: (bits ?? attributes ?? key).to }
}

function verified(
  bytes: Uint8Array,
  version: number,
  pkcs8: Pkcs8,
  budget: WorkBudget,
): Key | undefined {
  const { oid, parameters, key } = pkcs8
  if (RSA_OIDS.has(oid)) return insideOf(bytes, pkcs8, pkcs1At, budget)
  if (EC_OIDS.has(oid)) {
    const curve = parameters && curveOfParameters(bytes, parameters, budget)
    return insideOf(bytes, pkcs8, (all, at) => sec1At(all, at, budget, curve), budget)
  }
  if (GROUP_KINDS.has(oid)) {
    const x = elementOf(bytes, key.from, key.to, TAG.integer)
    if (x === undefined || lengthOf(x) > MOST_NUMBER) return undefined
    const group = groupOf(bytes, pkcs8, budget)
    const parts = group && { ...group, x: numberOf(bytes, x, budget), y: undefined }
    return parts && verifyGroupKey(parts.kind, parts, budget)
  }
  const okp = okpOfOid(oid)
  if (okp !== undefined) return okpOf(bytes, version, pkcs8, okp, budget)
  const scheme = pqSchemeOfOid(oid)
  return scheme && readPqKey(bytes, key, scheme, budget)
}

function insideOf(
  bytes: Uint8Array,
  { key }: Pkcs8,
  read: (bytes: Uint8Array, version: number, budget: WorkBudget) => DerKey | undefined,
  budget: WorkBudget,
): Key | undefined {
  const inner = elementOf(bytes, key.from, key.to, TAG.sequence)
  const found = inner && read(bytes, inner.from, budget)
  if (found === undefined || found.to > key.to) return undefined
  const { certainty, verification, bits, kind, material } = found
  return { certainty, verification, bits, kind, material }
}

function okpOf(
  bytes: Uint8Array,
  version: number,
  { key, publicKey, to }: Pkcs8,
  { curve, kind, bits, lengthBytes }: OkpParameters,
  budget: WorkBudget,
): Key | undefined {
  const inner = elementOf(bytes, key.from, key.to, TAG.octets)
  if (inner === undefined || inner.to !== key.to || lengthOf(inner) !== lengthBytes)
    return undefined
  const secret = contentOf(bytes, inner)
  if (publicKey?.length === lengthBytes) return verifyOkp(curve, secret, publicKey, budget)
  // The prefix alone also is in programs that put it before a key: what follows must look like one.
  if (!isRandomLooking(secret, budget)) return undefined
  if (isFilled(bytes, version, to)) return verifyOkp(curve, secret, undefined, budget)
  // The public half is in place of the secret: a program's template of keys to come.
  const isTemplate = secret[0] === PUBLIC && secret[1] === lengthBytes + 1 && secret[2] === 0
  if (isTemplate) return undefined
  return withPossible(unverified(kind, bits, CUT), [verifyOkp(curve, secret, undefined, budget)])
}

const SEED = 0x80

/**
 * In its OCTET STRING: [0] seed, OCTET STRING expanded key, a SEQUENCE of both, or one untagged.
 * Writers before the standards put the public key behind the expanded one.
 */
export function readPqKey(
  bytes: Uint8Array,
  key: Element,
  scheme: PqScheme,
  budget: WorkBudget,
): Key | undefined {
  const content = contentOf(bytes, key)
  const { seedLength, secretLength } = scheme
  if (content.length === secretLength) return verifyPq(scheme, undefined, content, budget)
  if (content.length === seedLength) return verifyPq(scheme, content, undefined, budget)
  const [first, second] = partsOf(bytes, key)
  if (first === undefined) return undefined
  const start = contentOf(bytes, first)
  if (start.length === seedLength) {
    const expanded = second && contentOf(bytes, second)
    return verifyPq(scheme, start, expanded?.length === secretLength ? expanded : undefined, budget)
  }
  return start.length < secretLength
    ? undefined
    : verifyPq(scheme, undefined, start.subarray(0, secretLength), budget)
}

function partsOf(bytes: Uint8Array, key: Element): readonly Element[] {
  const seed = elementOf(bytes, key.from, key.to, SEED)
  const single = seed ?? elementOf(bytes, key.from, key.to, TAG.octets)
  if (single !== undefined) return [single]
  const both = elementOf(bytes, key.from, key.to, TAG.sequence)
  return (both && childrenOf(bytes, both)) ?? []
}
