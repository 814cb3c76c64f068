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
const HASH_BITS = 13
/** Fragments with more free bits than this are not hashed with each of their values. */
const FREE_BITS = 8

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
 * Lays anchors out. Dealing a few hundred patterns takes some 50 ms.
 *
 * @throws {RangeError} if a pattern is shorter than 2 bytes or longer than 16, has a mask of another length, or has
 * fewer than 12 bits that count, or there are more than 65,534
 */
export function anchorTables(anchors: readonly Anchor[]): AnchorTables {
  const all = anchors.map((anchor, id) => ({ id, anchor, fragment: fragmentOf(anchor) }))
  const open = all.filter(({ fragment }) => isOpen(fragment))
  const hashed = all.filter(({ fragment }) => !isOpen(fragment)).flatMap((entry) => spread(entry))
  const entries = [...open, ...hashed]
  if (entries.length > MOST_ENTRIES) throw new RangeError('too many anchors')
  const switches = AT.entries + ENTRY * entries.length
  const bytes = new Uint8Array(switches + anchors.length)
  for (const [number, bucket] of deal(all.map(({ fragment }) => fragment)).entries()) {
    writeSets(bytes, number, bucket.sets)
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
  const dealt = dealAmong(open.length > 0 ? OPEN_BUCKET : BUCKETS, closed)
  return open.length > 0 ? [...dealt, bucketOf(open)] : dealt
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
