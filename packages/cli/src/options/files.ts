/** Files that options and operands name. @module */
import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { unreadable } from '@mintmark/core'
import type { Options } from '../process/command.ts'
import { textOption } from './option_values.ts'

/** Bytes of a file; `-` is standard input. @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function bytesOfFile(path: string): Promise<Buffer> {
  try {
    return path === '-' ? await buffer(process.stdin) : await readFile(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** The same as text. */
export const textOfFile = async (path: string): Promise<string> =>
  (await bytesOfFile(path)).toString('utf8')

/** Text of the file that an option names; undefined where the option is not given. */
export async function fileOption(options: Options, name: string): Promise<string | undefined> {
  const path = textOption(options, name)
  return path === undefined ? undefined : await textOfFile(path)
}
