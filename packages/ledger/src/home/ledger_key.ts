/** The key that signs a ledger's checkpoints, in its `private/`: never where the record is. */
import { MintmarkError } from '@mintmark/core'
import type { Description } from '../notes/description.ts'
import { NoteSigner, readPrivateKey } from '../notes/note.ts'
import { type Files, makeKeyFile, readText } from '../store/files.ts'

const KEY_PATH = 'private/checkpoint.pem'

export async function makeLogKey(folder: string, name: string, files: Files): Promise<NoteSigner> {
  return new NoteSigner(name, 'log', await makeKeyFile(files, folder, KEY_PATH))
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
  const pem = await readText(files, `${folder}/${KEY_PATH}`)
  if (pem === undefined) throw new MintmarkError('LEDGER_INVALID', `${KEY_PATH} is missing`)
  return new NoteSigner(name, 'log', readPrivateKey(pem))
}
