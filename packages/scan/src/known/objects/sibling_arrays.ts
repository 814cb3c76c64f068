/**
 * Arrays of bytes like one with a copy of a public half: the secret may be in another of its class.
 * Heads: JVM {mark, u32 class, u32 length} or {mark, class*, u32 length, pad}; .NET {class*, u32
 * length, pad}; CPython {count, class*, size, hash}. Classes are learned from copies.
 */
import { countBefore } from '@mintmark/core'

/** Head of an array: where its marking bytes begin, counted back from the first item. */
interface Layout {
  readonly back: number
  readonly bytes: number
  readonly isHead: (view: DataView, at: number, length: number) => boolean
}

/** What is no address of a class, but a count or flags. */
const ADDRESS_LEAST = 0x1_0000n

const LAYOUTS: readonly Layout[] = [
  {
    back: 8,
    bytes: 8,
    isHead: (view, at, length) =>
      view.getUint32(at - 8, true) !== 0 && view.getUint32(at - 4, true) === length,
  },
  ...[16, 24].map(
    (back): Layout => ({
      back,
      bytes: 16,
      isHead: (view, at, length) =>
        view.getBigUint64(at - back + 8, true) === BigInt(length) &&
        view.getBigUint64(at - back, true) >= ADDRESS_LEAST,
    }),
  ),
]

const COPIES_MOST = 4096
const CLASSES_MOST = 8
const ARRAYS_MOST = 4096

/** Nearest to `copies` (public halves of `length` bytes) first. One pass over `bytes` a class. */
export function siblingArrays(
  bytes: Uint8Array,
  copies: readonly number[],
  length: number,
): readonly number[] {
  const probed = copies.slice(0, COPIES_MOST).toSorted((a, b) => a - b)
  const offsets = classesOf(bytes, probed, length).flatMap(({ head, back }) =>
    offsetsOf(bytes, head).map((at) => at + back),
  )
  return sortedByDistance(offsets, probed)
}

/** Offsets, those next to one of `copies` first, which are in ascending order. */
export function sortedByDistance(
  offsets: readonly number[],
  copies: readonly number[],
): readonly number[] {
  if (copies.length === 0) return offsets
  const distance = new Map(offsets.map((offset) => [offset, distanceTo(offset, copies)]))
  return offsets.toSorted((a, b) => (distance.get(a) ?? 0) - (distance.get(b) ?? 0))
}

interface ArrayClass {
  readonly head: Uint8Array
  readonly back: number
}

function classesOf(
  bytes: Uint8Array,
  copies: readonly number[],
  length: number,
): readonly ArrayClass[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const classes = new Map<string, ArrayClass>()
  for (const at of copies) {
    for (const { back, bytes: size, isHead } of LAYOUTS) {
      if (at < back || at % 8 !== 0 || classes.size >= CLASSES_MOST) continue
      if (!isHead(view, at, length)) continue
      const head = bytes.slice(at - back, at - back + size)
      classes.set(`${back} ${head.join()}`, { head, back })
    }
  }
  return [...classes.values()]
}

function offsetsOf(bytes: Uint8Array, head: Uint8Array): readonly number[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const offsets: number[] = []
  for (let at = all.indexOf(head); at >= 0; at = all.indexOf(head, at + 8)) {
    if (at % 8 === 0) offsets.push(at)
    if (offsets.length >= ARRAYS_MOST) break
  }
  return offsets
}

function distanceTo(offset: number, sorted: readonly number[]): number {
  const low = countBefore(sorted.length, (k) => (sorted[k] ?? 0) < offset)
  const far = Number.POSITIVE_INFINITY
  return Math.min(Math.abs((sorted[low] ?? far) - offset), offset - (sorted[low - 1] ?? -far))
}
