/**
 * Spellings of a number, written for these tests alone: what the scanner must know is held against
 * them. Source: key-material notes, section 5, "Encodings"; base64 at its three alignments besides.
 */

/** Something that must be found, or must be gone: a name for people, and its bytes. */
export interface Needle {
  readonly name: string
  readonly bytes: Buffer
}

export function bigEndian(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}

export const numberOf = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

/** Every spelling of a value of a private key. */
export function spelled(name: string, value: bigint): readonly Needle[] {
  const big = bigEndian(value)
  const little = Buffer.from(big.toReversed())
  const needle = (encoding: string, bytes: Buffer) => ({ name: `${name} ${encoding}`, bytes })
  const hex = big.toString('hex')
  return [
    needle('be', big),
    needle('le', little),
    needle('int[]', wordsHighestFirst(little, 4)),
    needle('be-words-le64', wordsHighestFirst(little, 8)),
    ...digitEncodings(value).map(({ encoding, bytes }) => needle(encoding, bytes)),
    needle('hex', Buffer.from(hex)),
    needle('HEX', Buffer.from(hex.toUpperCase())),
    ...[0, 1, 2].flatMap((lead) =>
      (['base64', 'base64url'] as const).map((alphabet) =>
        needle(`${alphabet}+${lead}`, base64Within(big, lead, alphabet)),
      ),
    ),
  ]
}

function wordsHighestFirst(little: Buffer, word: number): Buffer {
  const padded = Buffer.alloc(Math.ceil(little.length / word) * word)
  little.copy(padded)
  const words = Array.from({ length: padded.length / word }, (_, index) =>
    padded.subarray(index * word, (index + 1) * word),
  )
  return Buffer.concat(words.toReversed())
}

/** How the digits of one bignum library lie: each in a slot, the lowest first. */
const DIGITS: readonly {
  readonly encoding: string
  readonly bits: number
  readonly slot: number
  readonly write: (slot: Buffer, digit: bigint) => void
}[] = [
  {
    encoding: 'digits-30',
    bits: 30,
    slot: 4,
    write: (slot, digit) => slot.writeUInt32LE(Number(digit)),
  },
  { encoding: 'limbs-63', bits: 63, slot: 8, write: (slot, digit) => slot.writeBigUInt64LE(digit) },
  { encoding: 'limbs-52', bits: 52, slot: 8, write: (slot, digit) => slot.writeBigUInt64LE(digit) },
  { encoding: 'limbs-51', bits: 51, slot: 8, write: (slot, digit) => slot.writeBigUInt64LE(digit) },
  ...[28, 26].flatMap((bits) => [
    {
      encoding: `digits-${bits}`,
      bits,
      slot: 4,
      write: (slot: Buffer, digit: bigint) => slot.writeUInt32LE(Number(digit)),
    },
    {
      encoding: `smi-${bits}`,
      bits,
      slot: 8,
      write: (slot: Buffer, digit: bigint) => slot.writeUInt32LE(Number(digit), 4),
    },
    {
      encoding: `double-${bits}`,
      bits,
      slot: 8,
      write: (slot: Buffer, digit: bigint) => slot.writeDoubleLE(Number(digit)),
    },
  ]),
]

function digitEncodings(value: bigint): readonly { encoding: string; bytes: Buffer }[] {
  return DIGITS.map(({ encoding, bits, slot, write }) => {
    const slots: Buffer[] = []
    for (let rest = value; rest > 0n; rest >>= BigInt(bits)) {
      const bytes = Buffer.alloc(slot)
      write(bytes, rest & ((1n << BigInt(bits)) - 1n))
      slots.push(bytes)
    }
    return { encoding, bytes: Buffer.concat(slots) }
  })
}

/** The characters that these bytes alone decide, with `lead` other bytes before them. */
function base64Within(bytes: Buffer, lead: number, alphabet: 'base64' | 'base64url'): Buffer {
  const padded = Buffer.concat([Buffer.alloc(lead), bytes])
  const text = padded.toString(alphabet).replace(/=+$/, '')
  return Buffer.from(text.slice(lead === 0 ? 0 : lead + 1, Math.floor((padded.length * 8) / 6)))
}
