/**
 * What the last bytes of a key in DER show of it, where its begin is gone: a scalar before its point, or a secret of
 * RFC 8410, which ends the structure.
 *
 * @module
 */
import { curvesOfLength } from '@mintmark/keys/arithmetic/curves'
import { isOnCurve } from '@mintmark/keys/arithmetic/ec'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { OKP, type OkpParameters } from '@mintmark/keys/arithmetic/okp'
import { TAG } from '@mintmark/keys/der/der'
import { proveEc, proveOkp } from '@mintmark/keys/der_keys/prove'
import { type Proof, unproven } from '@mintmark/keys/material/proof'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import { hit } from '../../anchors/anchored.ts'
import type { Detected } from '../../anchors/detected.ts'

/** Bytes of a coordinate on the curves that there are. */
const COORDINATES = [28, 32, 40, 48, 64, 66]
/** [0] with the curve's identifier between scalar and point: 7 to 13 bytes, or absent. */
const PARAMETERS = 0xa0
const MOST_PARAMETERS = 15

/**
 * The key whose structure ends with the last of `bytes`; it may begin anywhere.
 *
 * @returns offsets from the begin of `bytes`; nothing where even the secret is cut
 */
export function keyAtEnd(bytes: Uint8Array): Detected | undefined {
  return ecAtEnd(bytes) ?? okpAtEnd(bytes)
}

/** SEC 1 and RFC 5915: scalar, curve or nothing, [1] with a BIT STRING of 00 04 X Y. */
function ecAtEnd(bytes: Uint8Array): Detected | undefined {
  for (const length of COORDINATES) {
    const xAt = bytes.length - 2 * length
    if (xAt < length || bytes[xAt - 1] !== 4 || bytes[xAt - 2] !== 0) continue
    const bits = headerBefore(bytes, xAt - 2, 2 * length + 2, TAG.bits)
    const outer = bits && headerBefore(bytes, bits, bytes.length - bits, 0xa1)
    if (outer === undefined) continue
    const point = {
      x: fromBigEndian(bytes.subarray(xAt, xAt + length)),
      y: fromBigEndian(bytes.subarray(xAt + length)),
    }
    const curve = curvesOfLength(length).find((each) => isOnCurve(each, point))
    const at = beforeParameters(bytes, outer) - length
    if (curve === undefined || at < 0) continue
    const d = fromBigEndian(bytes.subarray(at, at + length))
    const proof = proveEc(curve.curve, d, point)
    if (proof.certainty === 'proven') return hit(proof, 'sec1-der', at, bytes.length)
  }
  return undefined
}

/** Where the header of an element begins whose content has `length` bytes from `from` on. */
function headerBefore(
  bytes: Uint8Array,
  from: number,
  length: number,
  tag: number,
): number | undefined {
  const isShort = length < 0x80
  const at = from - (isShort ? 2 : 3)
  if (at < 0 || bytes[at] !== tag || bytes[from - 1] !== length) return undefined
  return isShort || bytes[at + 1] === 0x81 ? at : undefined
}

function beforeParameters(bytes: Uint8Array, end: number): number {
  for (let length = 7; length <= MOST_PARAMETERS - 2; length++) {
    const at = end - length - 2
    if (at >= 0 && bytes[at] === PARAMETERS && bytes[at + 1] === length) return at
  }
  return end
}

/** Bytes of the structure before a secret that show it by themselves: its object identifier, with the header. */
const TELLING = 9
/** Bytes before a secret that tell its curve. */
const NAMING = 5

function okpAtEnd(bytes: Uint8Array): Detected | undefined {
  // Of two that are alike, Ed25519 is the usual one.
  const ends = OKP.toReversed().flatMap((curve) => {
    const at = bytes.length - curve.lengthBytes
    const held = at < 0 ? 0 : headHeld(bytes, at, curve)
    // As much as is there must be of this structure; of one whose begin was overwritten, the curve's name.
    return held > 0 && (held === at || held >= NAMING) ? [{ curve, at, held }] : []
  })
  const [best] = ends.toSorted((a, b) => b.held - a.held)
  if (best === undefined) return undefined
  const secret = bytes.subarray(best.at)
  if (!isRandomLooking(secret)) return undefined
  const { curve, kind, bits } = best.curve
  if (best.held >= TELLING) {
    return hit(proveOkp(curve, secret, undefined), 'pkcs8-der', best.at - best.held, bytes.length)
  }
  const same = best.held >= NAMING ? [best] : ends.filter(({ at }) => at === best.at)
  const possible = same.flatMap(
    (end) => proveOkp(end.curve.curve, secret, undefined).material ?? [],
  )
  const proof: Proof = { ...unproven(kind, bits, END_OF_KEY), possible }
  return hit(proof, 'pkcs8-der', best.at - best.held, bytes.length, 'fragment')
}

const END_OF_KEY = 'the end of a key of that length; which curve it is for is cut off'

/** How many bytes right before `at` are those that stand before a secret of this curve. */
function headHeld(bytes: Uint8Array, at: number, { oid, lengthBytes }: OkpParameters): number {
  const name = Buffer.from(oid, 'hex')
  const { sequence, integer, octets } = TAG
  const [inner, whole] = [lengthBytes + 2, lengthBytes + 14]
  const before = [sequence, whole, integer, 1, 0, sequence, 5, TAG.oid, 3]
  const head = [...before, ...name, octets, inner, octets, lengthBytes]
  let held = 0
  while (held < Math.min(at, head.length) && bytes[at - 1 - held] === head.at(-1 - held)) held++
  return held
}
