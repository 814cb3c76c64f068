/**
 * What a private key can lie around as, spelled out: bytes to look for, and how few of them in a row give it away.
 *
 * @module
 */
import type { KeyMaterial } from '../key_material.ts'
import { type DerivedValue, derivedValues } from '../known/derived_values.ts'
import { encodingsOf } from '../known/encodings.ts'
import { moreSpellings } from './more_spellings.ts'
import { shiftedSpellings } from './shifted_spellings.ts'
import { symmetricValues } from './symmetric_values.ts'

/** One value in one spelling. */
export interface SecretPattern {
  readonly bytes: Uint8Array
  /** So many in a row are erased, wherever in the value they lie; all of them where it is the length of `bytes`. */
  readonly least: number
  /** `p`, `montgomery-r2-mod-p` … */
  readonly value: string
  /** `limbs-le64`, `hex` … */
  readonly form: string
  readonly isText: boolean
  /** Bits of the value. */
  readonly bits: number
  /** Number of the key. */
  readonly key: number
}

/**
 * Values of which a part helps: half of a prime, of d, or of what depends on them, gives the rest. Less does not, but
 * several parts may lie around, so that 128 bits are too many to leave.
 */
const TELLING = new Set([
  'p',
  'q',
  'dp',
  'dq',
  'qinv',
  'pinv',
  'd',
  'd-mod-phi',
  'd-mod-lambda',
  'lower half of phi',
  'lower half of lambda',
])
const PART_BITS = 128
/**
 * Of texts in lines, of which one may hold the end of a value or its begin alone: 12 of the 15 bytes that `openssl rsa -text`
 * writes, 16 of the 64 letters of PEM.
 */
const LINE_PART_BITS = 96
/** Of any other value of an RSA key: the equation that joins it to n can be solved for the rest if half is there. */
const OTHER_PART_BITS = 256
/** Shorter spellings would be met by chance. */
const LEAST_BYTES = 8

/**
 * Every value of a key in every spelling. The bytes are the caller's own: wipe them.
 *
 * @param materials what is known of it: a value that several give is spelled once
 */
export function secretPatterns(materials: readonly KeyMaterial[], key: number): SecretPattern[] {
  const seen = new Set<bigint>()
  return materials.flatMap((material) => patternsOf(material, key, seen))
}

function patternsOf(material: KeyMaterial, key: number, seen: Set<bigint>): SecretPattern[] {
  const isRsa = material.type === 'rsa'
  const values = derivedValues(material).filter(({ value }) => !seen.has(value))
  for (const { value } of values) seen.add(value)
  const numbers = values.flatMap((value) => (isRsa ? withLowerHalf(value) : [value]))
  return [
    ...numbers.flatMap((number) => spelled(number, key, isRsa)),
    ...symmetricValues(material).map(({ bytes, value, form, partBytes }) => ({
      bytes,
      least: Math.min(bytes.length, partBytes),
      value,
      form,
      isText: false,
      bits: bytes.length * 8,
      key,
    })),
  ]
}

/**
 * The upper half of φ(n) is that of n, and that of λ(n) is n by a small number: anyone has those, and mbedTLS leaves n / 2
 * on its stack. They are φ(n) and λ(n) only as a whole, or by their lower halves.
 */
const HALF_PUBLIC = new Set(['phi', 'lambda'])

function withLowerHalf(value: DerivedValue): DerivedValue[] {
  if (!HALF_PUBLIC.has(value.name)) return [value]
  const bits = Math.floor(value.bits / 2)
  const lower = BigInt.asUintN(bits, value.value)
  return [value, { name: `lower half of ${value.name}`, value: lower, bits }]
}

function spelled(
  { name, value, bits }: DerivedValue,
  key: number,
  isRsa: boolean,
): SecretPattern[] {
  const partBits = !isRsa || TELLING.has(name) ? PART_BITS : OTHER_PART_BITS
  const shifted = isRsa && TELLING.has(name) ? shiftedSpellings(value, bits) : []
  const spellings = [...encodingsOf(value, bits), ...moreSpellings(value, bits), ...shifted]
  return spellings.flatMap(({ form, bytes }) => {
    if (bytes.length < LEAST_BYTES) return []
    const isInLines = isList(form) || (partBits === PART_BITS && form.startsWith('base64'))
    const leastBits = isInLines ? LINE_PART_BITS : partBits
    const part = HALF_PUBLIC.has(name) ? bytes.length : Math.ceil((bytes.length * leastBits) / bits)
    const least = Math.min(bytes.length, Math.max(16, part))
    return [{ bytes, least, value: name, form, isText: isText(form), bits, key }]
  })
}

const TEXT_FORMS = /^(?:hex|base64|decimal|byte-list)/

function isList(form: string): boolean {
  return /^(?:hex-colons|byte-list)/.test(form)
}

function isText(form: string): boolean {
  return TEXT_FORMS.test(form)
}
