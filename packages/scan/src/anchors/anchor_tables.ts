/** Lays patterns out for the anchor kernel: its tables of nibbles and hashes. */
import { ANYWHERE, type Anchor } from './anchor.ts'
import {
  endsOf,
  FRAGMENT,
  type Fragment,
  fragmentAt,
  isOpen,
  isVague,
  maskAt,
  setsOf,
} from './anchor_fragment.ts'

const HASH_BITS = 13
const BUCKETS = 8
const OPEN_BUCKET = 7
const CLOSED_BUCKETS = [0, 1, 2, 3, 4, 5, 6]

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

export interface AnchorTables {
  readonly bytes: Uint8Array
  readonly switches: number
}

interface Row {
  readonly id: number
  readonly anchor: Anchor
  readonly fragment: Fragment
  readonly bucket: number
  readonly words: readonly number[]
}

interface Kind {
  readonly share: number
  readonly low: Float64Array
  readonly high: Float64Array
}

/** For each set of low nibbles, then of high ones, its share of the weight. */
function weightsOf(common: Readonly<Record<number, number>>): Float64Array {
  const weights = Array.from({ length: 16 }, (_, nibble) => common[nibble] ?? 1)
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return Float64Array.from({ length: 512 }, (_, set) => {
    const own = set < 256 ? weights.slice(0, 8) : weights.slice(8)
    return own.reduce((sum, weight, i) => sum + weight * ((set >> i) & 1), 0) / all
  })
}

const memoryKind = (
  share: number,
  low: Record<number, number>,
  high: Record<number, number>,
): Kind => ({
  share,
  low: weightsOf(low),
  high: weightsOf(high),
})

/** Pointers and small numbers, text, digits, code, -1, random bytes. They steer speed alone. */
const kindsOfMemory = (): readonly Kind[] => [
  memoryKind(0.4, { 0: 70, 15: 4 }, { 0: 90, 15: 4 }),
  memoryKind(0.25, {}, { 0: 6, 2: 8, 3: 6, 4: 6, 5: 6, 6: 40, 7: 25 }),
  memoryKind(0.15, {}, { 2: 20, 3: 40, 6: 4, 7: 4 }),
  memoryKind(0.25, { 0: 8, 8: 3, 15: 4 }, { 0: 8, 4: 4, 8: 3, 15: 4 }),
  memoryKind(0.05, { 15: 200 }, { 15: 200 }),
  memoryKind(0.1, {}, {}),
]

/** Fragments of one anchor that are tried, the rarest first: more are hardly ever better. */
const MOST_TRIED = 12
const COMPARED = 8

interface Choice {
  readonly fragment: Fragment
  readonly sets: readonly number[]
  readonly ends: number
  readonly share: number
}

class Layout {
  readonly #kinds = kindsOfMemory()
  readonly #sets = new Uint16Array(8 * (BUCKETS + 1))
  readonly #ends = new Uint8Array(BUCKETS + 1)
  readonly #shares = new Float64Array(BUCKETS)

  choicesOf(anchor: Anchor): readonly Choice[] {
    const fragments = [fragmentAt(anchor, 0)]
    for (let offset = 1; offset + FRAGMENT <= anchor.pattern.length; offset++)
      fragments.push(fragmentAt(anchor, offset))
    const usable = fragments.filter((fragment) => !isVague(fragment))
    if (usable.length === 0)
      throw new RangeError(`the pattern of ${anchor.name} fits nearly everything`)
    const closed = usable.filter((fragment) => !isOpen(fragment))
    const choices = (closed.length > 0 ? closed : usable).map((fragment) => {
      const [sets, ends] = [setsOf(fragment), endsOf(anchor, fragment.offset)]
      return { fragment, sets, ends, share: this.#shareOf(sets, ends, BUCKETS) }
    })
    return choices.toSorted((a, b) => a.share - b.share).slice(0, MOST_TRIED)
  }

  deal(choices: readonly Choice[]): { readonly fragment: Fragment; readonly bucket: number } {
    let [chosen, at, least] = [choices[0], OPEN_BUCKET, Number.POSITIVE_INFINITY]
    const buckets = chosen !== undefined && isOpen(chosen.fragment) ? [OPEN_BUCKET] : CLOSED_BUCKETS
    for (const choice of choices) {
      for (const bucket of buckets) {
        const share = this.#shareOf(choice.sets, choice.ends, bucket)
        const more = share - (this.#shares[bucket] ?? 0) + COMPARED * choice.share
        if (more < least) [chosen, at, least] = [choice, bucket, more]
      }
    }
    if (chosen === undefined) throw new RangeError('an anchor without a fragment')
    const { fragment, sets, ends } = chosen
    this.#shares[at] = this.#shareOf(sets, ends, at)
    for (const [i, set] of sets.entries())
      this.#sets[8 * at + i] = set | (this.#sets[8 * at + i] ?? 0)
    this.#ends[at] = (this.#ends[at] ?? 0) | ends
    return { fragment, bucket: at }
  }

  #shareOf(sets: readonly number[], ends: number, bucket: number): number {
    const all = ends | (this.#ends[bucket] ?? 0)
    let count = 0
    for (let bit = 0; bit < 8; bit++) count += (all >> bit) & 1
    let share = 0
    for (const kind of this.#kinds) {
      let product = kind.share
      for (let k = 0; k < 8; k++) {
        const set = (sets[k] ?? 0) | (this.#sets[8 * bucket + k] ?? 0)
        const weights = (k & 1) === 0 ? kind.low : kind.high
        product *= (weights[set & 255] ?? 0) + (weights[256 + (set >> 8)] ?? 0)
      }
      share += product
    }
    return (share * count) / 8
  }
}

/**
 * @throws {RangeError} if a pattern has not 2 to 16 bytes, a mask another length, fewer than 12
 * bits count, or there are more than 65,534
 */
export function anchorTables(anchors: readonly Anchor[]): AnchorTables {
  const layout = new Layout()
  const chosen = anchors.map((anchor, id) => {
    const choices = layout.choicesOf(anchor)
    return { id, anchor, choices, least: choices[0]?.share ?? 0 }
  })
  // The most common first: others join the bucket that has room for them.
  const all = chosen
    .toSorted((a, b) => b.least - a.least)
    .map(({ id, anchor, choices }): Row => {
      const { fragment, bucket } = layout.deal(choices)
      const words = isOpen(fragment) ? [wordOf(fragment)] : wordsOf(fragment)
      return { id, anchor, fragment, bucket, words }
    })
    .toSorted((a, b) => a.id - b.id)
  const open = all.filter(({ fragment }) => isOpen(fragment))
  const rows = [...open, ...all.filter(({ fragment }) => !isOpen(fragment))]
  const count = rows.reduce((sum, { words }) => sum + words.length, 0)
  if (count > MOST_ENTRIES) throw new RangeError('too many anchors')
  const switches = AT.entries + ENTRY * count
  const bytes = new Uint8Array(switches + 3 * anchors.length)
  for (const row of all) writeSets(bytes, row)
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

function writeSets(bytes: Uint8Array, { anchor, fragment, bucket }: Row): void {
  const ends = AT.alignments + bucket
  bytes[ends] = (bytes[ends] ?? 0) | endsOf(anchor, fragment.offset)
  for (const [number, set] of setsOf(fragment).entries()) {
    for (let nibble = 0; nibble < 16; nibble++) {
      const at = 16 * number + nibble
      if ((set & (1 << nibble)) !== 0) bytes[at] = (bytes[at] ?? 0) | (1 << bucket)
    }
  }
}

function wordOf({ bytes }: Fragment): number {
  return bytes.reduce((word, byte, i) => word | (byte << (8 * i)), 0)
}

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

function chain(view: DataView, number: number): void {
  const at = AT.entries + ENTRY * number
  const hash = Math.imul(view.getUint32(at, true), 0x9e3779b1)
  const filter = AT.filter + (hash >>> 19)
  view.setUint8(filter, view.getUint8(filter) | (1 << ((hash >>> 16) & 7)))
  const head = AT.heads + 2 * (hash >>> (32 - HASH_BITS))
  view.setUint16(at + 12, view.getUint16(head, true), true)
  view.setUint16(head, number + 1, true)
}

function entryOf({ id, anchor, fragment }: Row): Uint8Array {
  const entry = new Uint8Array(ENTRY)
  entry.set(isOpen(fragment) ? fragment.mask : [255, 255, 255, 255], 4)
  new DataView(entry.buffer).setUint16(8, id, true)
  entry[10] = fragment.offset
  entry[11] = anchor.pattern.length
  entry[14] = anchor.alignment ?? ANYWHERE
  for (const [i, byte] of anchor.pattern.entries()) {
    const bits = maskAt(anchor, i)
    entry[16 + i] = byte & bits
    entry[32 + i] = bits
  }
  return entry
}
