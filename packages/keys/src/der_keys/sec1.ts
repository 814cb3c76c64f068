import {
  type CurveParameters,
  curveOfOid,
  curveSpelled,
  curvesOfLength,
  NAMED_CURVES,
} from '../arithmetic/curves.ts'
import { isOnCurve, type Point, pointOf } from '../arithmetic/ec.ts'
import { fromBigEndian } from '../arithmetic/modular.ts'
import { contentOf, type Element, elementAt, elementOf, hexOf, lengthOf, TAG } from '../der/der.ts'
import { Row } from '../der/row.ts'
import { type Key, unverified } from '../material/key.ts'
import { isRandomLooking } from '../material/random_looking.ts'
import type { WorkBudget } from '../material/work_budget.ts'
import { CUT, type DerKey, isFilled, numberOf, placed, wholeOf } from './der_key.ts'
import { verifyEc, withPossible } from './verify.ts'

const PARAMETERS = 0xa0
const PUBLIC = 0xa1
/** Of a curve over a field of 571 bits. */
export const LONGEST_SCALAR = 72

const SEC1 = new Row('02=1 04 a0? a1?')

const UNNAMED = 'laid out as a key, nothing names its curve'

interface Sec1 {
  readonly secret: Element
  readonly parameters: Element | undefined
  readonly point: Element | undefined
  /** Whether [1] is there and holds no point: what follows the scalar was written over. */
  readonly isCut: boolean
  readonly to: number
}

/** @param version its offset. @param known the curve that a PKCS#8 around it named */
export function sec1At(
  bytes: Uint8Array,
  version: number,
  budget: WorkBudget,
  known?: CurveParameters,
): DerKey | undefined {
  const sec1 = readSec1(bytes, version)
  if (sec1 === undefined) return undefined
  const verification = verified(bytes, version, sec1, known, budget)
  return verification && placed(bytes, 'sec1-der', version, sec1.to, verification)
}

function readSec1(bytes: Uint8Array, version: number): Sec1 | undefined {
  const [, secret] = SEC1.at(bytes, version)
  if (secret === undefined || lengthOf(secret) === 0 || lengthOf(secret) > LONGEST_SCALAR) {
    return undefined
  }
  // Behind its SEQUENCE, [0] is an attribute of the PKCS#8 around it.
  const end = wholeOf(bytes, version, secret.to)?.to
  const [, , parameters, outer] = SEC1.at(bytes, version, end)
  const point = outer && elementOf(bytes, outer.from, outer.to, TAG.bits)
  const isCut = outer !== undefined && point?.to !== outer.to
  return { secret, parameters, point, isCut, to: (outer ?? parameters ?? secret).to }
}

function verified(
  bytes: Uint8Array,
  version: number,
  sec1: Sec1,
  known: CurveParameters | undefined,
  budget: WorkBudget,
): Key | undefined {
  const { secret, parameters, point } = sec1
  const d = numberOf(bytes, secret, budget)
  const inner = parameters && elementAt(bytes, parameters.from, parameters.to)
  const curve = (inner && curveOfParameters(bytes, inner, budget)) ?? known
  if (curve !== undefined) return verifiedOn(bytes, version, curve, d, sec1, budget)
  // Without a name, the point identifies the curve: it satisfies one equation only.
  const stored = point && wholePoint(contentOf(bytes, point), budget)
  const pointBytes = point && lengthOf(point) / 2 - 1
  const found =
    stored &&
    NAMED_CURVES.find((each) => each.lengthBytes === pointBytes && isOnCurve(each, stored))
  if (found !== undefined) return verifyEc(found.curve, d, stored, budget)
  if (!isFilled(bytes, version, sec1.to) || !isRandomLooking(contentOf(bytes, secret), budget))
    return undefined
  const unnamed = unverified('ec', lengthOf(secret) * 8, UNNAMED)
  const curves = curvesOfLength(lengthOf(secret))
  return withPossible(
    unnamed,
    curves.map((each) => verifyEc(each.curve, d, undefined, budget)),
  )
}

function verifiedOn(
  bytes: Uint8Array,
  version: number,
  parameters: CurveParameters,
  d: bigint,
  { secret, point, isCut, to }: Sec1,
  budget: WorkBudget,
): Key | undefined {
  const { curve, bits, lengthBytes } = parameters
  const stored = point && contentOf(bytes, point)
  const isFull = stored?.length === 2 + 2 * lengthBytes
  const full = isFull ? wholePoint(stored, budget) : undefined
  if (full !== undefined) return verifyEc(curve, d, full, budget)
  if (stored !== undefined) return againstCompressed(parameters, d, stored, budget)
  if (!isRandomLooking(contentOf(bytes, secret), budget)) return undefined
  if (!isCut && isFilled(bytes, version, to)) return verifyEc(curve, d, undefined, budget)
  if (isTemplate(bytes, secret)) return undefined
  return withPossible(unverified('ec', bits, CUT), [verifyEc(curve, d, undefined, budget)])
}

function againstCompressed(
  { curve, bits, lengthBytes }: CurveParameters,
  d: bigint,
  stored: Uint8Array,
  budget: WorkBudget,
): Key {
  const verification = verifyEc(curve, d, undefined, budget)
  const { material } = verification
  if (material?.type !== 'ec') return verification
  if (!isCompressed(stored, material, lengthBytes, budget))
    return unverified('ec', bits, 'd·G is another point')
  return { certainty: 'verified', verification: 'd·G = Q', bits, kind: 'ec', material }
}

/** Programs contain heads of keys without what goes between (seen in the Rust crate ring). */
function isTemplate(bytes: Uint8Array, secret: Element): boolean {
  const outer = elementOf(bytes, secret.from, bytes.length, bytes[secret.from] ?? 0)
  if (outer?.tag !== PARAMETERS && outer?.tag !== PUBLIC) return false
  const inner = elementOf(bytes, outer.from, outer.to, outer.tag === PUBLIC ? TAG.bits : TAG.oid)
  return inner !== undefined
}

/** An uncompressed or hybrid point; the hybrid form has the last bit of y twice. */
function wholePoint(bits: Uint8Array, budget: WorkBudget): Point | undefined {
  const hybrid = 6 + ((bits.at(-1) ?? 0) & 1)
  const isWhole = bits[0] === 0 && (bits[1] === 4 || bits[1] === hybrid) && bits.length % 2 === 0
  return isWhole ? pointOf(bits.subarray(2), budget) : undefined
}

function isCompressed(
  bits: Uint8Array,
  { x, y }: Point,
  lengthBytes: number,
  budget: WorkBudget,
): boolean {
  if (bits.length !== 2 + lengthBytes || bits[0] !== 0) return false
  return bits[1] === 2 + Number(y & 1n) && fromBigEndian(bits.subarray(2), budget) === x
}

/** RFC 3279, section 2.3.5: version, field { identifier, p }, { a, b, … }, … */
const EXPLICIT = new Row('* * *?')
const FIELD = new Row('* *')

/** Named, or spelled by numbers; undefined for an unknown one. */
export function curveOfParameters(
  bytes: Uint8Array,
  parameters: Element,
  budget: WorkBudget,
): CurveParameters | undefined {
  if (parameters.tag === TAG.oid) return curveOfOid(hexOf(bytes, parameters))
  if (parameters.tag !== TAG.sequence) return undefined
  const [, field, equation] = EXPLICIT.of(bytes, parameters)
  const [, prime] = FIELD.of(bytes, field)
  if (prime === undefined || lengthOf(prime) > LONGEST_SCALAR + 1) return undefined
  const a = equation && elementOf(bytes, equation.from, equation.to, TAG.octets)
  const isShort = a !== undefined && lengthOf(a) <= LONGEST_SCALAR
  return curveSpelled(
    numberOf(bytes, prime, budget),
    isShort ? numberOf(bytes, a, budget) : undefined,
  )
}
