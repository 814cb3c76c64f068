/** Public keys of the command line: files of `--public-key`, several and repeatable. */
import { readFile, stat } from 'node:fs/promises'
import { MintmarkError, safeText } from '@mintmark/core'
import { type PublicKey, type PublicKeyFile, parsePublicKeys } from '@mintmark/keys'
import type { Call } from '../process/call.ts'
import { reasonOf } from './input_files.ts'

const LARGEST_BYTES = 64 << 20
const ADDRESS = /^https?:\/\//i

export interface KeysAndOperands {
  readonly publicKeys: readonly PublicKey[]
  readonly operands: readonly string[]
}

/** @throws {MintmarkError} `INPUT_UNREADABLE`; `INPUT_INVALID` for a file without a key */
export const givenKeys = async (call: Call): Promise<readonly PublicKey[]> =>
  await keysOf(call.list('publicKey'), call)

/**
 * The option takes operands behind it too: without others, the last files without a key are read.
 */
export async function keysAndOperands(
  args: readonly string[],
  call: Call,
): Promise<KeysAndOperands> {
  const paths = call.list('publicKey')
  let keyFiles = paths.length
  if (args.length === 0) {
    // The first is always a key file: it follows the option directly.
    // oxlint-disable-next-line no-await-in-loop -- from the end, as far as needed
    while (keyFiles > 1 && !(await holdsKeys(paths[keyFiles - 1] ?? ''))) keyFiles--
  }
  const publicKeys = await keysOf(paths.slice(0, keyFiles), call)
  return { publicKeys, operands: [...args, ...paths.slice(keyFiles)] }
}

async function keysOf(paths: readonly string[], call: Call): Promise<readonly PublicKey[]> {
  const files = await Promise.all(paths.map((path) => keyFile(path)))
  for (const problem of files.flatMap(({ problems }) => problems))
    call.err(`mintmark: ${safeText(problem)}\n`)
  if (files.some(({ keys }) => keys.length === 0)) {
    const message =
      'a file of --public-key holds no public key: docs/what-is-found.md lists what is read'
    throw new MintmarkError('INPUT_INVALID', message, { option: 'public-key' })
  }
  return files.flatMap(({ keys }) => keys)
}

async function keyFile(path: string): Promise<PublicKeyFile> {
  let bytes: Buffer
  try {
    const { size } = await stat(path)
    if (size > LARGEST_BYTES) return { keys: [], problems: [`${path}: too large for public keys`] }
    bytes = await readFile(path)
  } catch (cause) {
    const why = ADDRESS.test(path)
      ? 'nothing is fetched, save it to a file first'
      : reasonOf(cause, path)
    const message = `${path} cannot be read: ${why}`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path }, { cause })
  }
  const found = parsePublicKeys(bytes, path)
  // It may be the file of a private key.
  bytes.fill(0)
  return found
}

async function holdsKeys(path: string): Promise<boolean> {
  try {
    return (await keyFile(path)).keys.length > 0
  } catch {
    return false
  }
}
