/** A witness in a folder: its key, its ledgers, and the newest checkpoint of each of their shards. @module */
import { MintmarkError, parseObject, text } from '@mintmark/core'
import {
  formatVerifierKey,
  NoteSigner,
  parseVerifierKey,
  readPrivateKey,
  type VerifierKey,
} from '../notes/note.ts'
import { assertEmpty, diskFiles, type Files, readText, replaceDurably } from '../store/files.ts'
import { lockFolder } from '../store/folder_lock.ts'
import { makeKeyFile } from '../store/private_files.ts'
import { Witness, witnessFolder } from './witness.ts'

const SCHEMA = 'mintmark-witness/1'
const DOCUMENT = 'witness.json'
const KEY_PATH = 'private/cosigner.pem'

/**
 * Makes a witness and its key in a folder that is empty or not there.
 *
 * @throws {MintmarkError} `LEDGER_INVALID` where something is in the folder already
 */
export async function createFolderWitness(
  folder: string,
  { name, logs }: { readonly name: string; readonly logs: readonly VerifierKey[] },
  files: Files = diskFiles,
): Promise<VerifierKey> {
  await assertEmpty(files, folder)
  const { key } = new NoteSigner(name, 'witness', await makeKeyFile(files, folder, KEY_PATH))
  const vkey = formatVerifierKey(key)
  const document = { schema: SCHEMA, name, vkey, logs: logs.map(formatVerifierKey) }
  const bytes = Buffer.from(`${JSON.stringify(document, null, 2)}\n`)
  await replaceDurably(files, `${folder}/${DOCUMENT}`, bytes)
  return key
}

export async function isFolderWitness(folder: string, files: Files = diskFiles): Promise<boolean> {
  return await files.isThere(`${folder}/${DOCUMENT}`)
}

/** @throws {MintmarkError} `LEDGER_INVALID`, `LEDGER_BUSY` */
export async function openFolderWitness(
  folder: string,
  now: () => number,
  files: Files = diskFiles,
): Promise<{ readonly witness: Witness; readonly close: () => Promise<void> }> {
  const document = parseObject((await readText(files, `${folder}/${DOCUMENT}`)) ?? '')
  const name = document && text(document, 'name')
  const logs = document?.['logs']
  if (document?.['schema'] !== SCHEMA || name === undefined || !Array.isArray(logs))
    throw new MintmarkError('LEDGER_INVALID', `${DOCUMENT} describes no witness`)
  const key = readPrivateKey((await readText(files, `${folder}/${KEY_PATH}`)) ?? '')
  const close = await lockFolder(files, `${folder}/private/lock`)
  const witness = new Witness({
    signer: new NoteSigner(name, 'witness', key),
    logs: logs.map((vkey) => parseVerifierKey(String(vkey))),
    state: witnessFolder(`${folder}/state`, files),
    now,
  })
  return { witness, close }
}
