/**
 * The key that signs a ledger's checkpoints, in `private/` of its folder: wherever the record is, the key is not there.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { MintmarkError } from '@mintmark/core'
import type { Description } from '../notes/description.ts'
import { NoteSigner, readPrivateKey, type VerifierKey } from '../notes/note.ts'
import { diskFiles, type Files, replaceDurably } from '../store/files.ts'

const KEY_PATH = 'private/checkpoint.pem'

/** Makes the key; `private/` is made for its owner alone. */
export async function makeLogKey(folder: string, name: string, files: Files): Promise<VerifierKey> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await files.makeFolder(`${folder}/private`)
  if (files === diskFiles) await chmod(`${folder}/private`, 0o700)
  await replacePrivately(files, `${folder}/${KEY_PATH}`, Buffer.from(pem))
  return new NoteSigner(name, 'log', privateKey).key
}

/** Replaces a file that its owner alone may read. */
export async function replacePrivately(
  files: Files,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await replaceDurably(files, path, bytes)
  if (files === diskFiles) await chmod(path, 0o600)
}

/** @throws {MintmarkError} `LEDGER_INVALID` where the key is missing, or another one */
export async function readLedgerSigner(
  folder: string,
  description: Description,
  files: Files,
): Promise<NoteSigner> {
  const signer = await readLogKey(folder, description.name, files)
  if (signer.key.id === description.key.id) return signer
  throw new MintmarkError('LEDGER_INVALID', `${KEY_PATH} is not the key of this ledger`)
}

/** @throws {MintmarkError} `LEDGER_INVALID` where the key is missing */
export async function readLogKey(folder: string, name: string, files: Files): Promise<NoteSigner> {
  const pem = await files.read(`${folder}/${KEY_PATH}`)
  if (pem === undefined) throw new MintmarkError('LEDGER_INVALID', `${KEY_PATH} is missing`)
  return new NoteSigner(name, 'log', readPrivateKey(Buffer.from(pem).toString('utf8')))
}
