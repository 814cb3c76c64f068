/** Reads the contents of a dump from a source with random access. */
import { arrange, finish } from './arrange.ts'
import { readContainer } from './containers/container.ts'
import { DumpFile } from './memory/dump_file.ts'
import { Layout } from './memory/layout.ts'
import type { ByteSource, Dump } from './memory/segment.ts'

/**
 * A map of the dump; the container is identified by its content. Any bytes give a map that covers all of them. Damage
 * is among its flaws; unexplained bytes are segments without an address. Nothing in the source is trusted.
 * @throws {MintmarkError} `INPUT_UNREADABLE` as the source does, and nothing else
 */
export function openDump(source: ByteSource): Dump {
  const layout = new Layout(new DumpFile(source))
  readContainer(layout)
  return finish(layout, arrange(layout), source.size)
}
