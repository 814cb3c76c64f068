/** Files that their owner alone may read: keys, and addresses with a password. @module */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { diskFiles, type Files, folderOf, replaceDurably } from './files.ts'

/** Makes an Ed25519 key as PEM in `private/` of a folder. */
export async function makeKeyFile(files: Files, folder: string, path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const file = `${folder}/${path}`
  await files.makeFolder(folderOf(file))
  if (files === diskFiles) await chmod(folderOf(file), 0o700)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await replacePrivately(files, file, Buffer.from(pem))
  return privateKey
}

export async function replacePrivately(
  files: Files,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await replaceDurably(files, path, bytes)
  if (files === diskFiles) await chmod(path, 0o600)
}
