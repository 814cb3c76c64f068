/** LiME images: headers before physical ranges. Source: LiME, `doc/README.md`, version 1. */
import type { Layout } from '../memory/layout.ts'

const HEADER_BYTES = 32
const MAGIC = 0x4c694d45
const VERSION = 1
const MOST_RANGES = 16_384

export function isLime(head: Uint8Array): boolean {
  return head[0] === 0x45 && head[1] === 0x4d && head[2] === 0x69 && head[3] === 0x4c
}

export function readLime(layout: Layout): void {
  layout.container = 'lime'
  let at = 0
  let ranges = 0
  while (!layout.isFull) {
    const range = readHeader(at, layout)
    if (range === 'end') break
    if (range === 'damaged') {
      const facts = { offset: at, ranges }
      layout.addFlaw(
        'header-damaged',
        'no LiME header where a range ends; the rest has no address',
        facts,
      )
      break
    }
    if (ranges === MOST_RANGES) {
      const facts = { offset: at, ranges }
      layout.addFlaw('table-cut', 'more ranges than are read; the rest has no address', facts)
      break
    }
    ranges++
    layout.addHeader(at, HEADER_BYTES)
    layout.addMemory(at + HEADER_BYTES, range.length, range.address)
    at += HEADER_BYTES + range.length
  }
  layout.addFact('ranges', ranges)
}

function readHeader(
  at: number,
  layout: Layout,
): { readonly address: bigint; readonly length: number } | 'end' | 'damaged' {
  const header = layout.reader(at, HEADER_BYTES)
  // A cut range has no header after it, and says itself that it is damaged.
  if (header.left === 0) return 'end'
  if (header.left < HEADER_BYTES) return 'damaged'
  if (header.u32() !== MAGIC || header.u32() !== VERSION) return 'damaged'
  const address = header.u64()
  const last = header.u64()
  const length = last - address + 1n
  if (length <= 0n || length > BigInt(Number.MAX_SAFE_INTEGER - at - HEADER_BYTES)) return 'damaged'
  return { address, length: Number(length) }
}
