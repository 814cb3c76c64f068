/**
 * Looks for any piece of a secret in memory, 96 bits and more of it, in whatever way it is spelled:
 * what a scrub must not leave. Nothing of it comes from the code under test.
 */
import type { Piece } from '../process/core_file.ts'

/** A secret value: a number, or bytes of which the first is the highest. */
export interface Secret {
  readonly name: string
  readonly value: bigint
  readonly bits: number
}

export interface PieceLeft {
  readonly secret: string
  readonly encoding: string
  /** Of its first byte, from the file's start. */
  readonly offset: number
  /** Where in the spelling it begins. */
  readonly from: number
}

/** Bits of a piece that are too many to leave of a key that a scrub knows. */
export const LEAST_BITS = 96
/** Zeros and fillings are in every memory: a piece of a spelling has more bytes that differ. */
const LEAST_DIFFERENT = 6

interface Spelled {
  readonly encoding: string
  readonly bytes: Buffer
  /** A piece has as many bytes. */
  readonly least: number
  /** A piece may begin before this: behind it, the last limb has too few bits. */
  readonly end?: number
}

/** All spellings of a value, with how much of each is a piece of so many bits. */
export function spellingsOf(
  { value, bits }: Secret,
  leastBits: number = LEAST_BITS,
): readonly Spelled[] {
  const hex = value.toString(16).padStart(Math.ceil(bits / 8) * 2, '0')
  const big = Buffer.from(hex, 'hex')
  const little = Buffer.from(big.toReversed())
  const text = (encoding: string, letters: string, bitsEach: number): Spelled[] =>
    [Buffer.from(letters), Buffer.from(letters, 'utf16le')].map((bytes, i) => ({
      encoding: i === 0 ? encoding : `${encoding} utf-16`,
      bytes,
      least: Math.ceil(leastBits / bitsEach) * (i + 1),
    }))
  return [
    { encoding: 'be', bytes: big, least: leastBits / 8 },
    { encoding: 'le', bytes: little, least: leastBits / 8 },
    ...text('hex', hex, 4),
    ...text('HEX', hex.toUpperCase(), 4),
    ...text('hex le', little.toString('hex'), 4),
    ...text('HEX le', little.toString('hex').toUpperCase(), 4),
    ...[0, 1, 2].flatMap((lead) =>
      (['base64', 'base64url'] as const).flatMap((alphabet) =>
        text(`${alphabet}+${lead}`, base64Within(big, lead, alphabet), 6),
      ),
    ),
    ...text('decimal', value.toString(), Math.log2(10)),
    ...LIMBS.map((limb) => limbsOf(value, bits, limb, leastBits)),
    // Bytes and whole words may go on in either direction.
    ...LIMBS.filter((limb) => [8, 32].includes(limb.bits)).map((limb) =>
      turnedLimbs(limb, value, bits, leastBits),
    ),
  ]
}

/** Letters that these bytes alone decide, with `lead` other bytes before them. */
function base64Within(bytes: Buffer, lead: number, alphabet: 'base64' | 'base64url'): string {
  const padded = Buffer.concat([Buffer.alloc(lead), bytes])
  const letters = padded.toString(alphabet).replace(/=+$/, '')
  return letters.slice(lead === 0 ? 0 : lead + 1, Math.floor((padded.length * 8) / 6))
}

interface Limb {
  readonly encoding: string
  readonly bits: number
  readonly slot: number
  readonly write: (slot: Buffer, limb: bigint) => void
}

/** How libraries keep numbers in memory: the lowest limb first. */
const LIMBS: readonly Limb[] = [8, 26, 28, 29, 30, 31, 32]
  .flatMap(smallLimbs)
  .concat(
    [51, 52, 60, 62, 63].map((bits) =>
      of(`u64 of ${bits}`, bits, 8, (slot, limb) => slot.writeBigUInt64LE(limb)),
    ),
  )

function smallLimbs(bits: number): readonly Limb[] {
  const limbs = [
    of(`u32 of ${bits}`, bits, 4, (slot, limb) => slot.writeUInt32LE(Number(limb))),
    of(`u64 of ${bits}`, bits, 8, (slot, limb) => slot.writeBigUInt64LE(limb)),
    of(`double of ${bits}`, bits, 8, (slot, limb) => slot.writeDoubleLE(Number(limb))),
    // V8: a small integer in the upper half of a word; with compressed pointers, and without 31 bits to spare, twice itself.
    of(`smi of ${bits}`, bits, 8, (slot, limb) => slot.writeUInt32LE(Number(limb), 4)),
  ]
  const small = of(`small smi of ${bits}`, bits, 4, (slot, limb) =>
    slot.writeUInt32LE(Number(limb * 2n)),
  )
  return bits > 30 ? limbs : limbs.concat(small)
}

function of(encoding: string, bits: number, slot: number, write: Limb['write']): Limb {
  return { encoding, bits, slot, write }
}

function limbsOf(
  value: bigint,
  bits: number,
  { encoding, bits: each, slot, write }: Limb,
  leastBits: number,
): Spelled {
  const count = Math.ceil(bits / each)
  const bytes = Buffer.alloc(count * slot)
  for (let i = 0; i < count; i++) {
    const limb = BigInt.asUintN(each, value >> BigInt(i * each))
    write(bytes.subarray(i * slot, (i + 1) * slot), limb)
  }
  const least = Math.min(count, Math.ceil(leastBits / each)) * slot
  const lastLimb = Math.floor((bits - Math.min(bits, leastBits)) / each)
  return { encoding, bytes, least, end: (lastLimb + 1) * slot }
}

function turnedLimbs(limb: Limb, value: bigint, bits: number, leastBits: number): Spelled {
  const { bytes: low, least, end = low.length } = limbsOf(value, bits, limb, leastBits)
  const count = low.length / limb.slot
  const slots = Array.from({ length: count }, (_, k) =>
    low.subarray((count - 1 - k) * limb.slot, (count - k) * limb.slot),
  )
  return { encoding: `${limb.encoding}, highest first`, bytes: Buffer.concat(slots), least, end }
}

/** A piece that is looked for by four of its bytes. */
interface Sought {
  readonly secret: string
  readonly spelled: Spelled
  readonly from: number
  /** Where in the piece the four bytes are. */
  readonly lead: number
}

/**
 * Pieces by four of their bytes; where those are few that differ, as memory is full of, also by the four this far behind.
 */
interface Indexed {
  readonly alone: Sought[]
  readonly further: Map<number, Sought[]>
}
const FURTHER = 8

/** Bits of the filter, into which four bytes of memory point. */
const FILTER_BITS = 24
const slotOf = (four: number): number => Math.imul(four, 0x9e37_79b1) >>> (32 - FILTER_BITS)

/** Every place of memory where a piece of so many bits of a secret begins. */
export function piecesLeft(
  memory: readonly Piece[],
  secrets: readonly Secret[],
  leastBits: number = LEAST_BITS,
): readonly PieceLeft[] {
  const { filter, table } = indexed(secrets, leastBits)
  const left: PieceLeft[] = []
  for (const { offset, bytes } of [...memory, ...memory.flatMap(erlangLists)]) {
    let four = 0
    for (let at = 0; at < bytes.length; at++) {
      four = (four >>> 8) | ((bytes[at] ?? 0) << 24)
      if (filter[slotOf(four)] === 0) continue
      for (const { secret, spelled, from, lead } of soughtAt(table.get(four), bytes, at - 3)) {
        const begin = at - 3 - lead
        const piece = spelled.bytes.subarray(from, from + spelled.least)
        if (begin < 0 || !piece.equals(bytes.subarray(begin, begin + piece.length))) continue
        left.push({ secret, encoding: spelled.encoding, offset: offset + begin, from })
      }
    }
  }
  return left
}

function soughtAt(found: Indexed | undefined, bytes: Buffer, at: number): readonly Sought[] {
  if (found === undefined) return []
  const { alone, further } = found
  if (further.size === 0 || at + FURTHER + 4 > bytes.length) return alone
  const own = further.get(bytes.readInt32LE(at + FURTHER))
  if (own === undefined) return alone
  return alone.length === 0 ? own : [...alone, ...own]
}

function indexed(secrets: readonly Secret[], leastBits: number) {
  const filter = new Uint8Array(1 << FILTER_BITS)
  const table = new Map<number, Indexed>()
  for (const secret of secrets) {
    for (const spelled of spellingsOf(secret, leastBits)) {
      const { length } = spelled.bytes
      const end = Math.min(length - spelled.least + 1, spelled.end ?? length)
      for (let from = 0; from < end; from++) {
        const piece = spelled.bytes.subarray(from, from + spelled.least)
        if (new Set(piece).size < LEAST_DIFFERENT) continue
        const lead = rarestPlace(piece)
        const key = piece.readInt32LE(lead)
        filter[slotOf(key)] = 1
        const held = table.get(key) ?? { alone: [], further: new Map<number, Sought[]>() }
        table.set(key, held)
        listOf(held, piece, lead).push({ secret: secret.name, spelled, from, lead })
      }
    }
  }
  return { filter, table }
}

function listOf({ alone, further }: Indexed, piece: Buffer, lead: number): Sought[] {
  if (differentIn(piece, lead) === 4 || lead + FURTHER + 4 > piece.length) return alone
  const key = piece.readInt32LE(lead + FURTHER)
  const list = further.get(key) ?? []
  further.set(key, list)
  return list
}

/** Where four bytes differ most and are not 0: as few places of memory have them. */
function rarestPlace(piece: Buffer): number {
  let [best, most] = [0, -1]
  for (let at = 0; at + 4 <= piece.length; at++) {
    const different = differentIn(piece, at)
    if (different === 4) return at
    if (different > most) [best, most] = [at, different]
  }
  return best
}

/** Bytes that are not 0 and differ from those before them, of four. */
function differentIn(piece: Buffer, from: number): number {
  let count = 0
  for (let at = from; at < from + 4; at++) {
    const before = piece.indexOf(piece[at] ?? 0, from)
    if (piece[at] !== 0 && before === at) count++
  }
  return count
}

/** Cells of a list of Erlang: {byte · 16 + 15, address of the next cell · 1 or the end}. */
const CELL = 16
const LEAST_CELLS = LEAST_BITS / 8

/** The bytes of lists whose cells lie one behind the other, each list as a piece of memory of its own, where it begins. */
function erlangLists({ offset, bytes }: Piece): readonly Piece[] {
  const lists: Piece[] = []
  for (let phase = 0; phase < CELL; phase += 8) {
    let held: number[] = []
    for (let at = phase; at + CELL <= bytes.length; at += CELL) {
      const isByte =
        (bytes.readUInt32LE(at) & 0xfffff00f) === 0xf && bytes.readUInt32LE(at + 4) === 0
      const tail = bytes[at + 8] ?? 0
      if (isByte && ((tail & 7) === 1 || tail === 0x3b)) {
        held.push(bytes.readUInt32LE(at) >>> 4)
        continue
      }
      if (held.length >= LEAST_CELLS)
        lists.push({ offset: offset + at - CELL * held.length, bytes: Buffer.from(held) })
      held = []
    }
  }
  return lists
}
