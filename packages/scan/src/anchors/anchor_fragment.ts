/** The four neighbouring bytes of a pattern by which the anchor kernel finds it. */
import { ANYWHERE, type Anchor } from './anchor.ts'

export const FRAGMENT = 4
const LONGEST = 16
/** Fragments with more free bits than this are not hashed with each of their values. */
const FREE_BITS = 8
/** A pattern fits nearly everything if its rarest fragment has more than this. */
const MOST_FREE_BITS = 20

export interface Fragment {
  readonly offset: number
  readonly bytes: readonly number[]
  readonly mask: readonly number[]
}

export function maskAt({ pattern, mask }: Anchor, at: number): number {
  return at >= pattern.length ? 0 : (mask?.[at] ?? 255)
}

/** Where the last byte of the fragment may be: bit k for k bytes behind a multiple of 8. */
export function endsOf({ alignment = ANYWHERE }: Anchor, offset: number): number {
  const moved = (offset + FRAGMENT - 1) % 8
  return ((alignment << moved) | (alignment >> (8 - moved))) & ANYWHERE
}

/** @throws {RangeError} if there is no such pattern for the kernel */
export function fragmentAt(anchor: Anchor, offset: number): Fragment {
  const { pattern, mask, name } = anchor
  if (pattern.length < 2 || pattern.length > LONGEST) {
    throw new RangeError(`the pattern of ${name} has ${pattern.length} bytes`)
  }
  if (mask !== undefined && mask.length !== pattern.length) {
    throw new RangeError(`the mask of ${name} has ${mask.length} bytes`)
  }
  const masks = Array.from({ length: FRAGMENT }, (_, i) => maskAt(anchor, offset + i))
  const bytes = masks.map((bits, i) => (pattern[offset + i] ?? 0) & bits)
  return { offset, bytes, mask: masks }
}

export const isVague = (fragment: Fragment): boolean => freeBits(fragment) > MOST_FREE_BITS

export const isOpen = (fragment: Fragment): boolean => freeBits(fragment) > FREE_BITS

const bitsSet = (value: number) => value.toString(2).replaceAll('0', '').length
const freeBits = ({ mask }: Fragment) => 32 - mask.reduce((sum, bits) => sum + bitsSet(bits), 0)

export function setsOf({ bytes, mask }: Fragment): number[] {
  return bytes.flatMap((byte, i) => {
    const bits = mask[i] ?? 0
    return [nibbles(byte & 15, bits & 15), nibbles(byte >> 4, bits >> 4)]
  })
}

function nibbles(value: number, mask: number): number {
  let set = 0
  for (let nibble = 0; nibble < 16; nibble++) if ((nibble & mask) === value) set |= 1 << nibble
  return set
}
