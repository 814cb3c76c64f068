/** Builds dumps of a machine's physical memory: Windows' by runs and by bitmap, and LiME's. */
import type { BuiltDump, BuiltSegment } from './built_dump.ts'
import { ByteWriter } from './byte_writer.ts'

const PAGE = 4096

/** Consecutive pages of physical memory; whole pages. */
export interface PageRun {
  readonly firstPage: number
  readonly bytes: Uint8Array
}

/** A full dump of Windows: `PAGEDU64`, or `PAGEDUMP` of 32 bits, with its list of runs. */
export function windowsFullDump(runs: readonly PageRun[], bits: 32 | 64 = 64): BuiltDump {
  const out = windowsHeader(runs, bits, 1)
  return withRuns(out, runs)
}

/** A dump of Windows 8 and later with a bitmap (`SDMP`), or of 32 bits in the form that it has there. */
export function windowsBitmapDump(runs: readonly PageRun[], bits: 32 | 64 = 64): BuiltDump {
  const out = windowsHeader(runs, bits, bits === 64 ? 5 : 2)
  const lastPage = Math.max(
    0,
    ...runs.map(({ firstPage, bytes }) => firstPage + bytes.length / PAGE),
  )
  const bitmap = new Uint8Array(Math.ceil(lastPage / 8))
  let pages = 0
  for (const { firstPage, bytes } of runs)
    for (let page = firstPage; page < firstPage + bytes.length / PAGE; page++) {
      bitmap[page >> 3] = (bitmap[page >> 3] ?? 0) | (1 << (page & 7))
      pages++
    }
  const bitsAt = out.length + (bits === 64 ? 0x38 : 0x20)
  const firstOffset = Math.ceil((bitsAt + bitmap.length) / PAGE) * PAGE
  out.ascii('SDMPDUMP')
  if (bits === 64) out.zeros(0x18).u64(firstOffset, pages, bitmap.length * 8)
  else out.u32(0, firstOffset, bitmap.length * 8, pages, bitmap.length * 8, 0)
  out.bytes(bitmap).padTo(firstOffset)
  // Pages are in the order of their numbers, whatever the order they were given in.
  return withRuns(
    out,
    runs.toSorted((one, other) => one.firstPage - other.firstPage),
  )
}

/** A dump of Windows 10 and later with a list of page ranges (`RDMP`). */
export function windowsRangeDump(runs: readonly PageRun[]): BuiltDump {
  const out = windowsHeader([], 64, 8)
  const metadataBytes = 0x10 + 16 * (runs.length + 1)
  const firstOffset = 0x2020 + metadataBytes
  out.u32(0x40).ascii('RDMPDUMP').u32(0).u64(metadataBytes, firstOffset, 0, 0)
  for (const { firstPage, bytes } of runs) out.u64(firstPage, bytes.length / PAGE)
  out.padTo(firstOffset)
  return withRuns(out, runs)
}

/** An image as LiME writes it. */
export function limeImage(runs: readonly PageRun[]): BuiltDump {
  const out = new ByteWriter(true)
  const segments: BuiltSegment[] = []
  for (const { firstPage, bytes } of runs) {
    const address = BigInt(firstPage) * BigInt(PAGE)
    out.u32(0x4c694d45, 1).u64(address, address + BigInt(bytes.length) - 1n, 0)
    segments.push({ offset: out.length, length: bytes.length, address })
    out.bytes(bytes)
  }
  return { bytes: out.done(), segments }
}

function withRuns(out: ByteWriter, runs: readonly PageRun[]): BuiltDump {
  const segments: BuiltSegment[] = []
  for (const { firstPage, bytes } of runs) {
    const address = BigInt(firstPage) * BigInt(PAGE)
    segments.push({ offset: out.length, length: bytes.length, address })
    out.bytes(bytes)
  }
  return { bytes: out.done(), segments }
}

function windowsHeader(runs: readonly PageRun[], bits: 32 | 64, type: number): ByteWriter {
  const out = new ByteWriter(true)
  const pages = runs.reduce((sum, { bytes }) => sum + bytes.length / PAGE, 0)
  out.ascii(bits === 64 ? 'PAGEDU64' : 'PAGEDUMP').u32(15, 19041)
  if (bits === 64) {
    out.u64(0x1ad000, 0, 0, 0).u32(0x8664, 2, 0x1e).padTo(0x88)
    out.u32(runs.length, 0).u64(pages)
    for (const { firstPage, bytes } of runs) out.u64(firstPage, bytes.length / PAGE)
    return out.padTo(0xf98).u32(type).padTo(0x2000)
  }
  out.u32(0x1ad000, 0, 0, 0, 0x14c, 2, 0x1e).padTo(0x64)
  out.u32(runs.length, pages)
  for (const { firstPage, bytes } of runs) out.u32(firstPage, bytes.length / PAGE)
  return out.padTo(0xf88).u32(type).padTo(0x1000)
}
