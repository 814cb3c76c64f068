/**
 * DSA and DH keys in the structures of OpenSSL 3: {…, FFC_PARAMS, BIGNUM *public, BIGNUM *secret, …}, of DH with the length of
 * the exponent between. FFC_PARAMS leads to p, q and g, so that nothing else need be known.
 *
 * Source: include/internal/ffc.h, crypto/dsa/dsa_local.h and crypto/dh/dh_local.h of OpenSSL 3.0 to 3.5.
 *
 * @module
 */

import { proveGroupKey } from '@mintmark/keys/der_keys/prove_opaque'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detected, Detector, Memory } from '../../anchors/detected.ts'
import {
  isPointer,
  type NumberPointed,
  numberAt,
  pointerAt,
} from '../../known/objects/openssl_numbers.ts'

/** From the counter of FFC_PARAMS, −1 where a group was not made here: what follows are its name and the index of g. */
const AT = { p: -48, q: -40, g: -32, flags: 16 } as const
const PAIRS = [
  { kind: 'dsa', publicAt: 48, secretAt: 56 },
  { kind: 'dh', publicAt: 56, secretAt: 64 },
] as const
/** More flags than there are. */
const FLAGS_MOST = 0x10
/** 8192 bits. */
const MOST_LIMBS = 128

interface Group {
  readonly p: bigint
  readonly g: bigint
  readonly q: bigint | undefined
}

/** Whether what is before the counter can be addresses, and what is behind it flags. */
function mayHold(bytes: Uint8Array, at: number): boolean {
  if ((bytes[at + AT.flags] ?? 0) >= FLAGS_MOST || !isSmall(bytes, at + AT.flags)) return false
  return isPointer(bytes, at + AT.p) && isPointer(bytes, at + AT.g)
}

const detect: Detector = (bytes, at, memory) => {
  if (memory === undefined || at + AT.p < 0 || at + SIGHT.behind > bytes.length) return undefined
  const number = (place: number) => numberAt(memory, pointerAt(bytes, at + place), MOST_LIMBS)
  const [p, g, q] = [AT.p, AT.g, AT.q].map((place) => number(place)?.value)
  if (p === undefined || g === undefined) return undefined
  // Of a safe prime q says nothing new: such keys are named without it.
  const group = { p, g, q: q === undefined || 2n * q + 1n === p ? undefined : q }
  for (const pair of PAIRS) {
    const found = keyOf(pair, group, bytes, at, memory)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether the upper three bytes of a word of four are zero. */
function isSmall(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === 0 && bytes[at + 2] === 0 && bytes[at + 3] === 0
}

function keyOf(
  { kind, publicAt, secretAt }: (typeof PAIRS)[number],
  group: Group,
  bytes: Uint8Array,
  at: number,
  memory: Memory,
): Detected | undefined {
  const number = (place: number): NumberPointed | undefined =>
    numberAt(memory, pointerAt(bytes, at + place), MOST_LIMBS)
  const [y, x] = [number(publicAt), number(secretAt)]
  if (y === undefined || x === undefined) return undefined
  const proof = proveGroupKey(kind, { ...group, x: x.value, y: y.value })
  return proof && hit(proof, 'limbs-le64', x.offset, x.offset + x.bytes.length)
}

const SIGHT = { before: -AT.p, behind: 72 }

export const OPENSSL_GROUP_ANCHORS: readonly Anchor[] = [
  {
    ...anchor('openssl-group', 'ff ff ff ff ?? ?? 00 00 ff ff ff ff 00 00 00 00', SIGHT, detect),
    mayHold,
  },
]
