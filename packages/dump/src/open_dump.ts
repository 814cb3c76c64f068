import { arrange, finish } from './arrange.ts'
import { readElfCore } from './containers/elf_core.ts'
import { isElf } from './containers/elf_header.ts'
import { isHprof, readHprof } from './containers/hprof.ts'
import { isLime, readLime } from './containers/lime.ts'
import { isMinidump, readMinidump } from './containers/minidump.ts'
import { isQemuStream, readQemuStream } from './containers/qemu_stream.ts'
import { isWindowsDump, readWindowsDump } from './containers/windows_dump.ts'
import { DumpFile } from './memory/dump_file.ts'
import { Layout } from './memory/layout.ts'
import type { ByteSource, Dump } from './memory/segment.ts'

/** Maps any bytes, all of them. Trust: none. @throws {MintmarkError} `INPUT_UNREADABLE` only */
export function openDump(source: ByteSource): Dump {
  const layout = new Layout(new DumpFile(source))
  readContainer(layout)
  return finish(layout, arrange(layout), source.size)
}

const MAGIC_BYTES = 32

/** Reads any input: an unknown container is raw memory, one segment without an address. */
function readContainer(layout: Layout): void {
  const head = layout.file.bytes(0, MAGIC_BYTES)
  if (isElf(head)) readElfCore(layout)
  else if (isMinidump(head)) readMinidump(layout)
  else if (isWindowsDump(head)) readWindowsDump(layout)
  else if (isLime(head)) readLime(layout)
  else if (isHprof(head)) readHprof(layout)
  else if (isQemuStream(head)) readQemuStream(layout)
}
