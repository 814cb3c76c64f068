/**
 * Recognises the container of a dump by its first bytes, and reads it.
 *
 * @module
 */

import type { Layout } from '../memory/layout.ts'
import { ask, type Reading } from '../memory/reading.ts'
import { readElfCore } from './elf_core.ts'
import { isElf } from './elf_header.ts'
import { isHprof, readHprof } from './hprof.ts'
import { isLime, readLime } from './lime.ts'
import { isMinidump, readMinidump } from './minidump.ts'
import { isQemuStream, readQemuStream } from './qemu_stream.ts'
import { isWindowsDump, readWindowsDump } from './windows_dump.ts'

const MAGIC_BYTES = 32

/** Reads any input: an unknown container is raw memory, one segment without an address. */
export function* readContainer(layout: Layout): Reading<void> {
  const head = yield* ask(0, MAGIC_BYTES)
  if (isElf(head)) yield* readElfCore(layout)
  else if (isMinidump(head)) yield* readMinidump(layout)
  else if (isWindowsDump(head)) yield* readWindowsDump(layout)
  else if (isLime(head)) yield* readLime(layout)
  else if (isHprof(head)) yield* readHprof(layout)
  else if (isQemuStream(head)) yield* readQemuStream(layout)
}
