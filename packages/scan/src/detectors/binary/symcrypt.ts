/**
 * RSA keys of SymCrypt as they lie in memory, where Windows 10 and later keep them: a modulus and, behind it in the same
 * allocation, its primes.
 *
 * Each number is a SYMCRYPT_INT: type, digits and bytes as u32, and from byte 32 on its words, lowest byte first, filled
 * up with zeros to whole digits of 16, 32 or 64 bytes.
 *
 * Source: microsoft/SymCrypt, inc/symcrypt_internal.h. Held against such bytes as written by hand alone: no process of
 * Windows was seen.
 *
 * @module
 */

import { fromLittleEndian } from '@mintmark/keys/arithmetic/modular'
import { proveRsa } from '@mintmark/keys/der_keys/prove'
import { charge } from '@mintmark/keys/material/effort'
import { isRandomLooking } from '@mintmark/keys/material/random_looking'
import type { Anchor } from '../../anchors/anchor.ts'
import { anchor, hit } from '../../anchors/anchored.ts'
import type { Detector } from '../../anchors/detected.ts'

/** `gI` in the upper half of the type. */
const TYPE = '00 00 49 67'
const TYPE_BYTES = Uint8Array.from([0, 0, 0x49, 0x67])
const HEADER = 32
const DIGIT_BYTES = [64, 32, 16]
const LEAST_BYTES = 64
const MOST_BYTES = 1024 + 64
/** From a modulus of 4096 bits to its last prime: divisors, their inverses, R² and temporary values. */
const MOST_APART = 8192
const MOST_NUMBERS = 12

interface Found {
  readonly value: bigint
  readonly to: number
}

/** The number whose header is at `at`, if it has one of the sizes that keys have. */
function numberAt(bytes: Uint8Array, at: number): Found | undefined {
  if (at < 0 || at + HEADER > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 12)
  const digits = view.getUint32(4, true)
  for (const digit of DIGIT_BYTES) {
    const length = digits * digit
    if (length < LEAST_BYTES || length > MOST_BYTES) continue
    // cbSize counts the header too.
    if (view.getUint32(8, true) !== HEADER + length) continue
    const number = bytes.subarray(at + HEADER, at + HEADER + length)
    if (number.length < length || !isRandomLooking(withoutZeros(number))) return undefined
    return { value: fromLittleEndian(number), to: at + HEADER + length }
  }
  return undefined
}

function withoutZeros(number: Uint8Array): Uint8Array {
  let { length } = number
  while (length > 0 && number[length - 1] === 0) length--
  return number.subarray(0, length)
}

const detectSymCrypt: Detector = (bytes, at) => {
  const modulus = numberAt(bytes, at)
  if (modulus === undefined) return undefined
  const { value: n } = modulus
  const most = Math.min(bytes.length, modulus.to + MOST_APART)
  const behind = Buffer.from(bytes.buffer, bytes.byteOffset, most)
  charge(MOST_APART)
  let numbers = 0
  for (
    let next = behind.indexOf(TYPE_BYTES, modulus.to);
    next >= 0 && numbers < MOST_NUMBERS;
    next = behind.indexOf(TYPE_BYTES, next + 4)
  ) {
    const prime = numberAt(bytes, next)
    if (prime === undefined) continue
    numbers++
    if (prime.value < 3n || prime.value >= n || n % prime.value !== 0n) continue
    const proof = proveRsa({ n, e: 65_537n, p: prime.value })
    if (proof !== undefined) return hit(proof, 'symcrypt-rsa', at, prime.to)
  }
  return undefined
}

export const SYMCRYPT_ANCHORS: readonly Anchor[] = [
  anchor('symcrypt', `${TYPE} ?? ?? 00 00`, { before: 0, behind: 16_384 }, detectSymCrypt),
]
