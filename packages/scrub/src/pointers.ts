/** Keeps pointers, which unwinders need, in what only has a key's shape. Values are erased. */
import { countBefore } from '@mintmark/core'
import type { ByteSource, Container, Dump, Range } from '@mintmark/dump'
import { SegmentFinder } from '@mintmark/scan/report/segment_finder'

const WORD = 8
const BLOCK = 1 << 16

/** Containers whose addresses are those that pointers hold. Others have physical ones, or none. */
const VIRTUAL: ReadonlySet<Container> = new Set<Container>(['elf-core', 'minidump'])

export class Pointers {
  readonly #isLittleEndian: boolean
  readonly #segments: SegmentFinder
  /** Where the process has memory: sorted, joined. */
  readonly #mapped: readonly { readonly from: bigint; readonly to: bigint }[]

  constructor(dump: Dump) {
    this.#isLittleEndian = dump.isLittleEndian
    this.#segments = new SegmentFinder(dump.segments)
    const mapped: { from: bigint; to: bigint }[] = []
    const placed = dump.segments.flatMap(({ address, length }) =>
      address === undefined || !VIRTUAL.has(dump.container)
        ? []
        : [{ from: address, to: address + BigInt(length) }],
    )
    for (const { from, to } of placed.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
      const last = mapped.at(-1)
      if (last === undefined || from > last.to) mapped.push({ from, to })
      else if (to > last.to) last.to = to
    }
    this.#mapped = mapped
  }

  /** The parts of a range that are no pointers. Words are aligned as in the process. */
  without(source: ByteSource, range: Range): Range[] {
    if (this.#mapped.length === 0) return [range]
    const parts: Range[] = []
    const end = range.offset + range.length
    let from = range.offset
    for (let at = this.#firstWord(range.offset); at + WORD <= end; at += BLOCK) {
      const bytes = new Uint8Array(Math.min(BLOCK, end - at))
      const present = source.read(at, bytes)
      const view = new DataView(bytes.buffer)
      for (let k = 0; k + WORD <= present; k += WORD) {
        if (!this.#isMapped(view.getBigUint64(k, this.#isLittleEndian))) continue
        parts.push({ offset: from, length: at + k - from })
        from = at + k + WORD
      }
      bytes.fill(0)
    }
    parts.push({ offset: from, length: end - from })
    return parts.filter(({ length }) => length > 0)
  }

  #firstWord(offset: number): number {
    const segment = this.#segments.at(offset)
    const address = segment?.address
    if (segment === undefined || address === undefined) return Math.ceil(offset / WORD) * WORD
    const rest = Number((address + BigInt(offset - segment.offset)) % 8n)
    return rest === 0 ? offset : offset + WORD - rest
  }

  #isMapped(word: bigint): boolean {
    const { length } = this.#mapped
    const mapping =
      this.#mapped[countBefore(length, (index) => (this.#mapped[index]?.to ?? 0n) <= word)]
    return mapping !== undefined && mapping.from <= word
  }
}
