/** Files that a configuration names. @module */
import { readFile } from 'node:fs/promises'
import { unreadable } from '@mintmark/core'

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function textOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
