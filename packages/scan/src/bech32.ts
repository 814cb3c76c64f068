/**
 * Bech32 of 32 bytes: its alphabet, and reading it against its checksum.
 *
 * Source: BIP 173.
 *
 * @module
 */

/** Five bits a letter. */
export const BECH32_ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** Letters of 32 bytes, and of the checksum behind them. */
export const BECH32_LETTERS = 52
export const CHECKSUM_LETTERS = 6
const BYTES = 32

const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** The remainder of the code of BIP 173, as it is before `value` comes in. */
function stepped(sum: number, value: number): number {
  const top = sum >>> 25
  return GENERATOR.reduce(
    (rest, word, bit) => ((top >> bit) & 1 ? rest ^ word : rest),
    ((sum & 0x1ffffff) << 5) ^ value,
  )
}

/**
 * The 32 bytes that `data` spells behind `prefix` and a `1`, or undefined where a letter is none, the checksum is wrong
 * or bits that fill up are not zero.
 *
 * @param prefix in small letters: it counts for the checksum
 * @param data ASCII letters, all small or all capitals: 52 and 6 of the checksum
 * @returns the caller's, who wipes them
 */
export function readBech32(prefix: string, data: Uint8Array): Uint8Array | undefined {
  if (data.length !== BECH32_LETTERS + CHECKSUM_LETTERS) return undefined
  const values = valuesOf(data)
  if (values === undefined) return undefined
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0))
  const expanded = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
  const sum = [...expanded, ...values].reduce(stepped, 1)
  const bytes = sum === 1 ? bytesOf(values) : undefined
  values.fill(0)
  return bytes
}

/** Five bits for each letter; small letters and capitals do not mix. */
function valuesOf(data: Uint8Array): Uint8Array | undefined {
  const values = new Uint8Array(data.length)
  let cases = 0
  for (const [i, code] of data.entries()) {
    const letter = String.fromCharCode(code)
    const small = letter.toLowerCase()
    const value = BECH32_ALPHABET.indexOf(small)
    if (value < 0) return undefined
    if (small !== letter) cases |= 1
    else if (code > 0x40) cases |= 2
    values[i] = value
  }
  return cases === 3 ? undefined : values
}

function bytesOf(values: Uint8Array): Uint8Array | undefined {
  const bytes = new Uint8Array(BYTES)
  let [rest, bits, at] = [0, 0, 0]
  for (const value of values.subarray(0, BECH32_LETTERS)) {
    rest = ((rest << 5) | value) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = rest >> bits
  }
  return (rest & ((1 << bits) - 1)) === 0 ? bytes : undefined
}
