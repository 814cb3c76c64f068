/** Files that the commands of the ledger take. @module */
import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { unreadable } from '@mintmark/core'
import { type LedgerReader, logPolicy, type Policy, parsePolicy } from '@mintmark/ledger'
import type { Options } from '../process/command.ts'
import type { Io } from '../process/io.ts'
import { textOption } from './option_values.ts'

/** @throws {MintmarkError} `INPUT_UNREADABLE` */
export async function textOfFile(path: string): Promise<string> {
  try {
    return path === '-' ? await readAll(process.stdin) : await readFile(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** The policy of `--policy`; undefined where none is named. */
export async function policyOption(options: Options): Promise<Policy | undefined> {
  const file = textOption(options, 'policy')
  return file === undefined ? undefined : parsePolicy(await textOfFile(file))
}

/** The policy of `--policy`; else the ledger is taken at its own word, and that is told. */
export async function policyFor(reader: LedgerReader, options: Options, io: Io): Promise<Policy> {
  const policy = await policyOption(options)
  if (policy !== undefined) return policy
  io.err('mintmark: no --policy: the ledger is checked against the key that it names itself\n')
  return logPolicy(reader.description.key)
}
