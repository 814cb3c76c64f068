import { type Policy, parsePolicy } from '@mintmark/ledger/log'
import type { Options } from '../process/command.ts'
import { fileOption } from './files.ts'

/** The policy of `--policy`; undefined where none is named. @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
export async function policyOption(options: Options): Promise<Policy | undefined> {
  const source = await fileOption(options, 'policy')
  return source === undefined ? undefined : parsePolicy(source)
}
