/** Keys of RFC 8410 in DER whose begin is gone: the secret is at the end of the structure. @module */
import { OKP, type OkpParameters } from '@mintmark/keys/arithmetic/okp'
import { TAG } from '@mintmark/keys/der/der'
import { verifyOkp, withPossible } from '@mintmark/keys/der_keys/verify'
import { unverified } from '@mintmark/keys/material/key'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'

/** Bytes of the structure before a secret that show it by themselves: its object identifier, with the header. */
const DECISIVE = 9
/** Bytes before a secret that identify its curve. */
const NAMING = 5

/**
 * The key whose structure ends with the last of `bytes`; it may begin anywhere.
 *
 * @returns offsets from the begin of `bytes`; nothing where even the secret is cut
 */
export function keyAtEnd(bytes: Uint8Array, budget: WorkBudget): Match | undefined {
  // Of two that are alike, Ed25519 is the usual one.
  const ends = OKP.toReversed().flatMap((curve) => {
    const at = bytes.length - curve.lengthBytes
    const matched = at < 0 ? 0 : headMatched(bytes, at, curve)
    // As much as is there must be of this structure; of one whose begin was overwritten, the curve's name.
    return matched > 0 && (matched === at || matched >= NAMING) ? [{ curve, at, matched }] : []
  })
  const [best] = ends.toSorted((a, b) => b.matched - a.matched)
  if (best === undefined) return undefined
  const secret = bytes.subarray(best.at)
  if (!isRandomLooking(secret, budget)) return undefined
  const { curve, kind, bits } = best.curve
  const from = best.at - best.matched
  if (best.matched >= DECISIVE) {
    const verification = verifyOkp(curve, secret, undefined, budget)
    return hit(verification, 'pkcs8-der', from, bytes.length)
  }
  const same = best.matched >= NAMING ? [best] : ends.filter(({ at }) => at === best.at)
  const verification = withPossible(
    unverified(kind, bits, END_OF_KEY),
    same.map((end) => verifyOkp(end.curve.curve, secret, undefined, budget)),
  )
  return hit(verification, 'pkcs8-der', from, bytes.length, 'fragment')
}

const END_OF_KEY = 'the end of a key of that length; which curve it is for is cut off'

/** How many bytes right before `at` are those that are before a secret of this curve. */
function headMatched(bytes: Uint8Array, at: number, { oid, lengthBytes }: OkpParameters): number {
  const name = Buffer.from(oid, 'hex')
  const { sequence, integer, octets } = TAG
  const [inner, whole] = [lengthBytes + 2, lengthBytes + 14]
  const before = [sequence, whole, integer, 1, 0, sequence, 5, TAG.oid, 3]
  const head = [...before, ...name, octets, inner, octets, lengthBytes]
  let matched = 0
  while (matched < Math.min(at, head.length) && bytes[at - 1 - matched] === head.at(-1 - matched))
    matched++
  return matched
}
