/** Recognises the container of a dump by its first bytes, and reads it. */
import type { Layout } from '../memory/layout.ts'
import { readElfCore } from './elf_core.ts'
import { isElf } from './elf_header.ts'
import { isHprof, readHprof } from './hprof.ts'
import { isLime, readLime } from './lime.ts'
import { isMinidump, readMinidump } from './minidump.ts'
import { isQemuStream, readQemuStream } from './qemu_stream.ts'
import { isWindowsDump, readWindowsDump } from './windows_dump.ts'

const MAGIC_BYTES = 32

/** Reads any input: an unknown container is raw memory, one segment without an address. */
export function readContainer(layout: Layout): void {
  const head = layout.file.bytes(0, MAGIC_BYTES)
  if (isElf(head)) readElfCore(layout)
  else if (isMinidump(head)) readMinidump(layout)
  else if (isWindowsDump(head)) readWindowsDump(layout)
  else if (isLime(head)) readLime(layout)
  else if (isHprof(head)) readHprof(layout)
  else if (isQemuStream(head)) readQemuStream(layout)
}
