/** Oracle of the kernel of encoded text. @module */
import { LEAST_DIGITS } from '../../src/encoded/encoded_offsets.ts'
import { isBase64Letter } from '../../src/text/base64.ts'
import { isDigit, isListed } from '../../src/text/number_text.ts'

/** What the kernel examines from an offset on, in bytes. */
const READ_BYTES = 16
/** Neighbours that differ by more than one. */
const LEAST_STEPS = 3

const areLetters = (chars: readonly number[]): boolean =>
  chars.every((char) => isBase64Letter(char))
const areListed = (chars: readonly number[]): boolean => chars.every((char) => isListed(char))

/** Whether `find` of the kernel names an offset. */
export function isEncodedOffsetReference(bytes: Uint8Array, at: number): boolean {
  const seen = [...bytes.subarray(at, at + READ_BYTES)]
  if (seen.length < READ_BYTES) return false
  const steps = seen.filter((byte, k) => Math.abs(byte - (seen[k - 1] ?? byte)) > 1)
  if (steps.length < LEAST_STEPS) return false
  if (areLetters(seen)) return true
  if (areListed(seen) && seen.filter((char) => isDigit(char)).length >= LEAST_DIGITS) return true
  return [0, 1].some((lane) => {
    const chars = seen.filter((_, k) => k % 2 === lane)
    const others = seen.filter((_, k) => k % 2 !== lane)
    return others.every((byte) => byte === 0) && (areLetters(chars) || areListed(chars))
  })
}
