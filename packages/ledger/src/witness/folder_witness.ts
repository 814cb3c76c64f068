/**
 * A witness in a folder: its key, the ledgers that it watches, and the newest checkpoint of each of their shards.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { MintmarkError, parseObject, text } from '@mintmark/core'
import {
  formatVerifierKey,
  NoteSigner,
  parseVerifierKey,
  readPrivateKey,
  type VerifierKey,
} from '../notes/note.ts'
import { diskFiles, type Files, replaceDurably } from '../store/files.ts'
import { lockFolder } from '../store/folder_lock.ts'
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
  if ((await files.list(folder)).length > 0)
    throw new MintmarkError('LEDGER_INVALID', `${folder} is not empty`)
  const { privateKey } = generateKeyPairSync('ed25519')
  const { key } = new NoteSigner(name, 'witness', privateKey)
  await files.makeFolder(`${folder}/private`)
  if (files === diskFiles) await chmod(`${folder}/private`, 0o700)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  await replaceDurably(files, `${folder}/${KEY_PATH}`, Buffer.from(pem))
  if (files === diskFiles) await chmod(`${folder}/${KEY_PATH}`, 0o600)
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
  const document = parseObject(await textAt(files, `${folder}/${DOCUMENT}`))
  const name = document && text(document, 'name')
  const logs = document?.['logs']
  if (document?.['schema'] !== SCHEMA || name === undefined || !Array.isArray(logs))
    throw new MintmarkError('LEDGER_INVALID', `${DOCUMENT} describes no witness`)
  const key = readPrivateKey(await textAt(files, `${folder}/${KEY_PATH}`))
  const close = await lockFolder(files, `${folder}/private/lock`)
  const witness = new Witness({
    signer: new NoteSigner(name, 'witness', key),
    logs: logs.map((vkey) => parseVerifierKey(String(vkey))),
    state: witnessFolder(`${folder}/state`, files),
    now,
  })
  return { witness, close }
}

async function textAt(files: Files, path: string): Promise<string> {
  return Buffer.from((await files.read(path)) ?? []).toString('utf8')
}
