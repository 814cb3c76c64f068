/**
 * Every spelling of a number that runtimes leave in memory, as bytes to look for.
 *
 * @module
 */
import { bitLength, toBigEndian } from '../arithmetic/modular.ts'
import { ORDERS } from '../conjugate.ts'
import { DIGIT_FORMS, digitBytes, NARROW_DIGITS } from './digit_forms.ts'

/** One spelling of a number. */
export interface Encoding {
  /** One of `docs/key-forms.md`. */
  readonly form: string
  readonly bytes: Uint8Array
  /** Bytes to whose multiples in a segment its begin is bound: 1 where it is not. */
  readonly alignment: number
}

/** Shorter spellings than this are left out: they would be found by chance. */
const LEAST_BYTES = 8

/**
 * Every spelling of `value` in a field of `bits` bits and in one that is just wide enough, without two of equal bytes:
 * integers of Python and of DER have no leading zeros.
 *
 * Binary spellings carry no more leading zero bytes than the word that holds the top bit: a wider field holds them
 * too. Spellings in text leave out the characters at either end that carry bits of something else.
 */
export function encodingsOf(value: bigint, bits: number): readonly Encoding[] {
  const widths = new Set([bits, bitLength(value)])
  const encodings = [...widths].flatMap((width) => ofWidth(value, width))
  const seen = new Set<string>()
  return encodings.filter(({ bytes }) => {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    if (bytes.length < LEAST_BYTES || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function ofWidth(value: bigint, bits: number): Encoding[] {
  const length = Math.max(1, Math.ceil(bits / 8))
  return [
    ...ORDERS.map(({ form, word, alignment }, order) => ({
      form,
      bytes: orderedBytes(value, Math.ceil(length / word) * word, order),
      alignment,
    })),
    ...[...DIGIT_FORMS, NARROW_DIGITS].map((form) => ({
      form: form.form,
      bytes: digitBytes(form, value, bits),
      alignment: form.slot,
    })),
    ...textEncodings(value, length),
  ]
}

/** A number's bytes in one of the kernel's orders. `length` is a multiple of the order's word. */
export function orderedBytes(value: bigint, length: number, order: number): Uint8Array {
  const bytes = Uint8Array.from(toBigEndian(value, length))
  const word = ORDERS[order]?.word ?? 1
  // Orders 0, 4 and 5 have the lowest word first, 1, 2 and 3 the highest.
  const isLowFirst = order === 0 || order >= 4
  const isTurned = order === 2 || order === 3
  if (isLowFirst) bytes.reverse()
  if (isTurned || order >= 4) {
    for (let at = 0; at < length; at += word) bytes.subarray(at, at + word).reverse()
  }
  return bytes
}

function textEncodings(value: bigint, length: number): Encoding[] {
  const bytes = toBigEndian(value, length)
  const reversed = Buffer.from(bytes.toReversed())
  const decimal = value.toString(10)
  const texts = [
    { form: 'hex', text: bytes.toString('hex') },
    { form: 'hex', text: bytes.toString('hex').toUpperCase() },
    // As `openssl -text` and certificate viewers print it.
    { form: 'hex-colons', text: bytes.toString('hex').replaceAll(/..(?!$)/g, '$&:') },
    {
      form: 'hex-colons',
      text: bytes
        .toString('hex')
        .toUpperCase()
        .replaceAll(/..(?!$)/g, '$&:'),
    },
    { form: 'hex-le', text: reversed.toString('hex') },
    { form: 'hex-le', text: reversed.toString('hex').toUpperCase() },
    ...[0, 1, 2].flatMap((lead) => [
      { form: 'base64', text: base64At(bytes, lead, 'base64') },
      { form: 'base64url', text: base64At(bytes, lead, 'base64url') },
      { form: 'base64', text: base64At(reversed, lead, 'base64') },
      { form: 'base64url', text: base64At(reversed, lead, 'base64url') },
    ]),
    { form: 'decimal', text: decimal },
    ...(length === BECH32_BYTES ? [bytes, reversed].flatMap((raw) => bech32Texts(raw)) : []),
  ]
  bytes.fill(0)
  reversed.fill(0)
  return texts.flatMap(({ form, text }) => [
    { form, bytes: Uint8Array.from(Buffer.from(text, 'latin1')), alignment: 1 },
    { form: `${form}-utf16`, bytes: Uint8Array.from(Buffer.from(text, 'utf16le')), alignment: 1 },
  ])
}

/** What is written in Bech32 are keys of 256 bits: identities of age in capitals, `nsec` in small letters. */
const BECH32_BYTES = 32
/** BIP 173. */
const BECH32_ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** The 51 characters of Bech32 that these 32 bytes alone decide: five bits each. */
function bech32Texts(bytes: Uint8Array): { readonly form: string; readonly text: string }[] {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{5}/g) ?? []
  const text = digits.map((digit) => BECH32_ALPHABET[Number.parseInt(digit, 2)] ?? '').join('')
  return [text, text.toUpperCase()].map((spelled) => ({ form: 'bech32', text: spelled }))
}

/** The characters of base64 that these bytes alone decide, with `lead` bytes of something else before them. */
function base64At(bytes: Uint8Array, lead: number, alphabet: 'base64' | 'base64url'): string {
  const padded = Buffer.concat([Buffer.alloc(lead), bytes])
  const text = padded.toString(alphabet).replace(/=+$/, '')
  const first = lead === 0 ? 0 : lead + 1
  const whole = Math.floor((padded.length * 8) / 6)
  padded.fill(0)
  return text.slice(first, whole)
}
