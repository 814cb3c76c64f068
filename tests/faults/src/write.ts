/** A world as files on a disk: what a case is made of. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { textOfFile } from './world/format.ts'
import type { LogFile, World } from './world/world.ts'

const BYTE_ORDER_MARK = '\uFEFF'

/** Writes the evidence of a world below a folder. */
export function writeWorld(world: World, folder: string): void {
  for (const file of world.files) write(join(folder, file.path), bytesOf(file))
  for (const { path, content } of world.others) write(join(folder, path), content)
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content, { flag: 'wx' })
}

function bytesOf(file: LogFile): Uint8Array {
  const text = textOfFile(file)
  if (file.wrapping === 'utf16') return Buffer.from(BYTE_ORDER_MARK + text, 'utf16le')
  return file.wrapping === 'gzip' ? gzipSync(text) : Buffer.from(text)
}
