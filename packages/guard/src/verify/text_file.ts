/** Files that a configuration names. @module */
import { readFile } from 'node:fs/promises'
import { MintmarkError } from '@mintmark/core'

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function textOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const message = `${path} cannot be read: ${errno}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { errno, path }, { cause })
  }
}
