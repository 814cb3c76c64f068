/** Private keys of any algorithm in PKCS#8. @module */
import { curveOfOid } from '../arithmetic/curves.ts'
import { type OkpParameters, okpOfOid } from '../arithmetic/okp.ts'
import { childrenOf, contentOf, type Element, elementOf, hexOf, lengthOf, TAG } from '../der/der.ts'
import { isRandomLooking } from '../material/random_looking.ts'
import { unverified, type Verification } from '../material/verification.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { OID } from '../public_half/spki.ts'
import { behindVersion, CUT, type DerKey, isFilled, numberOf, placed, wholeOf } from './der_key.ts'
import { pkcs1At } from './pkcs1.ts'
import { type PqScheme, pqSchemeOfOid, verifyPq } from './post_quantum.ts'
import { explicitCurve, sec1At } from './sec1.ts'
import { verifyOkp, withPossible } from './verify.ts'
import { verifyGroupKey } from './verify_opaque.ts'

/** A PKCS#8 structure, not yet verified. */
export interface Pkcs8 {
  /** Content of the algorithm's identifier, hex. */
  readonly oid: string
  readonly parameters: Element | undefined
  /** The OCTET STRING around the key. */
  readonly key: Element
  /** The public half of version 2, where it is there: a view, without the count of unused bits. */
  readonly publicKey: Uint8Array | undefined
  readonly to: number
}

const LONGEST_ALGORITHM = 4096
const ATTRIBUTES = 0xa0
const PUBLIC = 0x81

/** The key whose PKCS#8 version INTEGER is at `version`. */
export function pkcs8At(
  bytes: Uint8Array,
  version: number,
  budget: WorkBudget,
): DerKey | undefined {
  const pkcs8 = readPkcs8(bytes, version)
  const verification = pkcs8 && verified(bytes, version, pkcs8, budget)
  return pkcs8 && verification && placed(bytes, 'pkcs8-der', version, pkcs8.to, verification)
}

/** The structure whose version INTEGER is at `version`, or undefined. */
export function readPkcs8(bytes: Uint8Array, version: number): Pkcs8 | undefined {
  const at = behindVersion(bytes, version, [0, 1])
  const algorithm = at === undefined ? undefined : elementOf(bytes, at, bytes.length, TAG.sequence)
  if (algorithm === undefined || lengthOf(algorithm) > LONGEST_ALGORITHM) return undefined
  const key = elementOf(bytes, algorithm.to, bytes.length, TAG.octets)
  const [oid, parameters] = (key && childrenOf(bytes, algorithm)) ?? []
  if (key === undefined || oid?.tag !== TAG.oid) return undefined
  return { oid: hexOf(bytes, oid), parameters, key, ...readTail(bytes, version, key) }
}

/** Attributes and the public half, which are there or not. */
function readTail(
  bytes: Uint8Array,
  version: number,
  key: Element,
): Pick<Pkcs8, 'publicKey' | 'to'> {
  const end = wholeOf(bytes, version, key.to)?.to ?? bytes.length
  const next = elementOf(bytes, key.to, end, ATTRIBUTES)?.to ?? key.to
  const publicKey = elementOf(bytes, next, end, PUBLIC)
  return {
    publicKey: publicKey && contentOf(bytes, publicKey).subarray(1),
    to: publicKey?.to ?? next,
  }
}

function verified(
  bytes: Uint8Array,
  version: number,
  pkcs8: Pkcs8,
  budget: WorkBudget,
): Verification | undefined {
  switch (pkcs8.oid) {
    case OID.rsa:
    case OID.rsaPss:
    case OID.rsaOaep:
      return insideOf(bytes, pkcs8, pkcs1At, budget)
    case OID.ec:
    case OID.ecdh:
      return ecOf(bytes, pkcs8, budget)
    case OID.dsa:
    case OID.dh:
    case OID.dhX942:
      return groupOf(bytes, pkcs8, budget)
    default: {
      const okp = okpOfOid(pkcs8.oid)
      if (okp !== undefined) return okpOf(bytes, version, pkcs8, okp, budget)
      const scheme = pqSchemeOfOid(pkcs8.oid)
      return scheme && readPqKey(bytes, pkcs8.key, scheme, budget)
    }
  }
}

/** What `read` makes of the SEQUENCE inside. */
function insideOf(
  bytes: Uint8Array,
  { key }: Pkcs8,
  read: (bytes: Uint8Array, version: number, budget: WorkBudget) => DerKey | undefined,
  budget: WorkBudget,
): Verification | undefined {
  const inner = elementOf(bytes, key.from, key.to, TAG.sequence)
  const found = inner && read(bytes, inner.from, budget)
  if (found === undefined || found.to > key.to) return undefined
  const { certainty, proof, bits, kind, material } = found
  return { certainty, proof, bits, kind, material }
}

function ecOf(bytes: Uint8Array, pkcs8: Pkcs8, budget: WorkBudget): Verification | undefined {
  const { parameters } = pkcs8
  if (parameters === undefined) return insideOf(bytes, pkcs8, sec1At, budget)
  const curve =
    parameters.tag === TAG.oid
      ? curveOfOid(hexOf(bytes, parameters))
      : explicitCurve(bytes, parameters, budget)
  return insideOf(bytes, pkcs8, (all, version) => sec1At(all, version, budget, curve), budget)
}

function okpOf(
  bytes: Uint8Array,
  version: number,
  { key, publicKey, to }: Pkcs8,
  { curve, kind, bits, lengthBytes }: OkpParameters,
  budget: WorkBudget,
): Verification | undefined {
  const inner = elementOf(bytes, key.from, key.to, TAG.octets)
  if (inner === undefined || inner.to !== key.to || lengthOf(inner) !== lengthBytes)
    return undefined
  const secret = contentOf(bytes, inner)
  if (publicKey?.length === lengthBytes) return verifyOkp(curve, secret, publicKey, budget)
  // The prefix alone also is in programs that put it before a key: what follows must look like one.
  if (!isRandomLooking(secret, budget)) return undefined
  if (isFilled(bytes, version, to)) return verifyOkp(curve, secret, undefined, budget)
  // Where the public half is in place of the secret, a program holds the head and the tail of keys to come.
  const isTemplate = secret[0] === PUBLIC && secret[1] === lengthBytes + 1 && secret[2] === 0
  if (isTemplate) return undefined
  return withPossible(unverified(kind, bits, CUT), [verifyOkp(curve, secret, undefined, budget)])
}

/** RFC 3279, sections 2.3.2 and 2.3.3; PKCS#3: DSA has p, q, g; DH p, g and a length; X9.42 p, g, q. */
function groupOf(
  bytes: Uint8Array,
  { oid, parameters, key }: Pkcs8,
  budget: WorkBudget,
): Verification | undefined {
  const inner = elementOf(bytes, key.from, key.to, TAG.integer)
  const numbers = parameters && childrenOf(bytes, parameters)
  if (inner === undefined || numbers === undefined) return undefined
  if (numbers.slice(0, 3).some((element) => element.tag !== TAG.integer)) return undefined
  if (numbers.some((element) => lengthOf(element) > 1025) || lengthOf(inner) > 1025)
    return undefined
  const [p, second, third] = numbers.map((element) => numberOf(bytes, element, budget))
  if (p === undefined || second === undefined) return undefined
  const x = numberOf(bytes, inner, budget)
  if (oid === OID.dsa) {
    return third === undefined
      ? undefined
      : verifyGroupKey('dsa', { p, q: second, g: third, x, y: undefined }, budget)
  }
  const q = oid === OID.dhX942 ? third : undefined
  return verifyGroupKey('dh', { p, q, g: second, x, y: undefined }, budget)
}

const SEED = 0x80

/**
 * A post-quantum key inside its OCTET STRING: [0] seed, an OCTET STRING with the expanded key, a SEQUENCE of both, or
 * either without a tag. Writers before the standards put the public key behind the expanded one.
 */
export function readPqKey(
  bytes: Uint8Array,
  key: Element,
  scheme: PqScheme,
  budget: WorkBudget,
): Verification | undefined {
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

/** The element inside, or the two of a SEQUENCE. */
function partsOf(bytes: Uint8Array, key: Element): readonly Element[] {
  const seed = elementOf(bytes, key.from, key.to, SEED)
  const single = seed ?? elementOf(bytes, key.from, key.to, TAG.octets)
  if (single !== undefined) return [single]
  const both = elementOf(bytes, key.from, key.to, TAG.sequence)
  return (both && childrenOf(bytes, both)) ?? []
}
