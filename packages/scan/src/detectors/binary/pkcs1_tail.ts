/**
 * What is left of a PKCS#1 key whose begin is gone: a freed buffer that was written over, or cut by a window.
 *
 * Two kinds: the public exponent is still there, and everything behind it; or only some of p, q, dP, dQ and qInv, in
 * that order, up to the end. Three CRT values still give the whole key.
 *
 * @module
 */

import { type Element, elementOf, lengthOf, sequenceAround, TAG } from '@mintmark/keys/der/der'
import { integersAt, numberOf } from '@mintmark/keys/der_keys/der_key'
import { pkcs1At } from '@mintmark/keys/der_keys/pkcs1'
import { proveRsa } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import { type Proof, unproven } from '@mintmark/keys/material/proof'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, derHit, hit } from '../../anchors/anchored.ts'
import type { Detected, Detector } from '../../anchors/detected.ts'
import { enclosingKey } from './enclosing.ts'

const FORM = 'pkcs1-tail'
const LEAST_HALF = 32
const MOST_HALF = 1025

/** The key whose public exponent is at `at`. */
const detectFromExponent: Detector = (bytes, at) => {
  const integers = integersAt(bytes, at, 7)
  const length = modulusLength(integers)
  if (length === undefined) return undefined
  const n = elementBefore(bytes, at, length - 3, length + 17)
  const whole = n && wholeKey(bytes, n)
  if (whole !== undefined) return whole
  // With fewer than e, d, p and q, the modulus must be there.
  const used = integers.length >= 4 ? integers : integers.slice(0, n === undefined ? 0 : 2)
  const last = used.at(-1)
  const proof = last && provenTail(bytes, n, used)
  if (proof === undefined) return undefined
  return hit(proof, FORM, n?.at ?? at, last?.to ?? at, proof.material ? undefined : 'fragment')
}

/** About how long n is, going by d or p and q; undefined where their lengths are not those of a key. */
function modulusLength(integers: readonly Element[]): number | undefined {
  const [e, d, p, q] = integers.map(lengthOf)
  if (e === undefined || d === undefined) return undefined
  if (d < 2 * LEAST_HALF - 8 || d > 2 * MOST_HALF) return undefined
  const primes = p !== undefined && q !== undefined ? p + q : d
  // d may be some bytes shorter than n, never longer; with more than two primes, both are longer than p and q.
  return d + 16 < primes ? undefined : Math.max(primes, d)
}

/** The hit that the version before n leads to. */
function wholeKey(bytes: Uint8Array, n: Element): Detected | undefined {
  if (n.at < 3) return undefined
  const key = pkcs1At(bytes, n.at - 3)
  return key && derHit(enclosingKey(bytes, n.at - 3) ?? key)
}

function provenTail(
  bytes: Uint8Array,
  modulus: Element | undefined,
  integers: readonly Element[],
): Proof | undefined {
  const [e, d, p, q, dP, dQ, qInv] = integers.map((element) => numberOf(bytes, element))
  const n = modulus && numberOf(bytes, modulus)
  const proof = proveRsa({ n, e, d, p, q, dP, dQ, qInv })
  if (proof !== undefined || !areRandomLooking(bytes, integers.slice(1))) return proof
  const [, first] = integers
  return unproven(
    'rsa',
    (first ? lengthOf(first) : 0) * 8,
    'laid out as a key, no equation of RSA holds',
  )
}

function areRandomLooking(bytes: Uint8Array, elements: readonly Element[]): boolean {
  return elements.every(({ from, to }) => isRandomLooking(bytes.subarray(from, to)))
}

/** The INTEGER that ends at `end` and has `least` to `most` bytes. */
function elementBefore(
  bytes: Uint8Array,
  end: number,
  least: number,
  most: number,
): Element | undefined {
  for (let length = Math.max(1, least); length <= most; length++) {
    const header = length < 0x80 ? 2 : length < 0x100 ? 3 : 4
    const element = elementOf(bytes, end - length - header, end, TAG.integer)
    if (element?.to === end && (bytes[element.from] ?? 0) < 0x80) return element
  }
  return undefined
}

/** The run of INTEGERs of one size of which one is at `at`. */
const detectFromCrt: Detector = (bytes, at) => {
  charge(CHAIN_UNITS)
  const chain = chainAround(bytes, at)
  const [first] = chain
  const last = chain.at(-1)
  if (first === undefined || last === undefined) return undefined
  const half = longest(chain)
  if (chain.length < leastChain(half)) return undefined
  // Parameters of other algorithms go on with a shorter number.
  if (bytes[last.to] === TAG.integer || !areRandomLooking(bytes, chain)) return undefined
  const d = exponentOf(bytes, first, half)
  const e = d && exponentBefore(bytes, d.at)
  const whole =
    e === undefined ? multiPrimeAround(bytes, chain, first, last) : detectFromExponent(bytes, e.at)
  return whole ?? fragment(bytes, d, chain, first, last)
}

/** One of them may be a byte or two shorter, and tells nothing of the others then. */
const longest = (chain: readonly Element[]): number => Math.max(...chain.map(lengthOf))

/** Headers of two bytes stand in tables of small numbers too. */
function leastChain(half: number): number {
  return half < 0x80 ? 3 : 2
}

const MOST_PRIMES = 6

/** d before p: as long as n, which is twice as long as a prime, or more often where there are more primes. */
function exponentOf(bytes: Uint8Array, first: Element, half: number): Element | undefined {
  for (let primes = 2; primes <= MOST_PRIMES; primes++) {
    const d = elementBefore(bytes, first.at, primes * half - 18, primes * half + 1)
    if (d !== undefined) return d
  }
  return undefined
}

const MULTI_PRIME = Buffer.from([2, 1, 1, 2])
const LONGEST_KEY = 16_384

/** The key of more than two primes to which a third prime with its two numbers belongs. */
function multiPrimeAround(
  bytes: Uint8Array,
  chain: readonly Element[],
  first: Element,
  last: Element,
): Detected | undefined {
  if (chain.length !== 3 || sequenceAround(bytes, first.at, bytes.length)?.to !== last.to) {
    return undefined
  }
  const from = Math.max(0, first.at - LONGEST_KEY)
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + from, first.at - from)
  const version = view.lastIndexOf(MULTI_PRIME)
  const key = version < 0 ? undefined : pkcs1At(bytes, from + version)
  if (key === undefined || key.to < last.to) return undefined
  return derHit(enclosingKey(bytes, from + version) ?? key)
}

function exponentBefore(bytes: Uint8Array, end: number): Element | undefined {
  return elementBefore(bytes, end, 1, 4)
}

function fragment(
  bytes: Uint8Array,
  privateExponent: Element | undefined,
  chain: readonly Element[],
  first: Element,
  last: Element,
): Detected {
  const half = longest(chain)
  const values = chain.slice(-5).map((element) => numberOf(bytes, element))
  const [qInv, dQ, dP, q, p] = values.toReversed()
  const d = privateExponent && numberOf(bytes, privateExponent)
  const proof = proveRsa({ d, p, q, dP, dQ, qInv })
  if (proof !== undefined) return hit(proof, FORM, privateExponent?.at ?? first.at, last.to)
  const bits = half * 16
  const text = `${chain.length} numbers of one size, as at the end of a key; alone they prove nothing`
  const from = privateExponent?.at ?? startOfCut(bytes, first.at, half)
  return hit(unproven('rsa', bits, text), FORM, from, last.to, 'fragment')
}

/** Of a look at the numbers around one. */
const CHAIN_UNITS = 1000

const STEP = 16

/** The number before `end` may have lost its begin: as far back as the bytes look like one, at most `length`. */
function startOfCut(bytes: Uint8Array, end: number, length: number): number {
  let from = end
  while (from - STEP >= Math.max(0, end - length)) {
    if (!isRandomLooking(bytes.subarray(from - STEP, from))) break
    from -= STEP
  }
  return from
}

/** INTEGERs next to each other whose sizes differ by two bytes at most, at most five. */
function chainAround(bytes: Uint8Array, at: number): Element[] {
  const own = elementOf(bytes, at, bytes.length, TAG.integer)
  if (own === undefined || lengthOf(own) < LEAST_HALF || lengthOf(own) > MOST_HALF) return []
  const size = lengthOf(own)
  const chain = [own]
  for (let first = own; chain.length < 5; ) {
    const before = elementBefore(bytes, first.at, size - 2, size + 2)
    if (before === undefined) break
    chain.unshift(before)
    first = before
  }
  for (let last = own; chain.length < 5; ) {
    const next = elementOf(bytes, last.to, bytes.length, TAG.integer)
    if (next === undefined || Math.abs(lengthOf(next) - size) > 2) break
    if ((bytes[next.from] ?? 0) >= 0x80) break
    chain.push(next)
    last = next
  }
  return chain
}

const SIGHT = { before: 16_384, behind: 16_384 }

export const PKCS1_TAIL_ANCHORS: readonly Anchor[] = [
  anchor('pkcs1-tail-e-65537', '02 03 01 00 01 02', SIGHT, detectFromExponent),
  anchor('pkcs1-tail-e-17', '02 01 11 02', SIGHT, detectFromExponent),
  anchor('pkcs1-tail-e-3', '02 01 03 02', SIGHT, detectFromExponent),
  ...[
    '02 41 00',
    '02 81 80',
    '02 81 81 00',
    '02 81 c0',
    '02 81 c1 00',
    '02 82 01 00',
    '02 82 01 01 00',
  ].map((pattern) => anchor(`pkcs1-tail-${pattern}`, pattern, SIGHT, detectFromCrt)),
]
