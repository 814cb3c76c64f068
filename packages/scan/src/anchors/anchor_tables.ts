/**
 * Lays patterns out for the anchor kernel: its tables of nibbles, of hashes, and of what is compared.
 *
 * @module
 */
import { ANYWHERE, type Anchor } from './anchor.ts'
import { endsOf, type Fragment, fragmentAt, isOpen, maskAt, setsOf } from './anchor_fragment.ts'
import { anchorLayout, OPEN_BUCKET } from './anchor_layout.ts'

const HASH_BITS = 13

/** Where the parts lie, from the begin: as `assembly/anchors.ts` says. */
const AT = {
  heads: 128,
  openEntries: 16_512,
  openBit: 16_516,
  switches: 16_520,
  alignments: 16_528,
  filter: 16_544,
  entries: 24_736,
} as const
const MOST_ENTRIES = 65_534
const ENTRY = 48

/** Tables for the kernel, and where it keeps its switches. */
export interface AnchorTables {
  readonly bytes: Uint8Array
  /** Where the switches of the anchors lie in `bytes`, one byte each: 0 is on. Behind them, where random numbers lie. */
  readonly switches: number
}

/** An anchor, and how the kernel compares its fragment. */
interface Row {
  readonly id: number
  readonly anchor: Anchor
  readonly fragment: Fragment
  /** Each value of the fragment, as a number with its first byte lowest; of an open one the bits that count alone. */
  readonly words: readonly number[]
}

/**
 * Lays anchors out.
 *
 * @param layout of these anchors, see {@link anchorLayout}; found where absent
 * @throws {RangeError} if a pattern is shorter than 2 bytes or longer than 16, has a mask of another length, or has
 * fewer than 12 bits that count, or there are more than 65,534
 */
export function anchorTables(
  anchors: readonly Anchor[],
  layout: string = anchorLayout(anchors),
): AnchorTables {
  const all = anchors.map((anchor, id): Row => {
    const fragment = fragmentAt(anchor, Number.parseInt(layout[2 * id] ?? '0', 16))
    return {
      id,
      anchor,
      fragment,
      words: isOpen(fragment) ? [wordOf(fragment)] : wordsOf(fragment),
    }
  })
  const open = all.filter(({ fragment }) => isOpen(fragment))
  const rows = [...open, ...all.filter(({ fragment }) => !isOpen(fragment))]
  const count = rows.reduce((sum, { words }) => sum + words.length, 0)
  if (count > MOST_ENTRIES) throw new RangeError('too many anchors')
  const switches = AT.entries + ENTRY * count
  const bytes = new Uint8Array(switches + 3 * anchors.length)
  for (const row of all) {
    const bucket = isOpen(row.fragment) ? OPEN_BUCKET : Number(layout[2 * row.id + 1] ?? 0)
    writeSets(bytes, bucket, row)
  }
  const view = new DataView(bytes.buffer)
  view.setUint32(AT.openEntries, open.length, true)
  view.setUint32(AT.openBit, open.length === 0 ? 0 : 1 << OPEN_BUCKET, true)
  view.setUint32(AT.switches, switches, true)
  let at: number = AT.entries
  for (const row of rows) {
    const entry = entryOf(row)
    for (const word of row.words) {
      bytes.set(entry, at)
      view.setUint32(at, word, true)
      at += ENTRY
    }
  }
  for (const [id, { number }] of anchors.entries()) {
    bytes[switches + anchors.length + 2 * id] = number?.from ?? 0
    bytes[switches + anchors.length + 2 * id + 1] = number?.length ?? 0
  }
  for (let number = count - 1; number >= open.length; number--) chain(view, number)
  return { bytes, switches }
}

/** Adds the nibbles that fit a fragment to its bucket, and where it may end. */
function writeSets(bytes: Uint8Array, bucket: number, { anchor, fragment }: Row): void {
  const ends = AT.alignments + bucket
  bytes[ends] = (bytes[ends] ?? 0) | endsOf(anchor, fragment.place)
  for (const [number, set] of setsOf(fragment).entries()) {
    for (let nibble = 0; nibble < 16; nibble++) {
      const at = 16 * number + nibble
      if ((set & (1 << nibble)) !== 0) bytes[at] = (bytes[at] ?? 0) | (1 << bucket)
    }
  }
}

/** The bytes of a fragment as one number. */
function wordOf({ bytes }: Fragment): number {
  return bytes.reduce((word, byte, i) => word | (byte << (8 * i)), 0)
}

/** Every value that the free bits of a fragment let it have, those of the first byte that has some slowest. */
function wordsOf(fragment: Fragment): readonly number[] {
  let words = [wordOf(fragment)]
  for (const [i, bits] of fragment.mask.entries()) {
    if (bits === 255) continue
    const free: number[] = []
    for (let byte = 0; byte < 256; byte++) if ((byte & bits) === 0) free.push(byte << (8 * i))
    words = words.flatMap((word) => free.map((more) => word | more))
  }
  return words
}

/** Puts an entry at the head of its hash's chain, and its hash into the filter. */
function chain(view: DataView, number: number): void {
  const at = AT.entries + ENTRY * number
  const hash = Math.imul(view.getUint32(at, true), 0x9e3779b1)
  const filter = AT.filter + (hash >>> 19)
  view.setUint8(filter, view.getUint8(filter) | (1 << ((hash >>> 16) & 7)))
  const head = AT.heads + 2 * (hash >>> (32 - HASH_BITS))
  view.setUint16(at + 12, view.getUint16(head, true), true)
  view.setUint16(head, number + 1, true)
}

/** What the entries of a row have in common: all but the fragment. */
function entryOf({ id, anchor, fragment }: Row): Uint8Array {
  const entry = new Uint8Array(ENTRY)
  entry.set(isOpen(fragment) ? fragment.mask : [255, 255, 255, 255], 4)
  new DataView(entry.buffer).setUint16(8, id, true)
  entry[10] = fragment.place
  entry[11] = anchor.pattern.length
  entry[14] = anchor.alignment ?? ANYWHERE
  for (const [i, byte] of anchor.pattern.entries()) {
    const bits = maskAt(anchor, i)
    entry[16 + i] = byte & bits
    entry[32 + i] = bits
  }
  return entry
}
