/**
 * RSA keys of Go: {n *big.Int, e int, d *big.Int, primes []*big.Int, …}, with an exponent of 65,537.
 *
 * Source: crypto/rsa/rsa.go and math/big/int.go of Go 1.0 to 1.24: big.Int is {bool, limbs slice}.
 *
 * @module
 */

import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { proveRsa } from '@mintmark/keys/der_keys/prove'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector, Memory, Pointed } from '../../anchors/detected.ts'

const WORD = 8
const E = 65_537n
/** From the exponent, which the anchor is. */
const AT = { n: -8, d: 8, primes: 16, count: 24, room: 32 } as const
const MOST_PRIMES = 5
const INT_BYTES = 32
/** Limbs of 16,384 bits. */
const MOST_LIMBS = 256

const detect: Detector = (bytes, at, memory) => {
  const from = at + AT.n
  if (memory === undefined || from < 0 || at + AT.room + WORD > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const wordAt = (place: number): bigint => view.getBigUint64(at + place, true)
  const [count, room] = [wordAt(AT.count), wordAt(AT.room)]
  if (!isOfPrimes(count, room)) return undefined
  const n = numberAt(memory, wordAt(AT.n))
  const primes = n && primesAt(memory, wordAt(AT.primes), Number(count))
  const [first, second, ...others] = primes ?? []
  if (n === undefined || first === undefined || second === undefined) return undefined
  const d = numberAt(memory, wordAt(AT.d))?.value
  const more = others.length > 0 && { others: others.map(({ value }) => value) }
  const proof = proveRsa({ n: n.value, e: E, d, p: first.value, q: second.value, ...more })
  return proof && { ...hit(proof, 'limbs-le64', 0, first.bytes.length), offset: first.offset }
}

/** Whether length and capacity of a slice are those of the primes of a key. */
function isOfPrimes(count: bigint, room: bigint): boolean {
  return count >= 2n && count <= BigInt(MOST_PRIMES) && room >= count && room <= 16n
}

/** The numbers of an array of pointers, if all are there. */
function primesAt(
  memory: Memory,
  address: bigint,
  count: number,
): readonly PointedNumber[] | undefined {
  const list = memory.at(address, count * WORD)?.bytes
  if (list === undefined) return undefined
  const view = new DataView(list.buffer, list.byteOffset, list.length)
  const primes = Array.from({ length: count }, (_, i) =>
    numberAt(memory, view.getBigUint64(i * WORD, true)),
  )
  const there = primes.flatMap((prime) => prime ?? [])
  return there.length === count ? there : undefined
}

interface PointedNumber extends Pointed {
  readonly value: bigint
}

/** The big.Int at an address, if it is positive and not too long for a key. */
function numberAt(memory: Memory, address: bigint): PointedNumber | undefined {
  const head = memory.at(address, INT_BYTES)?.bytes
  if (head === undefined) return undefined
  const view = new DataView(head.buffer, head.byteOffset, INT_BYTES)
  const [sign = 1n, limbs = 0n, length = 0n, room = 0n] = [0, 1, 2, 3].map((i) =>
    view.getBigUint64(i * WORD, true),
  )
  if (sign !== 0n || length < 1n || length > BigInt(MOST_LIMBS) || room < length) return undefined
  const pointed = memory.at(limbs, Number(length) * WORD)
  return pointed && { ...pointed, value: fromLittleEndian(pointed.bytes) }
}

export const GO_RSA_ANCHORS: readonly Anchor[] = [
  anchor('go-rsa', '01 00 01 00 00 00 00 00', { before: 8, behind: 40 }, detect),
]
