/**
 * Lays patterns out for the anchor kernel: its tables of nibbles, of hashes, and of what is compared.
 *
 * @module
 */
import type { Anchor } from './anchor.ts'
import { type Fragment, fragmentAt, isOpen, maskAt, setsOf } from './anchor_fragment.ts'
import { anchorLayout, OPEN_BUCKET } from './anchor_layout.ts'

const HASH_BITS = 13

/** Where the parts lie, from the begin: as `assembly/anchors.ts` says. */
const AT = {
  heads: 128,
  openEntries: 16_512,
  openBit: 16_516,
  switches: 16_520,
  filter: 16_528,
  entries: 24_720,
} as const
const MOST_ENTRIES = 65_534
const ENTRY = 48

/** Tables for the kernel, and where it keeps its switches. */
export interface AnchorTables {
  readonly bytes: Uint8Array
  /** Where the switches of the anchors lie in `bytes`, one byte each: 0 is on. */
  readonly switches: number
}

/** A fragment as the kernel compares it: with each of its values, unless it is open. */
interface Entry {
  readonly id: number
  readonly anchor: Anchor
  readonly fragment: Fragment
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
  const all = anchors.map((anchor, id) => {
    const fragment = fragmentAt(anchor, Number.parseInt(layout[2 * id] ?? '0', 16))
    return { id, anchor, fragment }
  })
  const open = all.filter(({ fragment }) => isOpen(fragment))
  const hashed = all.filter(({ fragment }) => !isOpen(fragment)).flatMap((entry) => spread(entry))
  const entries = [...open, ...hashed]
  if (entries.length > MOST_ENTRIES) throw new RangeError('too many anchors')
  const switches = AT.entries + ENTRY * entries.length
  const bytes = new Uint8Array(switches + anchors.length)
  for (const { id, fragment } of all) {
    const bucket = isOpen(fragment) ? OPEN_BUCKET : Number(layout[2 * id + 1] ?? 0)
    writeSets(bytes, bucket, setsOf(fragment))
  }
  const view = new DataView(bytes.buffer)
  view.setUint32(AT.openEntries, open.length, true)
  view.setUint32(AT.openBit, open.length === 0 ? 0 : 1 << OPEN_BUCKET, true)
  view.setUint32(AT.switches, switches, true)
  for (const [number, entry] of entries.entries()) {
    const at = AT.entries + ENTRY * number
    writeEntry(bytes.subarray(at, at + ENTRY), entry)
  }
  for (let number = entries.length - 1; number >= open.length; number--) chain(view, number)
  return { bytes, switches }
}

function writeSets(bytes: Uint8Array, bucket: number, sets: readonly number[]): void {
  for (const [number, set] of sets.entries()) {
    for (let nibble = 0; nibble < 16; nibble++) {
      const at = 16 * number + nibble
      if ((set & (1 << nibble)) !== 0) bytes[at] = (bytes[at] ?? 0) | (1 << bucket)
    }
  }
}

/** One entry for each value that the free bits of its fragment can have. */
function spread({ id, anchor, fragment }: Entry): readonly Entry[] {
  const free = fragment.mask.findIndex((bits) => bits !== 255)
  if (free === -1) return [{ id, anchor, fragment }]
  const bits = fragment.mask[free] ?? 0
  const value = fragment.bytes[free] ?? 0
  const values = Array.from({ length: 256 }, (_, byte) => byte)
  return values
    .filter((byte) => (byte & bits) === value)
    .flatMap((byte) => {
      const bytes = fragment.bytes.with(free, byte)
      const mask = fragment.mask.with(free, 255)
      return spread({ id, anchor, fragment: { place: fragment.place, bytes, mask } })
    })
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

function writeEntry(entry: Uint8Array, { id, anchor, fragment }: Entry): void {
  entry.set(fragment.bytes, 0)
  entry.set(fragment.mask, 4)
  new DataView(entry.buffer, entry.byteOffset).setUint16(8, id, true)
  entry[10] = fragment.place
  entry[11] = anchor.pattern.length
  for (const [i, byte] of anchor.pattern.entries()) {
    const bits = maskAt(anchor, i)
    entry[16 + i] = byte & bits
    entry[32 + i] = bits
  }
}
