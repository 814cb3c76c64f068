import { type Policy, parsePolicy } from '@mintmark/ledger/log'
import type { Call } from '../process/call.ts'

/** The policy of `--policy`; undefined where none is named. @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
export async function policyOption(call: Call): Promise<Policy | undefined> {
  const source = await call.file('policy')
  return source === undefined ? undefined : parsePolicy(source)
}
