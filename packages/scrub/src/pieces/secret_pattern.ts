/** Spellings of a private key in memory, and how few bytes in a row reveal it. */
import type { KeyMaterial, RsaMaterial } from '@mintmark/keys/material/key_material'
import { type DerivedValue, derivedValues } from '@mintmark/scan/known/values/derived_values'
import { encodingsOf } from '@mintmark/scan/known/values/encodings'
import { otherPrimes } from '@mintmark/scan/known/values/many_primes'
import { reducerValues } from './reducer_values.ts'
import { scriptSpellings } from './script_numbers.ts'
import { shiftedSpellings } from './shifted_spellings.ts'
import { symmetricValues } from './symmetric_values.ts'

export interface SecretPattern {
  readonly bytes: Uint8Array
  /** So many in a row are erased anywhere; all if it is the length of `bytes`. */
  readonly least: number
  /** `p`, `montgomery-r2-mod-p` … */
  readonly value: string
  /** `limbs-le64`, `hex` … */
  readonly encoding: string
  readonly isText: boolean
  readonly bits: number
  readonly key: number
}

/**
 * Half of a value that reveals parts gives the rest. With other parts around, 96 bits are too many
 * to leave: texts hold no more in one piece (12 bytes of `openssl rsa -text`, 16 letters of PEM, 24
 * digits).
 */
const PARTS_REVEALING = new Set([
  'p',
  'q',
  'dp',
  'dq',
  'qinv',
  'pinv',
  'd',
  'd-mod-phi',
  'd-mod-lambda',
  'lower part of phi',
  'lower part of lambda',
])
export const PART_BITS = 96
/** Of other values of an RSA key: with half, an equation with n gives the rest. */
const OTHER_PART_BITS = 256
/** Shorter spellings would match by chance. */
const LEAST_BYTES = 8
/** Shorter pieces are not searched for: texts have fewer bits a byte. */
const LEAST_PART = PART_BITS / 8
const LEAST_LETTERS = 16

/** The caller wipes the bytes. @param materials a value that several give is spelled once */
export function secretPatterns(
  materials: readonly KeyMaterial[],
  key: number,
  hasTexts = true,
): SecretPattern[] {
  const seen = new Set<bigint>()
  return materials.flatMap((material) => patternsOf(material, { key, seen, hasTexts }))
}

interface Spelled {
  readonly key: number
  readonly seen: Set<bigint>
  readonly hasTexts: boolean
}

function patternsOf(material: KeyMaterial, { key, seen, hasTexts }: Spelled): SecretPattern[] {
  const isRsa = material.type === 'rsa'
  const values = derivedValues(material).filter(({ value }) => !seen.has(value))
  for (const { value } of values) seen.add(value)
  const primes = isRsa ? 2 + otherPrimes(material).length : 0
  const numbers = values.flatMap((value) => (isRsa ? withLowerPart(value, primes) : [value]))
  return [
    ...numbers.flatMap((number) => spelled(number, key, isRsa, hasTexts)),
    ...(isRsa ? reducersIn(material, key, seen) : []),
    ...symmetricValues(material).map((each) =>
      Object.assign(each, { isText: false, bits: each.bytes.length * 8, key }),
    ),
  ]
}

/** As numbers alone: no program writes them as text. */
function reducersIn(material: RsaMaterial, key: number, seen: Set<bigint>): SecretPattern[] {
  const values = reducerValues(material).filter(({ value }) => !seen.has(value))
  for (const { value } of values) seen.add(value)
  return values.flatMap(({ name, value, bits }) =>
    encodingsOf(value, bits, false)
      .filter(({ encoding }) => encoding.startsWith('limbs-'))
      .map(({ encoding, bytes }) => {
        const part = Math.max(16, Math.ceil((bytes.length * OTHER_PART_BITS) / bits))
        const least = Math.min(bytes.length, part)
        return { bytes, least, value: name, encoding, isText: false, bits, key }
      }),
  )
}

/**
 * The upper half of φ(n) is that of n, and λ(n) nearly: anyone has those, and mbedTLS leaves n / 2
 * on its stack. Of three primes it is a third, of four a quarter.
 */
const PARTLY_PUBLIC = new Set(['phi', 'lambda'])

function withLowerPart(value: DerivedValue, primes: number): DerivedValue[] {
  if (!PARTLY_PUBLIC.has(value.name)) return [value]
  const bits = Math.floor((value.bits * (primes - 1)) / primes)
  const lower = BigInt.asUintN(bits, value.value)
  return [value, { name: `lower part of ${value.name}`, value: lower, bits }]
}

function spelled(
  { name, value, bits }: DerivedValue,
  key: number,
  isRsa: boolean,
  hasTexts: boolean,
): SecretPattern[] {
  const partBits = !isRsa || PARTS_REVEALING.has(name) ? PART_BITS : OTHER_PART_BITS
  const shifted = isRsa && PARTS_REVEALING.has(name) ? shiftedSpellings(value, bits) : []
  const scripts = hasTexts ? scriptSpellings(value, bits) : []
  const spellings = [...encodingsOf(value, bits, hasTexts), ...scripts, ...shifted]
  return spellings.flatMap(({ encoding, bytes }) => {
    if (bytes.length < LEAST_BYTES) return []
    const isText = TEXT_ENCODINGS.test(encoding)
    const leastBits = LIST_ENCODINGS.test(encoding) ? PART_BITS : partBits
    const part = PARTLY_PUBLIC.has(name)
      ? bytes.length
      : Math.ceil((bytes.length * leastBits) / bits)
    const least = Math.min(bytes.length, Math.max(isText ? LEAST_LETTERS : LEAST_PART, part))
    return [{ bytes, least, value: name, encoding, isText, bits, key }]
  })
}

const TEXT_ENCODINGS = /^(?:hex|base64|decimal)/
const LIST_ENCODINGS = /^hex-colons/
