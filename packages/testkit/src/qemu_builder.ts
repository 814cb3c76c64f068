/**
 * Builds migration streams of QEMU: each page behind its header, as `virsh save` writes them too.
 */
import type { BuiltDump, BuiltSegment } from './built_dump.ts'
import { ByteWriter } from './byte_writer.ts'
import type { PageRun } from './kernel_dump_builder.ts'

const PAGE = 4096
const RAM = 'pc.ram'
const MEMORY_BYTES = 1 << 20

export interface QemuStream {
  readonly runs: readonly PageRun[]
  /** libvirt's header and description before it. */
  readonly isSaved?: boolean
  /** Flags of one page more at the end, whose bytes are no page: 0x40 XBZRLE, 0x100 packed. */
  readonly oddFlags?: number
}

/** A stream of one block of memory, with a page of zeros before each run and the state of a device behind all. */
export function qemuStream({ runs, isSaved = false, oddFlags }: QemuStream): BuiltDump {
  const out = new ByteWriter(false)
  if (isSaved) out.bytes(savedHead('<domain/>'))
  out.u32(0x5145564d, 3).u8(7).u32(6).ascii('pc-q35')
  section(out, 1, true)
  out
    .u64(MEMORY_BYTES | 0x04)
    .u8(RAM.length)
    .ascii(RAM)
    .u64(MEMORY_BYTES, 0x10)
  out.u8(0x7e).u32(2).u8(8).u16(11, 0)
  section(out, 3, false)
  const segments: BuiltSegment[] = []
  for (const { firstPage, bytes } of runs) {
    out.u64(0x02).u8(RAM.length).ascii(RAM).u8(0)
    for (let at = 0; at < bytes.length; at += PAGE) {
      const address = BigInt(firstPage * PAGE + at)
      out.u64(address | 0x28n)
      segments.push({ offset: out.length, length: PAGE, address })
      out.bytes(bytes.subarray(at, at + PAGE))
    }
  }
  if (oddFlags !== undefined)
    out
      .u64(oddFlags | 0x20)
      .u8(1)
      .u16(PAGE)
  out.u64(0x10).u8(0x7e).u32(2)
  out.u8(4).u32(3).u8(5).ascii('timer').u32(0, 2).u64(1, 2, 3).u8(0x7e).u32(3).u8(0)
  return { bytes: out.done(), segments }
}

function section(out: ByteWriter, kind: number, isNamed: boolean): void {
  out.u8(kind).u32(2)
  if (isNamed) out.u8(3).ascii('ram').u32(0, 4)
}

function savedHead(description: string): Uint8Array {
  const out = new ByteWriter(true)
  out
    .ascii('LibvirtQemudSave')
    .u32(2, description.length + 1, 1, 0, 0)
    .padTo(92)
  return out.ascii(`${description}\0`).done()
}
