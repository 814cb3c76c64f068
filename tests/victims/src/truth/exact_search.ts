/** Looks for many strings of bytes at once, at every place. */
import type { Piece } from '../process/core_file.ts'
import type { Needle } from './encodings.ts'

export interface Hit {
  readonly needle: Needle
  /** Of its first byte, from the file's start. */
  readonly offset: number
}

/** Bits of the filter: three bytes of memory point into it. */
const FILTER_BITS = 21
const FILTER_MASK = (1 << FILTER_BITS) - 1

interface Keyed {
  readonly needle: Needle
  /** Where in the needle the four bytes lie by which it is looked for. */
  readonly lead: number
}

/** Every place of every needle. Needles are at least 8 bytes long. */
export function search(pieces: readonly Piece[], needles: readonly Needle[]): readonly Hit[] {
  const { filter, table } = indexed(needles)
  const hits: Hit[] = []
  for (const { offset, bytes } of pieces) {
    for (let at = 3; at < bytes.length; at++) {
      const slot = (bytes[at - 3] ?? 0) | ((bytes[at - 2] ?? 0) << 8) | ((bytes[at - 1] ?? 0) << 16)
      if (filter[slot & FILTER_MASK] === 0) continue
      for (const { needle, lead } of table.get(bytes.readInt32LE(at - 3)) ?? []) {
        const begin = at - 3 - lead
        const end = begin + needle.bytes.length
        if (begin < 0 || end > bytes.length) continue
        if (needle.bytes.equals(bytes.subarray(begin, end)))
          hits.push({ needle, offset: offset + begin })
      }
    }
  }
  // A run's margin can overlap the next run.
  const seen = new Set<string>()
  return hits.filter(({ needle, offset }) => {
    const place = `${offset} ${needle.name}`
    return seen.has(place) ? false : seen.add(place)
  })
}

function indexed(needles: readonly Needle[]) {
  const filter = new Uint8Array(1 << FILTER_BITS)
  const table = new Map<number, Keyed[]>()
  for (const needle of needles) {
    const lead = rarestPlace(needle.bytes)
    const key = needle.bytes.readInt32LE(lead)
    filter[key & FILTER_MASK] = 1
    const held = table.get(key)
    if (held === undefined) table.set(key, [{ needle, lead }])
    else held.push({ needle, lead })
  }
  return { filter, table }
}

/** The first place whose four bytes differ and are not 0, as most places of memory are; else the begin. */
function rarestPlace(bytes: Buffer): number {
  for (let at = 0; at + 4 <= bytes.length; at++) {
    const four = new Set(bytes.subarray(at, at + 4))
    if (four.size === 4 && !four.has(0)) return at
  }
  return 0
}
