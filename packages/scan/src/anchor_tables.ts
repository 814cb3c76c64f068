/**
 * Lays patterns out for the anchor kernel: which fragment of each is looked for, and in which bucket.
 *
 * @module
 */
import type { Anchor } from './anchor.ts'
import { frequencyOfSets } from './byte_frequency.ts'

const BUCKETS = 8
const OPEN_BUCKET = 7
/** Further rounds change next to nothing. */
const ROUNDS = 2
const FRAGMENT = 4
const LONGEST = 16
const BITMAP_BITS = 65_536
/** Fragments with more free bits than this would fill the bitmap: they have a bucket of their own, without it. */
const FREE_BITS = 8

/** Where the parts lie, from the begin: as `assembly/anchors.ts` says. */
const AT = { bitmap: 128, ends: 8320, open: 8352, entries: 8368 } as const
const ENTRY = 48

/** The fragment by which a pattern is found. */
interface Fragment {
  readonly place: number
  readonly bytes: readonly number[]
  readonly mask: readonly number[]
}

interface Bucket {
  readonly members: readonly Member[]
  /** Sets of nibbles that its fragments have, 16 bits each: low and high of byte 0, 1, 2, 3. */
  readonly sets: readonly number[]
  /** Share of places that pass its tables, roughly. */
  readonly frequency: number
}

/** Tables for the kernel, and where it keeps its switches. */
export interface AnchorTables {
  readonly bytes: Uint8Array
  /** By anchor: where its switch (u32, 0 is on) lies in `bytes`. */
  readonly switches: readonly number[]
}

/**
 * @throws {RangeError} if a pattern is shorter than 2 bytes or longer than 16, has a mask of another length, or has
 * fewer than 12 bits that count, or there are more than 65,535
 */
export function anchorTables(anchors: readonly Anchor[]): AnchorTables {
  const known = made.get(anchors)
  if (known !== undefined) return known
  const tables = makeTables(anchors)
  made.set(anchors, tables)
  return tables
}

/** Dealing a few hundred patterns takes some 50 ms. */
const made = new WeakMap<readonly Anchor[], AnchorTables>()

function makeTables(anchors: readonly Anchor[]): AnchorTables {
  if (anchors.length > 65_535) throw new RangeError('too many anchors')
  const fragments = anchors.map((anchor) => fragmentOf(anchor))
  const buckets = deal(fragments)
  const bytes = new Uint8Array(AT.entries + ENTRY * anchors.length)
  const view = new DataView(bytes.buffer)
  const switches: number[] = []
  let entry = 0
  for (const [number, bucket] of buckets.entries()) {
    for (const [set, fits] of bucket.sets.entries()) {
      for (let nibble = 0; nibble < 16; nibble++) {
        const at = 16 * set + nibble
        if ((fits & (1 << nibble)) !== 0) bytes[at] = (bytes[at] ?? 0) | (1 << number)
      }
    }
    for (const { id } of bucket.members) {
      const at = AT.entries + ENTRY * entry++
      switches[id] = at + 12
      writeEntry(bytes.subarray(at, at + ENTRY), anchors[id], fragments[id], id)
    }
    view.setUint32(AT.ends + 4 * number, entry, true)
  }
  if (fragments.some(isOpen)) view.setUint32(AT.open, 1 << OPEN_BUCKET, true)
  for (const fragment of fragments) fillBitmap(bytes.subarray(AT.bitmap, AT.ends), fragment)
  return { bytes, switches }
}

/** The bits of a byte that count. */
export function maskAt({ pattern, mask }: Anchor, at: number): number {
  return at >= pattern.length ? 0 : (mask?.[at] ?? 255)
}

function fragmentOf(anchor: Anchor): Fragment {
  const { pattern, mask, name } = anchor
  if (pattern.length < 2 || pattern.length > LONGEST) {
    throw new RangeError(`the pattern of ${name} has ${pattern.length} bytes`)
  }
  if (mask !== undefined && mask.length !== pattern.length) {
    throw new RangeError(`the mask of ${name} has ${mask.length} bytes`)
  }
  let best: Fragment | undefined
  let least = Number.POSITIVE_INFINITY
  for (let place = 0; place === 0 || place + FRAGMENT <= pattern.length; place++) {
    const masks = Array.from({ length: FRAGMENT }, (_, i) => maskAt(anchor, place + i))
    const bytes = masks.map((bits, i) => (pattern[place + i] ?? 0) & bits)
    const fragment = { place, bytes, mask: masks }
    const frequency = frequencyOfSets(setsOf(fragment))
    if (frequency < least) {
      best = fragment
      least = frequency
    }
  }
  if (best === undefined || freeBits(best) > 20) {
    throw new RangeError(`the pattern of ${name} fits nearly everything`)
  }
  return best
}

const bitsSet = (value: number) => value.toString(2).replaceAll('0', '').length
const freeBits = ({ mask }: Fragment) => 32 - mask.reduce((sum, bits) => sum + bitsSet(bits), 0)

const isOpen = (fragment: Fragment) => freeBits(fragment) > FREE_BITS

/** Sets of nibbles that fit: low and high of each byte. */
function setsOf({ bytes, mask }: Fragment): number[] {
  return bytes.flatMap((byte, i) => {
    const bits = mask[i] ?? 0
    return [nibbles(byte & 15, bits & 15), nibbles(byte >> 4, bits >> 4)]
  })
}

function nibbles(value: number, mask: number): number {
  let set = 0
  for (let nibble = 0; nibble < 16; nibble++) if ((nibble & mask) === value) set |= 1 << nibble
  return set
}

interface Member {
  readonly id: number
  readonly sets: readonly number[]
}

/** Deals fragments to buckets, so that few places fit any. */
function deal(fragments: readonly Fragment[]): readonly Bucket[] {
  const all = fragments.map((fragment, id) => ({ id, fragment, sets: setsOf(fragment) }))
  const open = all.filter(({ fragment }) => isOpen(fragment))
  const closed = all.filter(({ fragment }) => !isOpen(fragment))
  const spread = dealAmong(open.length > 0 ? OPEN_BUCKET : BUCKETS, closed)
  return open.length > 0 ? [...spread, bucketOf(open)] : spread
}

function bucketOf(members: readonly Member[]): Bucket {
  const sets = members.reduce<readonly number[]>((joined, member) => join(joined, member.sets), [])
  return { members, sets, frequency: members.length === 0 ? 0 : frequencyOfSets(sets) }
}

const join = (a: readonly number[], b: readonly number[]) => b.map((set, i) => set | (a[i] ?? 0))

/** The most frequent first: others join the bucket that has room for them. Then each may move once more. */
function dealAmong(count: number, members: readonly Member[]): readonly Bucket[] {
  const buckets = Array.from({ length: count }, () => bucketOf([]))
  const order = members
    .map((member) => ({ member, frequency: frequencyOfSets(member.sets) }))
    .toSorted((a, b) => b.frequency - a.frequency || a.member.id - b.member.id)
  for (const { member } of order) put(buckets, member)
  for (let round = 0; round < ROUNDS; round++) {
    for (const { member } of order) {
      const at = buckets.findIndex((bucket) => bucket.members.includes(member))
      const bucket = buckets[at]
      if (bucket === undefined) continue
      buckets[at] = bucketOf(bucket.members.filter((other) => other !== member))
      put(buckets, member)
    }
  }
  return buckets
}

/** Puts a fragment into the bucket that becomes least more frequent by it. */
function put(buckets: Bucket[], member: Member): void {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (const [at, bucket] of buckets.entries()) {
    const more = frequencyOfSets(join(bucket.sets, member.sets)) - bucket.frequency
    if (more >= least) continue
    best = at
    least = more
  }
  const bucket = buckets[best]
  if (bucket === undefined) return
  const sets = join(bucket.sets, member.sets)
  const members = [...bucket.members, member]
  buckets[best] = { members, sets, frequency: frequencyOfSets(sets) }
}

function writeEntry(
  entry: Uint8Array,
  anchor: Anchor | undefined,
  fragment: Fragment | undefined,
  id: number,
): void {
  if (anchor === undefined || fragment === undefined) return
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

const word = (bytes: readonly number[]) =>
  ((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) | ((bytes[2] ?? 0) << 16) | ((bytes[3] ?? 0) << 24)) >>>
  0

function fillBitmap(bitmap: Uint8Array, fragment: Fragment): void {
  if (isOpen(fragment)) return
  const value = word(fragment.bytes)
  const free = ~word(fragment.mask) >>> 0
  let spare = 0
  do {
    const hash = Math.imul((value | spare) >>> 0, 0x9e3779b1) >>> 16
    bitmap[hash >> 3] = (bitmap[hash >> 3] ?? 0) | (1 << (hash & 7))
    spare = ((spare - free) & free) >>> 0
  } while (spare !== 0)
}

/** Bits in the bitmap that are set, as a share: near 1 it filters nothing. For tests. */
export function bitmapShare({ bytes }: AnchorTables): number {
  let set = 0
  for (const byte of bytes.subarray(AT.bitmap, AT.ends)) set += bitsSet(byte)
  return set / BITMAP_BITS
}
