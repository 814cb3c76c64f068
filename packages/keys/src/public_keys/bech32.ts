/** Bech32 of 32 bytes: its alphabet, and reading it against its checksum. Source: BIP 173. */
import type { WorkBudget } from '../material/work_budget.ts'

export const BECH32_ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
/** Letters of 32 bytes, and of the checksum behind them. */
export const BECH32_LETTERS = 52
export const CHECKSUM_LETTERS = 6
const BYTES = 32

const READ_COST = 4000

/** What letters, small or capital, mean; 255 for any other. */
const VALUES = new Uint8Array(256).fill(255)
for (const [value, letter] of Array.from(BECH32_ALPHABET).entries()) {
  VALUES[letter.charCodeAt(0)] = value
  VALUES[letter.toUpperCase().charCodeAt(0)] = value
}

const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** The remainder of the code of BIP 173, as it is before `value` comes in. */
function stepped(sum: number, value: number): number {
  const top = sum >>> 25
  let rest = ((sum & 0x1ffffff) << 5) ^ value
  for (let bit = 0; bit < 5; bit++) if ((top >> bit) & 1) rest ^= GENERATOR[bit] ?? 0
  return rest
}

/**
 * The 32 bytes behind `prefix` (small letters) and `1`; undefined for a wrong letter, checksum or
 * spare bit. The caller wipes them. @param data 52 letters and 6 of the checksum, of one case
 */
export function readBech32(
  prefix: string,
  data: Uint8Array,
  budget: WorkBudget,
): Uint8Array | undefined {
  if (data.length !== BECH32_LETTERS + CHECKSUM_LETTERS) return undefined
  budget.spend(READ_COST)
  const values = valuesOf(data)
  if (values === undefined) return undefined
  const sum = values.reduce((rest, value) => stepped(rest, value), sumOf(prefix))
  const bytes = sum === 1 ? bytesOf(values) : undefined
  values.fill(0)
  return bytes
}

/** The remainder behind a prefix: the upper bits of its letters, a zero, the lower bits. */
function sumOf(prefix: string): number {
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0))
  const expanded = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
  return expanded.reduce((rest, value) => stepped(rest, value), 1)
}

/** Five bits for each letter; small letters and capitals do not mix. */
function valuesOf(data: Uint8Array): Uint8Array | undefined {
  const values = new Uint8Array(data.length)
  let cases = 0
  for (let i = 0; i < data.length; i++) {
    const code = data[i] ?? 0
    const value = VALUES[code] ?? 255
    if (value === 255) return undefined
    if (code > 0x60) cases |= 2
    else if (code > 0x40) cases |= 1
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
